#include "issued.h"
#include "name_id.h"
#include "names.h"
#include "profile.h"

#include <algorithm>
#include <chrono>
#include <set>

namespace leadkeep::saml_judge {
namespace {

constexpr std::size_t kLongestName = 256;
constexpr std::chrono::hours kLongestConfirmation{1};
constexpr std::chrono::hours kLongestLife{24};

// The subject, with the name written into `identity`.
std::optional<Element> subject_of(const Element& assertion, Identity& identity,
                                  Examination& examination) {
  const auto subject = assertion.child(kAssertion, "Subject");
  if (!examination.holds(Check::kA02, subject.has_value(), "no subject, or more than one")) {
    return std::nullopt;
  }
  auto name = name_id_in(*subject, Check::kA02, examination);
  if (!name) {
    return std::nullopt;
  }
  identity.name_id = *std::move(name);
  return subject;
}

// Nothing else is wrong with it than that another one may hold.
std::optional<Timestamp> confirmed_until(const Element& confirmation, const Situation& situation) {
  const auto data = confirmation.child(kAssertion, "SubjectConfirmationData");
  if (confirmation.attribute("Method") != "urn:oasis:names:tc:SAML:2.0:cm:bearer" || !data ||
      data->attribute("Recipient") != situation.us.consumer_url ||
      data->attribute("InResponseTo") != situation.question.request_id ||
      data->attribute("NotBefore")) {
    return std::nullopt;
  }
  Examination aside;
  const auto until = time_in(*data, "NotOnOrAfter", aside);
  const bool now = until && situation.now < *until + kSkew &&
                   *until <= situation.now + kLongestConfirmation + kSkew;
  return now ? until : std::nullopt;
}

bool is_confirmed(const Element& subject, const Situation& situation, Identity& identity,
                  Examination& examination) {
  std::optional<Timestamp> longest;
  for (const Element& confirmation : subject.children(kAssertion, "SubjectConfirmation")) {
    longest = std::max(longest, confirmed_until(confirmation, situation));
  }
  if (!examination.holds(Check::kA03, longest.has_value(),
                         "no bearer confirmation with our Recipient, the InResponseTo of the "
                         "request, a NotOnOrAfter within the next hour and no NotBefore")) {
    return false;
  }
  identity.assertion_ends = *longest + kSkew;
  return true;
}

bool names_us(const Element& restriction, const Situation& situation) {
  const auto audiences = restriction.children(kAssertion, "Audience");
  return std::ranges::any_of(audiences, [&](const Element& audience) {
    return audience.text() == situation.us.entity_id;
  });
}

bool is_known_condition(const Element& condition) {
  return condition.is(kAssertion, "AudienceRestriction") ||
         condition.is(kAssertion, "OneTimeUse") || condition.is(kAssertion, "ProxyRestriction");
}

bool holds_now(const Element& conditions, const Situation& situation, Examination& examination) {
  const auto from = time_in(conditions, "NotBefore", examination);
  const auto until = time_in(conditions, "NotOnOrAfter", examination);
  return !examination.refusal() &&
         examination.holds(Check::kA04, from && until,
                           "conditions without NotBefore and "
                           "NotOnOrAfter") &&
         examination.holds(Check::kA04, *from <= situation.now + kSkew, "not valid yet") &&
         examination.holds(Check::kA04, situation.now < *until + kSkew, "not valid any more") &&
         examination.holds(Check::kA04, *until - *from <= kLongestLife,
                           "valid for more than 24 hours");
}

bool has_good_conditions(const Element& assertion, const Situation& situation,
                         Examination& examination) {
  const auto conditions = assertion.child(kAssertion, "Conditions");
  if (!examination.holds(Check::kA04, conditions.has_value(), "no conditions, or more than one") ||
      !holds_now(*conditions, situation, examination)) {
    return false;
  }
  const auto restrictions = conditions->children(kAssertion, "AudienceRestriction");
  return examination.holds(Check::kA04,
                           std::ranges::all_of(conditions->children(), is_known_condition),
                           "a condition that is not known") &&
         examination.holds(Check::kA04, !restrictions.empty(), "no audience") &&
         examination.holds(Check::kA04,
                           std::ranges::all_of(restrictions,
                                               [&](const Element& restriction) {
                                                 return names_us(restriction, situation);
                                               }),
                           "another audience");
}

bool is_authenticated(const Element& assertion, const Situation& situation, Identity& identity,
                      Examination& examination) {
  const auto statement = assertion.child(kAssertion, "AuthnStatement");
  if (!examination.holds(Check::kA05, statement.has_value(),
                         "no authentication, or more than one")) {
    return false;
  }
  const auto at = time_in(*statement, "AuthnInstant", examination);
  identity.session_ends = time_in(*statement, "SessionNotOnOrAfter", examination);
  identity.session_index = statement->attribute("SessionIndex").value_or("");
  const auto context = statement->child(kAssertion, "AuthnContext");
  const auto reference =
      context ? context->child(kAssertion, "AuthnContextClassRef") : std::nullopt;
  identity.authn_context = reference ? reference->text().value_or("") : "";
  if (examination.refusal() || !examination.holds(Check::kA05, at.has_value(), "no AuthnInstant") ||
      !examination.holds(Check::kA05, *at <= situation.now + kSkew,
                         "an authentication in the future") ||
      !examination.holds(Check::kA05,
                         !identity.session_ends || situation.now < *identity.session_ends + kSkew,
                         "a session that is over") ||
      !examination.holds(Check::kA05, identity.session_index.size() <= kLongestSessionIndex,
                         "a SessionIndex that is too long")) {
    return false;
  }
  identity.authenticated = *at;
  return examination.holds(
      Check::kA08, !situation.question.asked_again || *at >= situation.question.asked - kSkew,
      "the identity provider did not ask the person again, as ForceAuthn demands");
}

// One with values of other than text, as some identity providers send, is left out.
std::optional<Attribute> read_attribute(const Element& element) {
  Attribute attribute{element.attribute("Name").value_or(""), {}};
  for (const Element& value : element.children(kAssertion, "AttributeValue")) {
    auto text = value.text();
    if (!text) {
      return std::nullopt;
    }
    attribute.values.emplace_back(*std::move(text));
  }
  return attribute;
}

bool is_within_bounds(const Attribute& attribute) {
  constexpr std::size_t kMostValues = 2'000;  // groups
  constexpr std::size_t kLongestValue = 4 * 1024;
  return !attribute.name.empty() && attribute.name.size() <= kLongestName &&
         attribute.values.size() <= kMostValues &&
         std::ranges::all_of(attribute.values, [](const Pii<std::string>& value) {
           return value.expose().size() <= kLongestValue;
         });
}

bool read_attributes(const Element& assertion, Identity& identity, Examination& examination) {
  constexpr std::size_t kMostAttributes = 200;
  std::set<std::string> names;
  for (const Element& statement : assertion.children(kAssertion, "AttributeStatement")) {
    if (!examination.holds(Check::kA09,
                           statement.children(kAssertion, "EncryptedAttribute").empty(),
                           "an encrypted attribute")) {
      return false;
    }
    for (const Element& element : statement.children(kAssertion, "Attribute")) {
      const std::string name = element.attribute("Name").value_or("");
      if (!examination.holds(Check::kA09, names.insert(name).second,
                             "an attribute that is there twice") ||
          !examination.holds(Check::kA09, names.size() <= kMostAttributes, "too many attributes")) {
        return false;
      }
      auto attribute = read_attribute(element);
      if (!attribute) {
        continue;
      }
      if (!examination.holds(Check::kA09, is_within_bounds(*attribute),
                             "an attribute without a name, with too many values or too long")) {
        return false;
      }
      identity.attributes.push_back(*std::move(attribute));
    }
  }
  return examination.holds(Check::kA09, true, "");
}

}  // namespace

std::optional<Identity> identity_in(const Element& assertion, const Situation& situation,
                                    Examination& examination) {
  Identity identity;
  if (!is_freshly_issued(assertion, Check::kA01, situation.now, examination) ||
      !is_issued_by(assertion, Check::kA01, situation.provider.entity_id, examination)) {
    return std::nullopt;
  }
  identity.assertion_id = assertion.attribute("ID").value_or("");
  const auto subject = subject_of(assertion, identity, examination);
  if (!subject || !is_confirmed(*subject, situation, identity, examination) ||
      !has_good_conditions(assertion, situation, examination) ||
      !is_authenticated(assertion, situation, identity, examination) ||
      !read_attributes(assertion, identity, examination)) {
    return std::nullopt;
  }
  return identity;
}

}  // namespace leadkeep::saml_judge
