// What ID tokens and logout tokens have in common.
#pragma once
#include <leadkeep/json/value.h>
#include <leadkeep/oidc/id_token.h>

#include <optional>
#include <string_view>
#include <vector>

namespace leadkeep::oidc {

inline constexpr std::size_t kMaxToken = std::size_t{64} * 1024;

// Format, type, algorithm, key, signature, in this order; `takes_type` is asked for the header's typ.
template <class TakesType>
[[nodiscard]] std::variant<jose::Jws, Defect> verified(std::string_view token,
                                                       const jose::KeySet& keys,
                                                       const TakesType& takes_type) {
  auto jws = token.size() <= kMaxToken ? jose::Jws::parse(token) : std::nullopt;
  if (!jws || !jws->header()["crit"].is_absent()) {
    return Defect::kFormat;
  }
  if (!takes_type(jws->header()["typ"])) {
    return Defect::kType;
  }
  switch (keys.verify(*jws)) {
    case jose::KeySet::Verdict::kGood:
      return *std::move(jws);
    case jose::KeySet::Verdict::kAlgorithm:
      return Defect::kAlgorithm;
    case jose::KeySet::Verdict::kNoSuchKey:
      return Defect::kUnknownKey;
    case jose::KeySet::Verdict::kBad:
      break;
  }
  return Defect::kSignature;
}

// NumericDate in whole seconds; nothing for what is none or too far away to reckon with.
[[nodiscard]] std::optional<Timestamp> time_of(json::Value claim);

// Issuer, audience, azp, exp, iat, nbf.
[[nodiscard]] std::optional<Defect> defect_of(json::Value claims, std::string_view issuer,
                                              std::string_view client_id, Timestamp now);

// A name of the provider's: 1 to 255 characters of printable ASCII.
[[nodiscard]] bool is_identifier(std::string_view text);

[[nodiscard]] std::vector<Claim> claims_of(json::Value payload);

}  // namespace leadkeep::oidc
