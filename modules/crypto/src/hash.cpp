#include "commitment_label.h"
#include "openssl_bytes.h"
#include "raw_key_access.h"
#include "scoped_wipe.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/hash.h>

#include <algorithm>
#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace leadkeep::crypto {

namespace {

constexpr std::size_t kDigestSize = 32;

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const noexcept { ::EVP_MD_CTX_free(context); }
};

// One context per thread, since looking up an algorithm takes longer than hashing a record.
class Digest {
 public:
  Digest() noexcept : m_context{::EVP_MD_CTX_new()} {
    static const EVP_MD* const sha256 = ::EVP_MD_fetch(nullptr, "SHA256", nullptr);
    LK_CHECK(sha256 != nullptr && m_context != nullptr);
    LK_CHECK(::EVP_DigestInit_ex2(m_context.get(), sha256, nullptr) == 1);
  }

  void begin() noexcept { LK_CHECK(::EVP_DigestInit_ex2(m_context.get(), nullptr, nullptr) == 1); }

  void add(ByteView bytes) noexcept {
    LK_CHECK(::EVP_DigestUpdate(m_context.get(), bytes.data(), bytes.size()) == 1);
  }

  void end(std::span<std::byte, kDigestSize> out) noexcept {
    LK_CHECK(::EVP_DigestFinal_ex(m_context.get(), uchars(out.data()), nullptr) == 1);
  }

  void compute(std::initializer_list<ByteView> parts,
               std::span<std::byte, kDigestSize> out) noexcept {
    begin();
    for (const ByteView part : parts) {
      add(part);
    }
    end(out);
  }

 private:
  std::unique_ptr<EVP_MD_CTX, FreeDigest> m_context;
};

Digest& digest_of_thread() noexcept {
  thread_local Digest digest;
  return digest;
}

constexpr std::size_t kBlockSize = 64;
constexpr std::byte kInnerPad{0x36};
constexpr std::byte kOuterPad{0x5c};

// RFC 2104 over the digest of the library. The library's own HMAC costs five times as much for the
// length of a record: it looks its parts up for every key, and it keeps a copy of the key that has
// to be overwritten by setting another one.
void compute_hmac(ByteView key, std::initializer_list<ByteView> parts,
                  std::span<std::byte, kDigestSize> out) noexcept {
  LK_CHECK(!key.empty());
  ByteArray<kBlockSize> pad{};
  const ScopedWipe wipe_pad{pad};
  Digest& digest = digest_of_thread();
  if (key.size() <= kBlockSize) {
    std::ranges::copy(key, pad.begin());
  } else {
    digest.compute({key}, std::span{pad}.first<kDigestSize>());
  }
  for (std::byte& byte : pad) {
    byte ^= kInnerPad;
  }
  digest.begin();
  digest.add(pad);
  for (const ByteView part : parts) {
    digest.add(part);
  }
  digest.end(out);
  for (std::byte& byte : pad) {
    byte ^= kInnerPad ^ kOuterPad;
  }
  digest.compute({pad, out}, out);
}

}  // namespace

ByteArray<32> sha256(std::initializer_list<ByteView> parts) {
  ByteArray<32> out;
  digest_of_thread().compute(parts, out);
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

ByteArray<20> hmac_sha1(const SecretBytes& key, ByteView data) {
  LK_CHECK(!key.empty());
  ByteArray<20> out;
  std::size_t size = 0;
  const ByteView bytes = key.expose();
  LK_CHECK(::EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA1", nullptr, bytes.data(), bytes.size(),
                       uchars(data.data()), data.size(), uchars(out.data()), out.size(),
                       &size) != nullptr);
  LK_CHECK(size == out.size());
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
