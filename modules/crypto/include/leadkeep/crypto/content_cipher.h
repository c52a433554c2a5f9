// leadkeep/crypto/content_cipher.h — AES as XML Encryption uses it
//
// Takes    a key of 16 or 32 bytes; what stands in CipherValue: IV, ciphertext and, for GCM, tag
// Yields   the plaintext; nothing for what does not open, whatever the reason
// Source   XML Encryption 1.1 sections 5.2.2 (CBC, with its padding) and 5.2.4 (GCM)
// Threads  any; stateless
//
// CBC proves nothing: who may change the ciphertext chooses the plaintext. It is for what is under a
// signature that was verified.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/secret.h>

#include <cstdint>
#include <optional>

namespace leadkeep::crypto {

enum class ContentCipher : std::uint8_t { kAes128Gcm, kAes256Gcm, kAes128Cbc, kAes256Cbc };

[[nodiscard]] std::size_t key_size_of(ContentCipher cipher) noexcept;

// A key of another length opens nothing.
[[nodiscard]] std::optional<SecretBytes> open_content(ContentCipher cipher, const SecretBytes& key,
                                                      ByteView sealed);

}  // namespace leadkeep::crypto
