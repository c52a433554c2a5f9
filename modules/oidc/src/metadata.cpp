#include <leadkeep/jose/key_set.h>
#include <leadkeep/json/value.h>
#include <leadkeep/oidc/metadata.h>

#include <algorithm>

namespace leadkeep::oidc {
namespace {

constexpr std::size_t kMaxDepth = 8;
constexpr std::size_t kLongestUrl = 1'000;

Fail refused(std::string_view what) {
  return fail(Errc::kInvalidInput, "the provider's metadata: " + std::string{what});
}

bool is_in_url(char c) {
  return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\' && c != '#';
}

std::optional<std::string> https_url(json::Value value) {
  const std::string_view url = value.string().value_or("");
  const bool is_one = url.starts_with("https://") && url.size() <= kLongestUrl &&
                      std::ranges::all_of(url, is_in_url);
  return is_one ? std::optional{std::string{url}} : std::nullopt;
}

std::vector<std::string> strings_of(json::Value list) {
  std::vector<std::string> strings;
  for (const json::Value one : list.items()) {
    strings.emplace_back(one.string().value_or(""));
  }
  return strings;
}

// Of what a list names; one that is not there names nothing, and everything may be.
bool may_do(json::Value list, std::string_view what) {
  const auto named = strings_of(list);
  return list.is_absent() || std::ranges::find(named, what) != named.end();
}

bool signs_as_we_read(json::Value list) {
  const auto named = strings_of(list);
  return list.is_absent() || std::ranges::any_of(named, [](const std::string& alg) {
           return jose::algorithm_named(alg).has_value();
         });
}

}  // namespace

std::string metadata_url(std::string_view issuer) {
  const std::string_view base =
      issuer.ends_with('/') ? issuer.substr(0, issuer.size() - 1) : issuer;
  return std::string{base} + "/.well-known/openid-configuration";
}

Result<ProviderMetadata> ProviderMetadata::parse(std::string_view text, std::string_view issuer) {
  const auto document =
      json::Document::parse(text, {.max_bytes = kMaxBytes, .max_depth = kMaxDepth});
  if (!document || !document.value().root().is_object()) {
    return refused("it is no JSON object; is the issuer the one that the provider's people name?");
  }
  const json::Value root = document.value().root();
  if (root["issuer"].string() != issuer) {
    return refused("it is of another issuer; write the issuer exactly as the provider does");
  }
  if (!may_do(root["response_types_supported"], "code")) {
    return refused("it offers no code flow");
  }
  if (!may_do(root["code_challenge_methods_supported"], "S256")) {
    return refused("it offers no PKCE with S256");
  }
  if (!signs_as_we_read(root["id_token_signing_alg_values_supported"])) {
    return refused("it signs with none of RS256, PS256, ES256 and EdDSA");
  }
  auto authorization = https_url(root["authorization_endpoint"]);
  auto token = https_url(root["token_endpoint"]);
  auto mtls_token = https_url(root["mtls_endpoint_aliases"]["token_endpoint"]);
  auto keys = https_url(root["jwks_uri"]);
  if (!authorization || !token || !keys) {
    return refused("authorization_endpoint, token_endpoint or jwks_uri is no https address");
  }
  std::string for_mtls = mtls_token ? *std::move(mtls_token) : *token;
  return ProviderMetadata{
      std::string{issuer},
      *std::move(authorization),
      *std::move(token),
      std::move(for_mtls),
      *std::move(keys),
      https_url(root["end_session_endpoint"]),
      root["authorization_response_iss_parameter_supported"].boolean().value_or(false),
      strings_of(root["token_endpoint_auth_methods_supported"])};
}

}  // namespace leadkeep::oidc
