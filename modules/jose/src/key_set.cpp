#include <leadkeep/jose/jwk.h>
#include <leadkeep/jose/key_set.h>

#include <algorithm>
#include <array>
#include <utility>

namespace leadkeep::jose {
namespace {

constexpr std::size_t kMostKeys = 64;
constexpr std::size_t kMaxDepth = 8;

struct Named {
  std::string_view name;
  crypto::SignatureAlgorithm algorithm;
};

constexpr std::array kAlgorithms{Named{"RS256", crypto::SignatureAlgorithm::kRsaSha256},
                                 Named{"PS256", crypto::SignatureAlgorithm::kRsaPssSha256},
                                 Named{"ES256", crypto::SignatureAlgorithm::kEcdsaSha256},
                                 Named{"EdDSA", crypto::SignatureAlgorithm::kEd25519}};

bool is_to_sign(json::Value jwk) {
  const auto use = jwk["use"].string();
  return !use || use == "sig";
}

}  // namespace

std::optional<crypto::SignatureAlgorithm> algorithm_named(std::string_view alg) {
  const auto found = std::ranges::find(kAlgorithms, alg, &Named::name);
  return found == kAlgorithms.end() ? std::nullopt : std::optional{found->algorithm};
}

Result<KeySet> KeySet::parse(std::string_view text) {
  LK_TRY(const auto document,
         json::Document::parse(text, {.max_bytes = kMaxBytes, .max_depth = kMaxDepth}));
  const json::Value listed = document.root()["keys"];
  if (!listed.is_array() || listed.size() > kMostKeys) {
    return fail(Errc::kInvalidInput, "keys: not a JWK Set, or of more than 64 keys");
  }
  std::vector<Key> keys;
  for (const json::Value jwk : listed.items()) {
    if (auto key = is_to_sign(jwk) ? key_of(jwk) : std::nullopt) {
      keys.push_back({std::string{jwk["kid"].string().value_or("")},
                      std::string{jwk["alg"].string().value_or("")}, *std::move(key)});
    }
  }
  if (keys.empty()) {
    return fail(Errc::kInvalidInput,
                "keys: none that signs with RS256, PS256, ES256 or EdDSA and is strong enough");
  }
  return KeySet{std::move(keys)};
}

KeySet::Verdict KeySet::verify(const Jws& jws) const {
  const std::string_view name = jws.header()["alg"].string().value_or("");
  const auto algorithm = algorithm_named(name);
  if (!algorithm) {
    return Verdict::kAlgorithm;
  }
  const auto id = jws.header()["kid"].string();
  auto verdict = Verdict::kNoSuchKey;
  for (const Key& key : m_keys) {
    const bool is_meant = (!id || key.id == *id) &&
                          key.key.kind().family == crypto::family_of(*algorithm) &&
                          (key.algorithm.empty() || key.algorithm == name);
    if (!is_meant) {
      continue;
    }
    if (crypto::verify_signature(*algorithm, key.key, as_bytes(jws.signed_text()),
                                 jws.signature()) == crypto::SignatureIs::kGood) {
      return Verdict::kGood;
    }
    // Where none is named, it may have been a newer one.
    verdict = id ? Verdict::kBad : Verdict::kNoSuchKey;
  }
  return verdict;
}

}  // namespace leadkeep::jose
