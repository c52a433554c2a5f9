#include "commitment_label.h"
#include "openssl_bytes.h"
#include "raw_key_access.h"
#include "scoped_wipe.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/hash.h>

#include <array>
#include <memory>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace leadkeep::crypto {

namespace {

constexpr std::size_t kDigestSize = 32;

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const noexcept { ::EVP_MD_CTX_free(context); }
};

struct FreeMac {
  void operator()(EVP_MAC_CTX* context) const noexcept { ::EVP_MAC_CTX_free(context); }
};

// One context per thread, since looking up an algorithm takes longer than hashing a record.
class Digest {
 public:
  Digest() noexcept : m_context{::EVP_MD_CTX_new()} {
    static const EVP_MD* const sha256 = ::EVP_MD_fetch(nullptr, "SHA256", nullptr);
    LK_CHECK(sha256 != nullptr && m_context != nullptr);
    LK_CHECK(::EVP_DigestInit_ex2(m_context.get(), sha256, nullptr) == 1);
  }

  void compute(std::initializer_list<ByteView> parts,
               std::span<std::byte, kDigestSize> out) noexcept {
    for (const ByteView part : parts) {
      LK_CHECK(::EVP_DigestUpdate(m_context.get(), part.data(), part.size()) == 1);
    }
    LK_CHECK(::EVP_DigestFinal_ex(m_context.get(), uchars(out.data()), nullptr) == 1);
    LK_CHECK(::EVP_DigestInit_ex2(m_context.get(), nullptr, nullptr) == 1);
  }

 private:
  std::unique_ptr<EVP_MD_CTX, FreeDigest> m_context;
};

class Hmac {
 public:
  Hmac() noexcept {
    static EVP_MAC* const hmac = ::EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    LK_CHECK(hmac != nullptr);
    m_context.reset(::EVP_MAC_CTX_new(hmac));
    LK_CHECK(m_context != nullptr);
    std::array<char, 7> digest{"SHA256"};
    const std::array<OSSL_PARAM, 2> parameters{
        ::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        ::OSSL_PARAM_construct_end()};
    LK_CHECK(::EVP_MAC_CTX_set_params(m_context.get(), parameters.data()) == 1);
  }

  void compute(ByteView key, std::initializer_list<ByteView> parts,
               std::span<std::byte, kDigestSize> out) noexcept {
    set_key(key);
    for (const ByteView part : parts) {
      LK_CHECK(::EVP_MAC_update(m_context.get(), uchars(part.data()), part.size()) == 1);
    }
    std::size_t written = 0;
    LK_CHECK(::EVP_MAC_final(m_context.get(), uchars(out.data()), &written, out.size()) == 1);
    LK_CHECK(written == out.size());
    // The context keeps a copy of the key, which must not outlive an erased key.
    set_key(kNoKey);
  }

 private:
  static constexpr ByteArray<kKeySize> kNoKey{};

  void set_key(ByteView key) noexcept {
    LK_CHECK(!key.empty());
    LK_CHECK(::EVP_MAC_init(m_context.get(), uchars(key.data()), key.size(), nullptr) == 1);
  }

  std::unique_ptr<EVP_MAC_CTX, FreeMac> m_context;
};

void compute_hmac(ByteView key, std::initializer_list<ByteView> parts,
                  std::span<std::byte, kDigestSize> out) noexcept {
  thread_local Hmac hmac;
  hmac.compute(key, parts, out);
}

}  // namespace

ByteArray<32> sha256(std::initializer_list<ByteView> parts) {
  thread_local Digest digest;
  ByteArray<32> out;
  digest.compute(parts, out);
  return out;
}

ByteArray<32> hmac_sha256(const Key256& key, std::initializer_list<ByteView> parts) {
  ByteArray<32> out;
  compute_hmac(RawKeyAccessIssuer::bytes_of(key), parts, out);
  return out;
}

ByteArray<32> hmac_sha256(const SecretBytes& key, ByteView data) {
  ByteArray<32> out;
  compute_hmac(key.expose(), {data}, out);
  return out;
}

Key256 derive_key(const Key256& root, std::string_view info) {
  LK_CHECK(!info.starts_with(kCommitmentLabel));
  // T(1) = HMAC-Hash(PRK, T(0) | info | 0x01), with T(0) the empty string.
  constexpr ByteArray<1> kFirstRound{std::byte{1}};
  ByteArray<32> out;
  const ScopedWipe wipe_out{out};
  compute_hmac(RawKeyAccessIssuer::bytes_of(root), {as_bytes(info), kFirstRound}, out);
  return Key256::from_bytes(out).value();
}

Compared compare_constant_time(ByteView a, ByteView b) noexcept {
  if (a.size() != b.size()) {
    return Compared::kDifferent;
  }
  return ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0 ? Compared::kEqual
                                                            : Compared::kDifferent;
}

}  // namespace leadkeep::crypto
