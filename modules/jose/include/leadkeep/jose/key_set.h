// leadkeep/jose/key_set.h — the keys that somebody else signs with, and whether one of them has
//
// Takes    a JWK Set of up to 64 keys, from a place that the caller trusts for them. Keys that are of
//          no use here are passed over: other kinds, weak ones, those to encrypt to.
// Yields   a verdict on a JWS: RS256, PS256, ES256 or EdDSA by a key of the set. The key is the one
//          that the header names; where it names none, any that fits the algorithm. Keys that come with
//          the message (jwk, jku, x5c, x5u) are never looked at.
// Refuses  kInvalidInput  not a JWK Set, or without a key that is of use
// Source   RFC 7517 section 5, RFC 7518 section 3.1, RFC 8037; RFC 8725 section 3.1 (algorithms)
// Threads  const members from any thread
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/crypto/public_key.h>
#include <leadkeep/crypto/signature.h>
#include <leadkeep/jose/jws.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::jose {

// Nothing for every other, "none" and those with a shared key among them.
[[nodiscard]] std::optional<crypto::SignatureAlgorithm> algorithm_named(std::string_view alg);

class KeySet {
 public:
  static constexpr std::size_t kMaxBytes = 256 * 1024;

  enum class Verdict : std::uint8_t {
    kGood,
    kAlgorithm,  // none that is taken
    kNoSuchKey,  // signed with a key that is not in the set: it may be a newer one
    kBad,
  };

  [[nodiscard]] static Result<KeySet> parse(std::string_view json);

  [[nodiscard]] Verdict verify(const Jws& jws) const;

  [[nodiscard]] std::size_t size() const noexcept { return m_keys.size(); }

 private:
  struct Key {
    std::string id;         // empty: none
    std::string algorithm;  // empty: any that fits
    crypto::PublicKey key;
  };

  explicit KeySet(std::vector<Key> keys) : m_keys{std::move(keys)} {}

  std::vector<Key> m_keys;
};

}  // namespace leadkeep::jose
