#include "openssl_bytes.h"
#include "raw_key_access.h"
#include "scoped_wipe.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/aead.h>

#include <algorithm>
#include <memory>

#include <openssl/evp.h>

namespace leadkeep::crypto {

namespace {

constexpr std::size_t kBlockSize = 16;
constexpr std::size_t kNoncePrefixSize = 12;  // chooses the subkey; the other 12 bytes go to GCM

constexpr ByteArray<kKeySize> kNoKey{};

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { ::EVP_CIPHER_CTX_free(context); }
};

using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

[[nodiscard]] EVP_CIPHER* fetch(const char* name) noexcept {
  EVP_CIPHER* const cipher = ::EVP_CIPHER_fetch(nullptr, name, nullptr);
  LK_CHECK(cipher != nullptr);
  return cipher;
}

[[nodiscard]] Context make_context(const EVP_CIPHER* cipher) noexcept {
  Context context{::EVP_CIPHER_CTX_new()};
  LK_CHECK(context != nullptr);
  LK_CHECK(::EVP_EncryptInit_ex2(context.get(), cipher, nullptr, nullptr, nullptr) == 1);
  return context;
}

// The contexts of one thread, keyed anew for every message: looking up a cipher and making a
// context takes longer than sealing a record.
struct Ciphers {
  Context block;
  Context gcm;

  Ciphers() noexcept {
    static const EVP_CIPHER* const ecb_cipher = fetch("AES-256-ECB");
    static const EVP_CIPHER* const gcm_cipher = fetch("AES-256-GCM");
    block = make_context(ecb_cipher);
    gcm = make_context(gcm_cipher);
  }
};

Ciphers& ciphers() noexcept {
  thread_local Ciphers ciphers_of_thread;
  return ciphers_of_thread;
}

// Overwrites the key schedule of a context when the message is done: the key of an erased person
// must not stay behind in it.
class ForgetKey {
 public:
  explicit ForgetKey(EVP_CIPHER_CTX* context) noexcept : m_context{context} {}

  ForgetKey(const ForgetKey&) = delete;
  ForgetKey& operator=(const ForgetKey&) = delete;

  ~ForgetKey() {
    LK_CHECK(::EVP_EncryptInit_ex2(m_context, nullptr, uchars(kNoKey.data()), nullptr, nullptr) ==
             1);
  }

 private:
  EVP_CIPHER_CTX* m_context;
};

// Whole blocks only, and none is finished: nothing is padded, whatever the context would do at the
// end.
void encrypt_blocks(EVP_CIPHER_CTX* context, std::span<std::byte> blocks) noexcept {
  int written = 0;
  LK_CHECK(::EVP_EncryptUpdate(context, uchars(blocks.data()), &written, uchars(blocks.data()),
                               piece_size(blocks)) == 1);
  LK_CHECK(written == piece_size(blocks));
}

// C2SP XAES-256-GCM, "Detailed key derivation algorithm"; `subkey` receives Kx.
void derive_subkey(const Key256& key, const Nonce& nonce, std::span<std::byte, kKeySize> subkey) {
  EVP_CIPHER_CTX* const block = ciphers().block.get();
  const ForgetKey forget_key{block};
  LK_CHECK(::EVP_EncryptInit_ex2(block, nullptr, uchars(RawKeyAccessIssuer::bytes_of(key).data()),
                                 nullptr, nullptr) == 1);

  // Steps 1 and 2: the first subkey K1 of CMAC, that is L times x in GF(2^128). There is no branch
  // on the first bit of L, which would tell it by the time taken.
  ByteArray<kBlockSize> k1{};
  const ScopedWipe wipe_k1{k1};
  encrypt_blocks(block, k1);
  const unsigned first_bit = std::to_integer<unsigned>(k1[0]) >> 7;
  for (std::size_t i = 0; i + 1 < kBlockSize; ++i) {
    k1[i] = (k1[i] << 1) | (k1[i + 1] >> 7);
  }
  k1[kBlockSize - 1] = (k1[kBlockSize - 1] << 1) ^ static_cast<std::byte>(first_bit * 0x87u);

  // Steps 3 to 5: a counter of 16 bits, the label "X", a zero and the nonce's first half, twice.
  for (std::size_t i = 0; i < 2; ++i) {
    const auto m = subkey.subspan(i * kBlockSize, kBlockSize);
    m[0] = std::byte{0};
    m[1] = static_cast<std::byte>(i + 1);
    m[2] = std::byte{'X'};
    m[3] = std::byte{0};
    std::copy_n(nonce.begin(), kNoncePrefixSize, m.begin() + 4);
    for (std::size_t j = 0; j < kBlockSize; ++j) {
      m[j] ^= k1[j];
    }
  }
  encrypt_blocks(block, subkey);
}

}  // namespace

