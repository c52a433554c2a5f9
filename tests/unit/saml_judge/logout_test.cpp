#include "saml/change.h"
#include "saml/logout_draft.h"

#include <leadkeep/saml/response.h>
#include <leadkeep/saml_judge/logout.h>

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::saml_judge {
namespace {

using saml::LogoutJudgement;
using saml::LogoutKind;
using test::at;
using test::LogoutDraft;
using testing::ElementsAre;
using testing::IsEmpty;

LogoutJudgement judged(const std::string& xml, LogoutKind kind = LogoutKind::kRequest) {
  return judge_logout({xml, kind, std::string{test::kIdp}, std::string{test::kSlo}, test::kNow});
}

// "" if it is believed.
std::string refusal_of(const LogoutJudgement& judgement) {
  EXPECT_NE(judgement.refusal.has_value(), judgement.message.has_value());
  return judgement.refusal ? std::string{saml::id_of(judgement.refusal->check)} : "";
}

std::string refusal_of(const std::function<void(LogoutDraft&)>& spoil) {
  LogoutDraft draft;
  spoil(draft);
  return refusal_of(judged(draft.xml()));
}

TEST(Logout, SaysWhoseSessionsEnd) {
  LogoutDraft draft;
  draft.attributes["NotOnOrAfter"] = at(120);
  draft.sessions =
      "<samlp:SessionIndex>_a</samlp:SessionIndex><samlp:SessionIndex>_b</samlp:SessionIndex>";
  const auto judgement = judged(draft.xml());
  ASSERT_EQ(refusal_of(judgement), "");
  EXPECT_EQ(judgement.message->id, "_logout");
  EXPECT_EQ(judgement.message->name_id.expose(), "alice");
  EXPECT_THAT(judgement.message->session_indexes, ElementsAre("_a", "_b"));
}

// As long as the same message would be fresh once more, whatever it says of itself.
TEST(Logout, CannotBeRepeatedWhileItIsKept) {
  LogoutDraft ahead;
  ahead.attributes["IssueInstant"] = at(60);
  ahead.attributes["NotOnOrAfter"] = "9999-12-31T23:59:59Z";
  const auto judgement = judged(ahead.xml());
  ASSERT_EQ(refusal_of(judgement), "");
  const Timestamp ends = judgement.message->ends;
  EXPECT_LT(ends, test::kNow + std::chrono::minutes{8});
  const auto again_at = [&](Timestamp now) {
    return refusal_of(judge_logout({ahead.xml(), LogoutKind::kRequest, std::string{test::kIdp},
                                    std::string{test::kSlo}, now}));
  };
  EXPECT_EQ(again_at(ends), "L-03");
  EXPECT_EQ(again_at(ends - std::chrono::milliseconds{1}), "");
}

TEST(Logout, MeansAllSessionsWhereNoneIsNamed) {
  const auto judgement = judged(LogoutDraft{}.xml());
  ASSERT_EQ(refusal_of(judgement), "");
  EXPECT_THAT(judgement.message->session_indexes, IsEmpty());
}

TEST(Logout, RefusesARequestThatIsNotOfThatIdentityProviderForUsAndForNow) {
  const auto attribute = [](const char* name, std::string value) {
    return [name, value = std::move(value)](LogoutDraft& d) { d.attributes[name] = value; };
  };
  const auto without = [](const char* name) {
    return [name](LogoutDraft& d) { d.attributes.erase(name); };
  };
  const std::vector<std::pair<const char*, std::function<void(LogoutDraft&)>>> spoilt{
      {"another destination", attribute("Destination", "https://leads.example.test/")},
      {"no destination", without("Destination")},
      {"another version", attribute("Version", "1.1")},
      {"no id", without("ID")},
      {"no time", without("IssueInstant")},
      {"issued too long ago", attribute("IssueInstant", at(-361))},
      {"issued in the future", attribute("IssueInstant", at(61))},
      {"over", attribute("NotOnOrAfter", at(-61))},
      {"another issuer", [](LogoutDraft& d) { d.issuer = "<saml:Issuer>x</saml:Issuer>"; }},
      {"no issuer", [](LogoutDraft& d) { d.issuer.clear(); }},
      {"two issuers", [](LogoutDraft& d) { d.issuer += d.issuer; }},
      {"nobody", [](LogoutDraft& d) { d.person.clear(); }},
      {"two persons", [](LogoutDraft& d) { d.person += d.person; }},
      {"a name with elements",
       [](LogoutDraft& d) { d.person = "<saml:NameID>a<saml:b></saml:b></saml:NameID>"; }},
      {"an empty name", [](LogoutDraft& d) { d.person = "<saml:NameID></saml:NameID>"; }},
      {"an encrypted name",
       [](LogoutDraft& d) { d.person += "<saml:EncryptedID></saml:EncryptedID>"; }},
      {"an empty session",
       [](LogoutDraft& d) { d.sessions = "<samlp:SessionIndex></samlp:SessionIndex>"; }},
      {"too many sessions",
       [](LogoutDraft& d) {
         for (int i = 0; i < 101; ++i) {
           d.sessions += "<samlp:SessionIndex>s</samlp:SessionIndex>";
         }
       }},
      {"an answer", [](LogoutDraft& d) { d.element = "LogoutResponse"; }},
      {"another message", [](LogoutDraft& d) { d.element = "AuthnRequest"; }},
  };
  for (const auto& [name, spoil] : spoilt) {
    EXPECT_EQ(refusal_of(spoil), "L-03") << name;
  }
  EXPECT_EQ(refusal_of(attribute("NotOnOrAfter", "soon")), "A-06");
}

TEST(Logout, PassesTheSameGatesAsAResponse) {
  const std::string good = LogoutDraft{}.xml();
  EXPECT_EQ(refusal_of(judged("<!DOCTYPE x>" + good)), "B-03");
  EXPECT_EQ(refusal_of(judged(test::changed(good, "alice", "al<!-- -->ice"))), "B-03");
  EXPECT_EQ(refusal_of(judged(good.substr(1))), "B-04");
  EXPECT_EQ(refusal_of(judged("")), "B-04");
  EXPECT_EQ(refusal_of(judged(good + "\x01")), "B-01");
  EXPECT_EQ(
      refusal_of(judged(test::changed(good, "<saml:NameID>", "<saml:NameID ID=\"_logout\">"))),
      "R-02");
  EXPECT_EQ(
      refusal_of(judged(test::changed(
          good, "<saml:NameID>",
          R"(<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"></ds:Signature><saml:NameID>)"))),
      "R-03");
}

TEST(Logout, TakesTheAnswerThatEverythingHasEnded) {
  const LogoutDraft draft = test::logout_response_to("_ours");
  const auto judgement = judged(draft.xml(), LogoutKind::kResponse);
  ASSERT_EQ(refusal_of(judgement), "");
  EXPECT_EQ(judgement.message->in_response_to, "_ours");
  EXPECT_EQ(refusal_of(judged(draft.xml(), LogoutKind::kRequest)), "L-03");
  EXPECT_EQ(refusal_of(judged(LogoutDraft{}.xml(), LogoutKind::kResponse)), "L-04");
}

TEST(Logout, RefusesAnAnswerToNothingOrThatNotEverythingHasEnded) {
  const auto refusal = [](const std::function<void(LogoutDraft&)>& spoil) {
    LogoutDraft draft = test::logout_response_to("_ours");
    spoil(draft);
    return refusal_of(judged(draft.xml(), LogoutKind::kResponse));
  };
  EXPECT_EQ(refusal([](LogoutDraft&) {}), "");
  EXPECT_EQ(refusal([](LogoutDraft& d) { d.attributes.erase("InResponseTo"); }), "L-04");
  EXPECT_EQ(refusal([](LogoutDraft& d) { d.person.clear(); }), "L-04");
  EXPECT_EQ(
      refusal([](LogoutDraft& d) { d.person = test::changed(d.person, "Success", "Responder"); }),
      "L-04");
  EXPECT_EQ(refusal([](LogoutDraft& d) {
              d.person = test::changed(d.person, "</samlp:StatusCode>",
                                       R"(<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:)"
                                       R"(status:PartialLogout"></samlp:StatusCode>)"
                                       "</samlp:StatusCode>");
            }),
            "L-04");
}

}  // namespace
}  // namespace leadkeep::saml_judge
