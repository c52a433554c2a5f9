#include "issued.h"
#include "names.h"
#include "profile.h"

namespace leadkeep::saml_judge {
namespace {

// What the identity provider says it could not do, in our words.
std::string_view failure_of(const Element& status_code) {
  const auto nested = status_code.child(kProtocol, "StatusCode");
  const std::string reason = nested ? nested->attribute("Value").value_or("") : "";
  constexpr std::string_view kPrefix = "urn:oasis:names:tc:SAML:2.0:status:";
  if (!reason.starts_with(kPrefix)) {
    return "the identity provider reports a failure";
  }
  const std::string_view name = std::string_view{reason}.substr(kPrefix.size());
  if (name == "AuthnFailed") {
    return "the identity provider could not authenticate the person";
  }
  if (name == "NoPassive") {
    return "the identity provider would have had to ask the person";
  }
  if (name == "NoAuthnContext") {
    return "the identity provider cannot authenticate as was asked for";
  }
  if (name == "RequestDenied") {
    return "the identity provider denied the request";
  }
  return "the identity provider reports a failure";
}

}  // namespace

bool reports_success(const Element& response, Examination& examination) {
  const auto status = response.child(kProtocol, "Status");
  const auto code = status ? status->child(kProtocol, "StatusCode") : std::nullopt;
  return examination.holds(Check::kP04, code.has_value(), "no status, or more than one") &&
         examination.holds(Check::kP04,
                           code->attribute("Value") == "urn:oasis:names:tc:SAML:2.0:status:Success",
                           failure_of(*code));
}

bool is_for_us(const Element& response, ResponseIs response_is, const Situation& situation,
               Examination& examination) {
  const auto destination = response.attribute("Destination");
  return is_freshly_issued(response, Check::kP01, situation.now, examination) &&
         is_issued_by(response, Check::kP02, situation.provider.entity_id, examination) &&
         examination.holds(Check::kP03, destination || response_is == ResponseIs::kUnsigned,
                           "a signed response without Destination") &&
         examination.holds(Check::kP03, !destination || *destination == situation.us.consumer_url,
                           "another Destination") &&
         examination.holds(Check::kP05, !situation.question.request_id.empty(),
                           "no request is open") &&
         examination.holds(Check::kP05,
                           response.attribute("InResponseTo") == situation.question.request_id,
                           "InResponseTo is not the request that is open");
}

}  // namespace leadkeep::saml_judge