void seal(const Key256& key, const Nonce& nonce, ByteView bound_to, ByteView plaintext,
          Bytes& out) {
  LK_CHECK(plaintext.size() <= kMaxPiece - kTagSize);
  ByteArray<kKeySize> subkey;
  const ScopedWipe wipe_subkey{subkey};
  derive_subkey(key, nonce, subkey);

  const std::size_t start = out.size();
  out.resize(start + plaintext.size() + kTagSize);
  const auto ciphertext = std::span{out}.subspan(start, plaintext.size());
  const auto tag = std::span{out}.last(kTagSize);

  EVP_CIPHER_CTX* const gcm = ciphers().gcm.get();
  const ForgetKey forget_key{gcm};
  LK_CHECK(::EVP_EncryptInit_ex2(gcm, nullptr, uchars(subkey.data()),
                                 uchars(nonce.data() + kNoncePrefixSize), nullptr) == 1);
  int written = 0;
  if (!bound_to.empty()) {
    LK_CHECK(::EVP_EncryptUpdate(gcm, nullptr, &written, uchars(bound_to.data()),
                                 piece_size(bound_to)) == 1);
  }
  if (!plaintext.empty()) {
    LK_CHECK(::EVP_EncryptUpdate(gcm, uchars(ciphertext.data()), &written, uchars(plaintext.data()),
                                 piece_size(plaintext)) == 1);
    LK_CHECK(written == piece_size(plaintext));
  }
  LK_CHECK(::EVP_EncryptFinal_ex(gcm, uchars(tag.data()), &written) == 1 && written == 0);
  LK_CHECK(::EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_AEAD_GET_TAG, kTagSize, tag.data()) == 1);
}

Result<SecretBytes> open(const Key256& key, const Nonce& nonce, ByteView bound_to,
                         ByteView ciphertext_and_tag) {
  if (ciphertext_and_tag.size() < kTagSize || ciphertext_and_tag.size() > kMaxPiece) {
    return fail(Errc::kCorrupt, "sealed bytes do not verify");
  }
  const auto ciphertext = ciphertext_and_tag.first(ciphertext_and_tag.size() - kTagSize);
  ByteArray<kTagSize> tag;
  std::ranges::copy(ciphertext_and_tag.last(kTagSize), tag.begin());

  ByteArray<kKeySize> subkey;
  const ScopedWipe wipe_subkey{subkey};
  derive_subkey(key, nonce, subkey);

  EVP_CIPHER_CTX* const gcm = ciphers().gcm.get();
  const ForgetKey forget_key{gcm};
  LK_CHECK(::EVP_DecryptInit_ex2(gcm, nullptr, uchars(subkey.data()),
                                 uchars(nonce.data() + kNoncePrefixSize), nullptr) == 1);
  int written = 0;
  if (!bound_to.empty()) {
    LK_CHECK(::EVP_DecryptUpdate(gcm, nullptr, &written, uchars(bound_to.data()),
                                 piece_size(bound_to)) == 1);
  }
  SecretBytes plaintext{ciphertext.size()};
  if (!ciphertext.empty()) {
    LK_CHECK(::EVP_DecryptUpdate(gcm, uchars(plaintext.expose_mutable().data()), &written,
                                 uchars(ciphertext.data()), piece_size(ciphertext)) == 1);
    LK_CHECK(written == piece_size(ciphertext));
  }
  LK_CHECK(::EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1);
  ByteArray<kBlockSize> nothing;  // GCM has no last block, but the call wants room for one
  if (::EVP_DecryptFinal_ex(gcm, uchars(nothing.data()), &written) != 1) {
    return fail(Errc::kCorrupt, "sealed bytes do not verify");
  }
  return plaintext;
}

}  // namespace leadkeep::crypto
