// leadkeep/crypto/random.h — random bytes, nonces and new ids
//
// Yields   bytes of OpenSSL's generator (NIST SP 800-90A), into which every call and every refill
//          of the pool mixes 32 fresh bytes of the kernel's
// Refuses  nothing: a generator that fails stops the process, since going on with predictable
//          bytes would break every key and nonce made from them
// Pool     Nonces and ids come from 12 KiB per thread, because one call for many bytes costs little
//          more than one for few. Used bytes are wiped. The rest is thrown away after 60 seconds,
//          and in a child of fork(2), where the kernel hands the page over filled with zeros.
// Threads  any
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/clock.h>
#include <leadkeep/base/id.h>
#include <leadkeep/base/secret.h>

namespace leadkeep::crypto {

inline constexpr std::size_t kNonceSize = 24;
using Nonce = ByteArray<kNonceSize>;

void fill_random(std::span<std::byte> out);

[[nodiscard]] SecretBytes random_secret(std::size_t size);

// For one call of seal() (aead.h) and no other use.
[[nodiscard]] Nonce new_nonce();

// 48 bits of milliseconds, big-endian, and 80 random bits. A time before 1970 counts as 1970.
[[nodiscard]] Ulid new_ulid(Timestamp now);

template <class IdType>
[[nodiscard]] IdType new_id(Timestamp now) {
  return IdType{new_ulid(now)};
}

}  // namespace leadkeep::crypto
