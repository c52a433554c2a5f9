// Messages that the identity provider did sign, and that are not for us, not for now, not for this
// request, or not of one person.
#include "change.h"

#include <leadkeep/saml/checks.h>

#include <algorithm>
#include <iterator>

namespace leadkeep::test {
namespace {

using saml::Check;

constexpr std::string_view kStatus = "urn:oasis:names:tc:SAML:2.0:status:";

// Signed as a whole, so that what the response says is believed.
template <class Spoil>
Vector response(std::string name, Check refused_by, const Spoil& spoil) {
  return forged(std::move(name), refused_by, [spoil](Forger& forger) {
    forger.sign_response = Signing{};
    spoil(forger);
  });
}

// Of the response: an attribute set, or taken away by an empty value.
Vector attribute(std::string name, Check refused_by, const std::string& key,
                 const std::string& value) {
  return response(std::move(name), refused_by, [key, value](Forger& forger) {
    if (value.empty()) {
      forger.response.erase(key);
    } else {
      forger.response[key] = value;
    }
  });
}

Vector status(std::string name, const std::string& code) {
  return response(std::move(name), Check::kP04, [code](Forger& forger) {
    forger.status =
        changed(forger.status, std::string{kStatus} + "Success", std::string{kStatus} + code);
  });
}

// Of one part of the assertion.
Vector part(std::string name, Check refused_by, std::string Forger::* which,
            const std::string& from, const std::string& to) {
  return forged(std::move(name), refused_by, [which, from, to](Forger& forger) {
    forger.*which = changed(forger.*which, from, to);
  });
}

Vector emptied(std::string name, Check refused_by, std::string Forger::* which) {
  return forged(std::move(name), refused_by, [which](Forger& forger) { (forger.*which).clear(); });
}

Vector doubled(std::string name, Check refused_by, std::string Forger::* which) {
  return forged(std::move(name), refused_by,
                [which](Forger& forger) { forger.*which += forger.*which; });
}

void add_response(std::vector<Vector>& all) {
  all.push_back(attribute("ResponseOfSaml11", Check::kP01, "Version", "1.1"));
  all.push_back(attribute("ResponseWithoutVersion", Check::kP01, "Version", ""));
  all.push_back(attribute("ResponseIssuedLongAgo", Check::kP01, "IssueInstant", at(-400)));
  all.push_back(attribute("ResponseIssuedInTheFuture", Check::kP01, "IssueInstant", at(100)));
  all.push_back(attribute("ResponseWithoutIssueInstant", Check::kP01, "IssueInstant", ""));
  all.push_back(attribute("ResponseTimeInAnotherZone", Check::kA06, "IssueInstant",
                          changed(at(0), "Z", "+00:00")));
  all.push_back(forged("UnsignedResponseOfSaml11", Check::kP01,
                       [](Forger& forger) { forger.response["Version"] = "1.1"; }));
  all.push_back(response("ResponseOfAnotherIssuer", Check::kP02, [](Forger& forger) {
    forger.response_issuer = changed(forger.response_issuer, "idp.example", "other.example");
  }));
  all.push_back(response("ResponseWithoutIssuer", Check::kP02,
                         [](Forger& forger) { forger.response_issuer.clear(); }));
  all.push_back(response("ResponseWithTwoIssuers", Check::kP02,
                         [](Forger& forger) { forger.response_issuer += forger.response_issuer; }));
  all.push_back(response("IssuerWithABlank", Check::kP02, [](Forger& forger) {
    forger.response_issuer = changed(forger.response_issuer, "</saml", " </saml");
  }));
  all.push_back(response("IssuerInCapitals", Check::kP02, [](Forger& forger) {
    forger.response_issuer = changed(forger.response_issuer, "idp.", "IDP.");
  }));
  all.push_back(response("IssuerOfAnotherFormat", Check::kP02, [](Forger& forger) {
    forger.response_issuer =
        changed(forger.response_issuer, ">https",
                R"( Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">https)");
  }));
  all.push_back(attribute("SignedResponseWithoutDestination", Check::kP03, "Destination", ""));
  all.push_back(
      attribute("AnotherDestination", Check::kP03, "Destination", "https://other.test/acs"));
  all.push_back(
      attribute("DestinationWithASlash", Check::kP03, "Destination", std::string{kAcs} + "/"));
  all.push_back(forged("AnotherDestinationUnsigned", Check::kP03, [](Forger& forger) {
    forger.response["Destination"] = "https://other.test/acs";
  }));
  all.push_back(attribute("AnotherRequest", Check::kP05, "InResponseTo", "_another"));
  all.push_back(attribute("Unsolicited", Check::kP05, "InResponseTo", ""));
  all.push_back(status("StatusRequester", "Requester"));
  all.push_back(status("StatusPartial", "Success2"));
  all.push_back(status("StatusInCapitals", "SUCCESS"));
  all.push_back(response("StatusAuthnFailedWithoutAssertion", Check::kP04, [](Forger& forger) {
    forger.status = changed(
        forger.status, R"(Success"></samlp:StatusCode>)",
        R"(Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"></samlp:StatusCode></samlp:StatusCode>)");
    forger.wrap = [](const std::string&) { return std::string{}; };
  }));
  all.push_back(response("NoStatus", Check::kP04, [](Forger& forger) { forger.status.clear(); }));
  all.push_back(
      response("TwoStatus", Check::kP04, [](Forger& forger) { forger.status += forger.status; }));
  all.push_back(response("TwoStatusCodes", Check::kP04, [](Forger& forger) {
    forger.status = changed(forger.status, "<samlp:StatusCode ",
                            "<samlp:StatusCode Value=\"x\"></samlp:StatusCode><samlp:StatusCode ");
  }));
}

void add_subject(std::vector<Vector>& all) {
  const auto subject = [&](std::string name, Check by, const std::string& from,
                           const std::string& to) {
    all.push_back(part(std::move(name), by, &Forger::subject, from, to));
  };
  all.push_back(emptied("NoSubject", Check::kA02, &Forger::subject));
  all.push_back(doubled("TwoSubjects", Check::kA02, &Forger::subject));
  subject("TwoNameIds", Check::kA02, "<saml:NameID ",
          "<saml:NameID>mallory</saml:NameID><saml:NameID ");
  subject("EmptyNameId", Check::kA02, ">alice<", "><");
  subject("BlankBeforeNameId", Check::kA02, ">alice<", "> alice<");
  subject("BlankBehindNameId", Check::kA02, ">alice<", ">alice <");
  subject("LineBreakInNameId", Check::kA02, ">alice<", ">ali\nce<");
  subject("ElementInNameId", Check::kA02, ">alice<", ">alice<saml:X>.evil</saml:X><");
  subject("NameIdTooLong", Check::kA02, ">alice<", ">" + std::string(300, 'a') + "<");
  subject("BaseIdBeside", Check::kA02, "<saml:NameID ", "<saml:BaseID></saml:BaseID><saml:NameID ");
  subject("EncryptedId", Check::kA02, "<saml:NameID ",
          "<saml:EncryptedID></saml:EncryptedID><saml:NameID ");
  subject("HolderOfKey", Check::kA03, "cm:bearer", "cm:holder-of-key");
  subject("NoRecipient", Check::kA03, " Recipient=\"" + std::string{kAcs} + "\"", "");
  subject("AnotherRecipient", Check::kA03, "Recipient=\"https://leads",
          "Recipient=\"https://other");
  subject("ConfirmationExpired", Check::kA03, at(300), at(-70));
  subject("ConfirmationForTooLong", Check::kA03, at(300), at(4000));
  subject("ConfirmationWithoutEnd", Check::kA03, " NotOnOrAfter=\"" + at(300) + "\"", "");
  subject("ConfirmationTimeInAnotherZone", Check::kA03, at(300), changed(at(300), "Z", "+01:00"));
  subject("ConfirmationWithNotBefore", Check::kA03, " NotOnOrAfter",
          " NotBefore=\"" + at(-100) + "\" NotOnOrAfter");
  subject("ConfirmationOfAnotherRequest", Check::kA03, std::string{kRequest}, "_another");
  subject("ConfirmationOfNoRequest", Check::kA03, "InResponseTo=\"" + std::string{kRequest} + "\" ",
          "");
  all.push_back(forged("NoConfirmation", Check::kA03, [](Forger& forger) {
    const auto begin = forger.subject.find("<saml:SubjectConfirmation ");
    forger.subject = forger.subject.substr(0, begin) + "</saml:Subject>";
  }));
  all.push_back(forged("ConfirmationWithoutData", Check::kA03, [](Forger& forger) {
    const auto begin = forger.subject.find("<saml:SubjectConfirmationData ");
    forger.subject = forger.subject.substr(0, begin) + "</saml:SubjectConfirmation></saml:Subject>";
  }));
}

void add_conditions(std::vector<Vector>& all) {
  const auto conditions = [&](std::string name, const std::string& from, const std::string& to) {
    all.push_back(part(std::move(name), Check::kA04, &Forger::conditions, from, to));
  };
  all.push_back(emptied("NoConditions", Check::kA04, &Forger::conditions));
  all.push_back(doubled("TwoConditions", Check::kA04, &Forger::conditions));
  conditions("NotYetValid", at(-60), at(90));
  conditions("Expired", at(300), at(-61));
  conditions("WithoutBegin", "NotBefore=\"" + at(-60) + "\" ", "");
  conditions("WithoutEnd", " NotOnOrAfter=\"" + at(300) + "\"", "");
  conditions("ValidForTooLong", at(300), at(90'000));
  conditions("NoAudience",
             "<saml:AudienceRestriction><saml:Audience>" + std::string{kSp} +
                 "</saml:Audience></saml:AudienceRestriction>",
             "");
  conditions("OnlyAnotherAudience", std::string{kSp}, "https://other.test");
  conditions("AudienceWithABlank", "</saml:Audience>", " </saml:Audience>");
  conditions("AudienceOfWhichWeAreAPrefix", "</saml:Audience>", ".other</saml:Audience>");
  conditions("ASecondRestrictionWithoutUs", "</saml:Conditions>",
             "<saml:AudienceRestriction><saml:Audience>https://other.test</saml:Audience></"
             "saml:AudienceRestriction></saml:Conditions>");
  conditions("EmptyRestriction", "</saml:Conditions>",
             "<saml:AudienceRestriction></saml:AudienceRestriction></saml:Conditions>");
  conditions("UnknownCondition", "</saml:Conditions>",
             "<saml:Condition></saml:Condition></saml:Conditions>");
  all.push_back(part("ConditionsInAnotherZone", Check::kA06, &Forger::conditions, at(300),
                     changed(at(300), "Z", "+00:00")));
  all.push_back(part("ConditionsOnADayThatIsNone", Check::kA06, &Forger::conditions, at(300),
                     "2026-02-30T10:00:00Z"));
}

void add_authentication(std::vector<Vector>& all) {
  all.push_back(emptied("NoAuthentication", Check::kA05, &Forger::authn));
  all.push_back(doubled("TwoAuthentications", Check::kA05, &Forger::authn));
  all.push_back(part("AuthenticatedInTheFuture", Check::kA05, &Forger::authn, at(-2), at(100)));
  all.push_back(part("WithoutAuthnInstant", Check::kA05, &Forger::authn,
                     "AuthnInstant=\"" + at(-2) + "\" ", ""));
  all.push_back(part("SessionThatIsOver", Check::kA05, &Forger::authn, " SessionIndex=\"_s1\"",
                     " SessionIndex=\"_s1\" SessionNotOnOrAfter=\"" + at(-100) + "\""));
  all.push_back(part("AuthnInstantOutOfForm", Check::kA06, &Forger::authn, at(-2), "today"));
  Vector again = part("ForceAuthnIgnored", Check::kA08, &Forger::authn, at(-2), at(-3600));
  again.asked_again = true;
  all.push_back(std::move(again));
}

void add_assertion(std::vector<Vector>& all) {
  const auto assertion = [&](std::string name, Check by, const std::string& key,
                             const std::string& value) {
    all.push_back(forged(std::move(name), by, [key, value](Forger& forger) {
      if (value.empty()) {
        forger.assertion.erase(key);
      } else {
        forger.assertion[key] = value;
      }
    }));
  };
  assertion("AssertionOfSaml11", Check::kA01, "Version", "1.1");
  assertion("AssertionIssuedLongAgo", Check::kA01, "IssueInstant", at(-400));
  assertion("AssertionIssuedInTheFuture", Check::kA01, "IssueInstant", at(100));
  assertion("AssertionWithoutIssueInstant", Check::kA01, "IssueInstant", "");
  assertion("AssertionTimeOutOfForm", Check::kA06, "IssueInstant", "2026-11-24 15:51:18Z");
  assertion("SignedAssertionWithoutId", Check::kS04, "ID", "");
  all.push_back(part("AssertionOfAnotherIssuer", Check::kA01, &Forger::issuer, "idp.", "other."));
  all.push_back(emptied("AssertionWithoutIssuer", Check::kA01, &Forger::issuer));
  const auto attributes = [&](std::string name, const std::string& from, const std::string& to) {
    all.push_back(part(std::move(name), Check::kA09, &Forger::attributes, from, to));
  };
  attributes("AttributeTwice", "<saml:Attribute ",
             "<saml:Attribute Name=\"groups\"></saml:Attribute><saml:Attribute ");
  attributes("AttributeWithoutName", "<saml:Attribute Name=\"groups\">", "<saml:Attribute>");
  attributes("EncryptedAttribute", "<saml:Attribute ",
             "<saml:EncryptedAttribute></saml:EncryptedAttribute><saml:Attribute ");
  attributes("AttributeValueTooLong", ">agents<", ">" + std::string(5000, 'a') + "<");
  all.push_back(forged("TooManyAttributeNames", Check::kA09, [](Forger& forger) {
    std::string many;
    for (int i = 0; i < 250; ++i) {
      many += "<saml:Attribute Name=\"a" + std::to_string(i) + "\"></saml:Attribute>";
    }
    forger.attributes = changed(forger.attributes, "<saml:Attribute ", many + "<saml:Attribute ");
  }));
}

}  // namespace

std::vector<Vector> profile_vectors() {
  std::vector<Vector> all;
  add_response(all);
  add_assertion(all);
  add_subject(all);
  add_conditions(all);
  add_authentication(all);
  return all;
}

std::vector<Vector> all_vectors() {
  std::vector<Vector> all;
  for (auto* some : {dialect_vectors, wrapping_vectors, signature_vectors, byte_vectors,
                     encryption_vectors, profile_vectors}) {
    auto vectors = some();
    std::ranges::move(vectors, std::back_inserter(all));
  }
  return all;
}

}  // namespace leadkeep::test
