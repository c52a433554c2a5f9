// An OpenID provider in this process: it is asked through an oidc::Exchange, and signs what a test has
// made of its claims.
#pragma once
#include <leadkeep/base/percent.h>
#include <leadkeep/crypto/certificate.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/jose/jwk.h>
#include <leadkeep/jose/signed_jwt.h>
#include <leadkeep/oidc/provider.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::test {

inline constexpr std::string_view kIssuer = "https://op.example.test";
inline constexpr std::string_view kClientId = "leadkeep";
inline constexpr std::string_view kRedirectUri =
    "https://leads.example.test/v1/oidc/callback/cloud";

[[nodiscard]] inline const crypto::RsaPrivateKey& op_key() {
  static const auto key = crypto::RsaPrivateKey::generate(2048);
  return key;
}

[[nodiscard]] inline const crypto::RsaPrivateKey& next_op_key() {
  static const auto key = crypto::RsaPrivateKey::generate(2048);
  return key;
}

[[nodiscard]] inline const crypto::KeyPair& client_key() {
  static const auto pair = [] {
    auto key = crypto::RsaPrivateKey::generate(2048);
    Bytes certificate =
        crypto::self_signed_certificate(key, "leads", {Timestamp{0}, Timestamp{4'000'000'000'000}});
    return crypto::KeyPair{std::move(key), std::move(certificate)};
  }();
  return pair;
}

// A JSON object whose members are JSON as it stands.
using Members = std::map<std::string, std::string>;

[[nodiscard]] inline std::string object_of(const Members& members) {
  std::string text = "{";
  for (const auto& [name, value] : members) {
    text += (text.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
  }
  return text + "}";
}

[[nodiscard]] inline std::string json_text(std::string_view text) {
  return "\"" + std::string{text} + "\"";
}

// A token with this header and these claims, before it is signed.
struct TokenDraft {
  Members header{{"alg", json_text("RS256")}, {"kid", json_text("now")}};
  Members claims;
  const crypto::RsaPrivateKey* key = &op_key();

  [[nodiscard]] std::string signed_text() const {
    return jose::sign_rs256(*key, object_of(header), object_of(claims));
  }
};

[[nodiscard]] inline TokenDraft id_token_draft(Timestamp now, std::string_view nonce) {
  const std::int64_t seconds = now.ms / 1000;
  TokenDraft draft;
  draft.claims = {{"iss", json_text(kIssuer)},
                  {"aud", json_text(kClientId)},
                  {"sub", json_text("a-1")},
                  {"sid", json_text("s-1")},
                  {"nonce", json_text(nonce)},
                  {"iat", std::to_string(seconds)},
                  {"exp", std::to_string(seconds + 300)},
                  {"auth_time", std::to_string(seconds)},
                  {"preferred_username", json_text("al")},
                  {"name", json_text("Alice Agent")},
                  {"groups", R"(["agents","staff"])"}};
  return draft;
}

[[nodiscard]] inline TokenDraft logout_token_draft(Timestamp now, std::string_view id = "j-1") {
  const std::int64_t seconds = now.ms / 1000;
  TokenDraft draft;
  draft.header["typ"] = json_text("logout+jwt");
  draft.claims = {{"iss", json_text(kIssuer)},
                  {"aud", json_text(kClientId)},
                  {"sub", json_text("a-1")},
                  {"sid", json_text("s-1")},
                  {"jti", json_text(id)},
                  {"iat", std::to_string(seconds)},
                  {"exp", std::to_string(seconds + 120)},
                  {"events", R"({"http://schemas.openid.net/event/backchannel-logout":{}})"}};
  return draft;
}

[[nodiscard]] inline std::string jwk_with(const crypto::RsaPrivateKey& key, std::string_view id) {
  std::string jwk = jose::jwk_of(key.public_numbers());
  jwk.pop_back();
  return jwk + R"(,"use":"sig","alg":"RS256","kid":")" + std::string{id} + "\"}";
}

[[nodiscard]] inline std::string keys_with(const std::string& jwks) {
  return R"({"keys":[)" + jwks + "]}";
}

class OpenIdProvider {
 public:
  explicit OpenIdProvider(std::string_view issuer = kIssuer) : m_issuer{issuer} {
    metadata = {{"issuer", json_text(m_issuer)},
                {"authorization_endpoint", json_text(m_issuer + "/authorize")},
                {"token_endpoint", json_text(m_issuer + "/token")},
                {"jwks_uri", json_text(m_issuer + "/jwks")},
                {"end_session_endpoint", json_text(m_issuer + "/end")},
                {"authorization_response_iss_parameter_supported", "true"}};
  }

  [[nodiscard]] Result<oidc::WebAnswer> answer(const std::string& url,
                                               const std::optional<std::string>& form) {
    ++asked[url];
    if (is_down) {
      return fail(Errc::kUnavailable, "down");
    }
    if (url == oidc::metadata_url(m_issuer)) {
      return oidc::WebAnswer{200, object_of(metadata)};
    }
    if (url == m_issuer + "/jwks") {
      return oidc::WebAnswer{200, keys_with(jwks)};
    }
    if (url.starts_with(m_issuer) && url.ends_with("/token") && form) {
      posted = read_form(*form);
      return token_answer;
    }
    return oidc::WebAnswer{404, "{}"};
  }

  [[nodiscard]] oidc::Exchange exchange() {
    return [this](const std::string& url, const std::optional<std::string>& form) {
      return answer(url, form);
    };
  }

  // What the token endpoint gives for the next code.
  void give(const TokenDraft& draft) { give(draft.signed_text()); }

  void give(const std::string& id_token) {
    token_answer = {
        200, R"({"token_type":"Bearer","access_token":"at","id_token":")" + id_token + "\"}"};
  }

  static std::map<std::string, std::string> read_form(std::string_view text) {
    std::map<std::string, std::string> fields;
    while (!text.empty()) {
      const std::string_view pair = text.substr(0, text.find('&'));
      const auto equals = pair.find('=');
      fields.emplace(pair.substr(0, equals), form_decode(pair.substr(equals + 1)).value_or("?"));
      text.remove_prefix(std::min(pair.size() + 1, text.size()));
    }
    return fields;
  }

  Members metadata;
  std::string jwks = jwk_with(op_key(), "now");
  oidc::WebAnswer token_answer{400, R"({"error":"invalid_grant"})"};
  bool is_down = false;
  std::map<std::string, int> asked;
  std::map<std::string, std::string> posted;

 private:
  std::string m_issuer;
};

}  // namespace leadkeep::test
