#include "openssl_bytes.h"
#include "raw_key_access.h"
#include "scoped_wipe.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/aead.h>
#include <leadkeep/crypto/hash.h>

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

// Whole blocks only, and none is finished: nothing is padded, whatever the context would do at the
// end.
void encrypt_blocks(EVP_CIPHER_CTX* context, std::span<std::byte> blocks) noexcept {
  int written = 0;
  LK_CHECK(::EVP_EncryptUpdate(context, uchars(blocks.data()), &written, uchars(blocks.data()),
                               piece_size(blocks)) == 1);
  LK_CHECK(written == piece_size(blocks));
}

// What one thread needs to seal and open. Looking up a cipher and making a context takes longer than
// sealing a record.
class Ciphers {
 public:
  Ciphers() noexcept {
    static const EVP_CIPHER* const ecb_cipher = fetch("AES-256-ECB");
    static const EVP_CIPHER* const gcm_cipher = fetch("AES-256-GCM");
    m_block = make_context(ecb_cipher);
    m_gcm = make_context(gcm_cipher);
  }

  Ciphers(const Ciphers&) = delete;
  Ciphers& operator=(const Ciphers&) = delete;

  ~Ciphers() {
    wipe(m_key);
    wipe(m_k1);
  }

  [[nodiscard]] EVP_CIPHER_CTX* gcm() const noexcept { return m_gcm.get(); }

  void use(const Key256& key) noexcept;
  // Of the key in use; `subkey` receives Kx.
  void derive_subkey(const Nonce& nonce, std::span<std::byte, kKeySize> subkey) noexcept;
  void forget() noexcept;

  int keepers = 0;  // KeepLastKey objects of this thread

 private:
  void set_key(EVP_CIPHER_CTX* context, ByteView key) noexcept {
    LK_CHECK(::EVP_EncryptInit_ex2(context, nullptr, uchars(key.data()), nullptr, nullptr) == 1);
  }

  Context m_block;
  Context m_gcm;
  ByteArray<kKeySize> m_key{};
  ByteArray<kBlockSize> m_k1{};
  bool m_has_key = false;
};

// C2SP XAES-256-GCM, "Detailed key derivation algorithm", steps 1 and 2: the first subkey K1 of
// CMAC, that is L times x in GF(2^128). There is no branch on the first bit of L, which would tell
// it by the time taken.
void Ciphers::use(const Key256& key) noexcept {
  const ByteView bytes = RawKeyAccessIssuer::bytes_of(key);
  if (m_has_key && compare_constant_time(bytes, m_key) == Compared::kEqual) {
    return;
  }
  set_key(m_block.get(), bytes);
  std::ranges::copy(bytes, m_key.begin());
  m_has_key = true;
  m_k1.fill(std::byte{0});
  encrypt_blocks(m_block.get(), m_k1);
  const unsigned first_bit = std::to_integer<unsigned>(m_k1[0]) >> 7;
  for (std::size_t i = 0; i + 1 < kBlockSize; ++i) {
    m_k1[i] = (m_k1[i] << 1) | (m_k1[i + 1] >> 7);
  }
  m_k1[kBlockSize - 1] = (m_k1[kBlockSize - 1] << 1) ^ static_cast<std::byte>(first_bit * 0x87u);
}

// Steps 3 to 5: a counter of 16 bits, the label "X", a zero and the nonce's first half, twice.
void Ciphers::derive_subkey(const Nonce& nonce, std::span<std::byte, kKeySize> subkey) noexcept {
  for (std::size_t i = 0; i < 2; ++i) {
    const auto m = subkey.subspan(i * kBlockSize, kBlockSize);
    m[0] = std::byte{0};
    m[1] = static_cast<std::byte>(i + 1);
    m[2] = std::byte{'X'};
    m[3] = std::byte{0};
    std::copy_n(nonce.begin(), kNoncePrefixSize, m.begin() + 4);
    for (std::size_t j = 0; j < kBlockSize; ++j) {
      m[j] ^= m_k1[j];
    }
  }
  encrypt_blocks(m_block.get(), subkey);
}

// A context cannot be emptied, but another key overwrites the schedule of the last.
void Ciphers::forget() noexcept {
  set_key(m_block.get(), kNoKey);
  set_key(m_gcm.get(), kNoKey);
  wipe(m_key);
  wipe(m_k1);
  m_has_key = false;
}

Ciphers& ciphers() noexcept {
  thread_local Ciphers ciphers_of_thread;
  return ciphers_of_thread;
}

}  // namespace

void seal(const Key256& key, const Nonce& nonce, ByteView bound_to, ByteView plaintext,
          Bytes& out) {
  LK_CHECK(plaintext.size() <= kMaxPiece - kTagSize);
  ByteArray<kKeySize> subkey;
  const ScopedWipe wipe_subkey{subkey};
  const KeepLastKey for_this_message;
  ciphers().use(key);
  ciphers().derive_subkey(nonce, subkey);

  const std::size_t start = out.size();
  out.resize(start + plaintext.size() + kTagSize);
  const auto ciphertext = std::span{out}.subspan(start, plaintext.size());
  const auto tag = std::span{out}.last(kTagSize);

  EVP_CIPHER_CTX* const gcm = ciphers().gcm();
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
  const KeepLastKey for_this_message;
  ciphers().use(key);
  ciphers().derive_subkey(nonce, subkey);

  EVP_CIPHER_CTX* const gcm = ciphers().gcm();
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

KeepLastKey::KeepLastKey() noexcept {
  ++ciphers().keepers;
}

KeepLastKey::~KeepLastKey() {
  if (--ciphers().keepers == 0) {
    ciphers().forget();
  }
}

}  // namespace leadkeep::crypto
