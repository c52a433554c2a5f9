#include "claims.h"

#include <algorithm>
#include <utility>

namespace leadkeep::oidc {
namespace {

constexpr std::size_t kMostClaims = 200;
constexpr std::size_t kMostValues = 2'000;
constexpr std::size_t kDeepest = 3;

std::optional<std::string> plain_text(json::Value value) {
  if (const auto boolean = value.boolean()) {
    return *boolean ? "true" : "false";
  }
  return value.string_or_number();
}

std::vector<Pii<std::string>> values_of(json::Value value) {
  std::vector<Pii<std::string>> values;
  const auto add = [&](json::Value one) {
    if (auto text = plain_text(one)) {
      values.emplace_back(*std::move(text));
    }
  };
  if (!value.is_array()) {
    add(value);
    return values;
  }
  if (value.size() <= kMostValues) {
    for (const json::Value one : value.items()) {
      add(one);
    }
  }
  return values;
}

void add_claims(json::Value object, const std::string& prefix, std::size_t depth,
                std::vector<Claim>& claims) {
  for (const auto& [name, value] : object.members()) {
    if (claims.size() >= kMostClaims) {
      return;
    }
    const std::string full = prefix + std::string{name};
    if (value.is_object()) {
      if (depth < kDeepest) {
        add_claims(value, full + ".", depth + 1, claims);
      }
      continue;
    }
    if (auto values = values_of(value); !values.empty()) {
      claims.push_back({full, std::move(values)});
    }
  }
}

bool is_for(json::Value audience, std::string_view client_id) {
  return audience.is_array() ? audience.size() == 1 && audience.at(0).string() == client_id
                             : audience.string() == client_id;
}

}  // namespace

std::optional<Timestamp> time_of(json::Value claim) {
  constexpr std::int64_t kLast = 253'402'300'799;  // of the year 9999
  constexpr std::int64_t kMillisecondsPerSecond = 1000;
  const auto seconds = claim.integer();
  return seconds && *seconds >= 0 && *seconds <= kLast
             ? std::optional{Timestamp{*seconds * kMillisecondsPerSecond}}
             : std::nullopt;
}

std::optional<Defect> defect_of(json::Value claims, std::string_view issuer,
                                std::string_view client_id, Timestamp now) {
  if (claims["iss"].string() != issuer) {
    return Defect::kIssuer;
  }
  if (!is_for(claims["aud"], client_id)) {
    return Defect::kAudience;
  }
  if (!claims["azp"].is_absent() && claims["azp"].string() != client_id) {
    return Defect::kAuthorizedParty;
  }
  const auto expires = time_of(claims["exp"]);
  const auto issued = time_of(claims["iat"]);
  if (!expires || *expires + kSkew <= now || *expires > now + kLongestLife) {
    return Defect::kExpired;
  }
  const auto begins = time_of(claims["nbf"]);
  const bool begins_later = !claims["nbf"].is_absent() && (!begins || *begins > now + kSkew);
  if (!issued || *issued > now + kSkew || begins_later) {
    return Defect::kIssuedAt;
  }
  return std::nullopt;
}

bool is_identifier(std::string_view text) {
  constexpr std::size_t kLongest = 255;
  return !text.empty() && text.size() <= kLongest &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

std::vector<Claim> claims_of(json::Value payload) {
  std::vector<Claim> claims;
  add_claims(payload, "", 1, claims);
  return claims;
}

}  // namespace leadkeep::oidc
