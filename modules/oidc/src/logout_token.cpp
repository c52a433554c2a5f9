#include "claims.h"

#include <leadkeep/base/text.h>
#include <leadkeep/oidc/logout_token.h>

namespace leadkeep::oidc {
namespace {

constexpr std::string_view kEvent = "http://schemas.openid.net/event/backchannel-logout";

bool is_type_of_logout_token(json::Value type) {
  return to_lower_ascii(type.string().value_or("")) == "logout+jwt";
}

}  // namespace

std::variant<LogoutNotice, Defect> judge_logout_token(std::string_view token,
                                                      const jose::KeySet& keys,
                                                      std::string_view issuer,
                                                      std::string_view client_id, Timestamp now) {
  const auto read = verified(token, keys, is_type_of_logout_token);
  if (const auto* defect = std::get_if<Defect>(&read)) {
    return *defect;
  }
  const json::Value claims = std::get<jose::Jws>(read).payload();
  if (const auto defect = defect_of(claims, issuer, client_id, now)) {
    return *defect;
  }
  if (!claims["events"][kEvent].is_object() || !claims["nonce"].is_absent()) {
    return Defect::kEvent;
  }
  const std::string_view id = claims["jti"].string().value_or("");
  const std::string_view subject = claims["sub"].string().value_or("");
  const std::string_view session = claims["sid"].string().value_or("");
  const bool names = is_identifier(id) && (is_identifier(subject) || is_identifier(session)) &&
                     (subject.empty() || is_identifier(subject)) &&
                     (session.empty() || is_identifier(session));
  if (!names) {
    return Defect::kIdentifier;
  }
  return LogoutNotice{std::string{id}, Pii{std::string{subject}}, std::string{session},
                      *time_of(claims["exp"]) + kSkew};
}

}  // namespace leadkeep::oidc
