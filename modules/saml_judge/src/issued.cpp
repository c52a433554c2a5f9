#include "issued.h"

#include "date_time.h"
#include "names.h"

#include <leadkeep/saml/response.h>

namespace leadkeep::saml_judge {

std::optional<Timestamp> time_in(const Element& element, std::string_view attribute,
                                 Examination& examination) {
  const auto text = element.attribute(attribute);
  if (!text) {
    return std::nullopt;
  }
  const auto time = parse_date_time(*text);
  examination.holds(Check::kA06, time.has_value(), "a time that is not in UTC or not in form");
  return time;
}

bool is_freshly_issued(const Element& element, Check check, Timestamp now,
                       Examination& examination) {
  if (!examination.holds(check, element.attribute("Version") == "2.0", "another version") ||
      !examination.holds(check, element.attribute("ID").has_value(), "no ID")) {
    return false;
  }
  const auto issued = time_in(element, "IssueInstant", examination);
  return !examination.refusal() &&
         examination.holds(check, issued.has_value(), "no IssueInstant") &&
         examination.holds(check, *issued >= now - kOldest - saml::kSkew, "issued too long ago") &&
         examination.holds(check, *issued <= now + saml::kSkew, "issued in the future");
}

bool is_issued_by(const Element& element, Check check, std::string_view entity_id,
                  Examination& examination) {
  constexpr std::string_view kEntity = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
  const auto issuer = element.child(kAssertion, "Issuer");
  return examination.holds(check, issuer.has_value(), "no issuer, or more than one") &&
         examination.holds(check, issuer->text() == entity_id, "another issuer") &&
         examination.holds(check,
                           issuer->attribute("Format").value_or(std::string{kEntity}) == kEntity,
                           "an issuer that is not named as an entity");
}

}  // namespace leadkeep::saml_judge
