#include "claims.h"

#include <leadkeep/base/text.h>
#include <leadkeep/crypto/hash.h>

namespace leadkeep::oidc {
namespace {

bool is_type_of_id_token(json::Value type) {
  return type.is_absent() || to_lower_ascii(type.string().value_or("?")) == "jwt";
}

// The left half of its SHA-256; EdDSA has another hash, so there it is not looked at (Core section
// 3.1.3.8 leaves it to us: the code has already bound them).
bool is_of(std::string_view access_token, const jose::Jws& token) {
  const json::Value told = token.payload()["at_hash"];
  if (told.is_absent() || access_token.empty() || token.header()["alg"].string() == "EdDSA") {
    return true;
  }
  const auto hash = crypto::sha256({as_bytes(access_token)});
  return told.string() == to_base64url(ByteView{hash}.first(hash.size() / 2));
}

bool is_fresh(const std::optional<Timestamp>& authenticated, const Question& question,
              Timestamp now) {
  if (!authenticated) {
    return !question.asked_again;
  }
  return *authenticated <= now + kSkew &&
         (!question.asked_again || *authenticated + kSkew >= question.asked);
}

}  // namespace

std::string_view name_of(Defect defect) noexcept {
  switch (defect) {
    case Defect::kFormat:
      return "oidc_format";
    case Defect::kType:
      return "oidc_type";
    case Defect::kAlgorithm:
      return "oidc_algorithm";
    case Defect::kUnknownKey:
      return "oidc_unknown_key";
    case Defect::kSignature:
      return "oidc_signature";
    case Defect::kIssuer:
      return "oidc_issuer";
    case Defect::kAudience:
      return "oidc_audience";
    case Defect::kAuthorizedParty:
      return "oidc_authorized_party";
    case Defect::kExpired:
      return "oidc_expired";
    case Defect::kIssuedAt:
      return "oidc_issued_at";
    case Defect::kNonce:
      return "oidc_nonce";
    case Defect::kAccessTokenHash:
      return "oidc_access_token_hash";
    case Defect::kSubject:
      return "oidc_subject";
    case Defect::kAuthenticated:
      return "oidc_authenticated";
    case Defect::kEvent:
      return "oidc_event";
    case Defect::kIdentifier:
      return "oidc_identifier";
  }
  return "?";
}

std::variant<Identity, Defect> judge_id_token(std::string_view token, const jose::KeySet& keys,
                                              const Question& question, Timestamp now) {
  const auto read = verified(token, keys, is_type_of_id_token);
  if (const auto* defect = std::get_if<Defect>(&read)) {
    return *defect;
  }
  const auto& jws = std::get<jose::Jws>(read);
  const json::Value claims = jws.payload();
  if (const auto defect = defect_of(claims, question.issuer, question.client_id, now)) {
    return *defect;
  }
  if (question.nonce.empty() || claims["nonce"].string() != question.nonce) {
    return Defect::kNonce;
  }
  if (!is_of(question.access_token, jws)) {
    return Defect::kAccessTokenHash;
  }
  const std::string_view subject = claims["sub"].string().value_or("");
  if (!is_identifier(subject)) {
    return Defect::kSubject;
  }
  const auto authenticated = time_of(claims["auth_time"]);
  if (!is_fresh(authenticated, question, now)) {
    return Defect::kAuthenticated;
  }
  const std::string_view session = claims["sid"].string().value_or("");
  return Identity{Pii{std::string{subject}},
                  is_identifier(session) ? std::string{session} : "",
                  std::string{claims["acr"].string().value_or("")},
                  authenticated,
                  *time_of(claims["exp"]) + kSkew,
                  claims_of(claims)};
}

}  // namespace leadkeep::oidc
