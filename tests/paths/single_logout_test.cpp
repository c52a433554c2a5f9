// The path of a sign-out that an identity provider takes part in. What a message may say is in
// tests/unit/saml_judge, how it is signed in tests/unit/saml.
#include "saml/change.h"
#include "saml/logout_draft.h"
#include "sign_on_path.h"

#include <leadkeep/flow/single_logout.h>
#include <leadkeep/saml_judge/logout.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kOther = "https://other.example.test/metadata";

class SingleLogoutPath : public SignOnPath {
 protected:
  // With that SessionIndex there.
  identity::Session signed_in_there(std::string_view index, std::string_view provider = "corp") {
    return signed_in(
        [&](Forger& f) {
          f.authn = changed(f.authn, "_s1", index);
          if (provider != "corp") {
            f.response_issuer = changed(f.response_issuer, kIdp, kOther);
            f.issuer = changed(f.issuer, kIdp, kOther);
          }
        },
        provider);
  }

  bool is_live(const identity::Session& session) {
    return store->read([&](store::ReadTxn& txn) { return sessions.require_live(txn, session); })
        .ok();
  }

  static std::string session_index(std::string_view index) {
    return "<samlp:SessionIndex>" + std::string{index} + "</samlp:SessionIndex>";
  }

  Result<std::optional<std::string>> arrive(const std::string& query) { return logout.take(query); }

  // What the identity provider gets to read.
  saml::SignedQuery read_there(const std::string& url) {
    return must(saml::SignedQuery::parse(url.substr(url.find('?') + 1)));
  }

  std::string xml_there(const std::string& url) {
    return must(read_there(url).open(std::vector<Bytes>{service.signing_key.public_key()}));
  }

  static std::string attribute_in(const std::string& xml, const std::string& name) {
    const auto begin = xml.find(" " + name + "=\"") + name.size() + 3;
    return xml.substr(begin, xml.find('"', begin) - begin);
  }

  flow::LogoutJudge logout_judge = [](const saml::LogoutJob& job) -> Result<saml::LogoutJudgement> {
    return saml_judge::judge_logout(job);
  };
  flow::SingleLogout logout{house,  &service, [this](const auto& job) { return logout_judge(job); },
                            log_in, sessions, sign_on_answers,
                            refuse};
};

TEST_F(SingleLogoutPath, EndsTheSessionAndSendsTheBrowserToTheIdentityProvider) {
  const auto session = signed_in_there("_s1");
  const auto next = must(logout.begin(session));
  EXPECT_FALSE(is_live(session));
  EXPECT_EQ(trail().back().entry.act, audit::Act::kLogOut);
  ASSERT_TRUE(next.has_value());
  EXPECT_THAT(*next, StartsWith("https://idp.example.test/slo?SAMLRequest="));
  const std::string xml = xml_there(*next);
  EXPECT_THAT(xml, HasSubstr(R"(Destination="https://idp.example.test/slo")"));
  EXPECT_THAT(xml, HasSubstr(">" + std::string{kSp} + "</saml:Issuer>"));
  EXPECT_THAT(xml,
              HasSubstr(R"(Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">alice<)"));
  EXPECT_THAT(xml, HasSubstr(session_index("_s1")));
}

TEST_F(SingleLogoutPath, TakesTheAnswerToItsOwnRequestAndToNoOther) {
  const std::string url = *must(logout.begin(signed_in_there("_s1")));
  const std::string id = attribute_in(xml_there(url), "ID");
  const auto answer_to = [&](std::string_view request) {
    return arrive(query_with(logout_response_to(request)).text());
  };
  const auto taken = answer_to(id);
  ASSERT_TRUE(taken.ok()) << taken.error().detail;
  EXPECT_EQ(taken.value(), std::nullopt) << "home";
  for (const std::string& other :
       {std::string{"_other"}, id.substr(1), id + "00", changed(id, id.substr(40, 4), "abcd")}) {
    EXPECT_EQ(answer_to(other).error().detail, "L-04") << other;
  }
  store.clock().advance(flow::SingleLogout::kLife + 1s);
  LogoutDraft late = logout_response_to(id);
  late.attributes["IssueInstant"] = at(601);
  EXPECT_EQ(arrive(query_with(late).text()).error().detail, "L-04");
}

TEST_F(SingleLogoutPath, HasNowhereToGoWithoutASessionThereOrALogoutThere) {
  const auto local = sign_in("bob", {identity::Role::kAgent});
  EXPECT_EQ(must(logout.begin(local)), std::nullopt);
  EXPECT_FALSE(is_live(local));
  const auto session = signed_in_there("_s1");
  service.providers.at("corp").logout_url.reset();
  EXPECT_EQ(must(logout.begin(session)), std::nullopt);
  EXPECT_FALSE(is_live(session));
}

TEST_F(SingleLogoutPath, EndsTheSessionsThatTheIdentityProviderNames) {
  const auto one = signed_in_there("_s1");
  const auto two = signed_in_there("_s2");
  const auto three = signed_in_there("_s3");
  LogoutDraft draft;
  draft.sessions = session_index("_s1") + session_index("_s3") + session_index("_unknown");
  QueryDraft query = query_with(draft);
  query.relay_state = "theirs";
  const auto next = arrive(query.text());
  ASSERT_TRUE(next.ok()) << next.error().detail;
  EXPECT_FALSE(is_live(one));
  EXPECT_TRUE(is_live(two));
  EXPECT_FALSE(is_live(three));
  EXPECT_EQ(last_reason(), "single_logout");

  ASSERT_TRUE(next.value().has_value());
  EXPECT_THAT(*next.value(), StartsWith("https://idp.example.test/slo-answer?SAMLResponse="));
  EXPECT_EQ(read_there(*next.value()).relay_state(), "theirs");
  const std::string xml = xml_there(*next.value());
  EXPECT_THAT(xml, HasSubstr(R"(InResponseTo="_logout")"));
  EXPECT_THAT(xml, HasSubstr("status:Success"));
}

TEST_F(SingleLogoutPath, EndsAllSessionsOfThePersonThereWhereNoneIsNamed) {
  const auto one = signed_in_there("_s1");
  const auto two = signed_in_there("_s2");
  const auto local = sign_in("bob", {identity::Role::kAgent});
  must(arrive(query_with({}).text()));
  EXPECT_FALSE(is_live(one));
  EXPECT_FALSE(is_live(two));
  EXPECT_TRUE(is_live(local));
}

TEST_F(SingleLogoutPath, FollowsASessionThroughItsStepUp) {
  const auto before = signed_in_there("_s1");
  const Browser browser = ask_again(before);
  Forger forger = answering(browser.request);
  forger.assertion["ID"] = "_again";
  forger.authn = changed(forger.authn, "_s1", "_s2");
  must(give(browser, forger));
  const auto after = must(log_in.step_up(before, attempt_of(browser))).session;
  LogoutDraft old;
  old.sessions = session_index("_s1");
  must(arrive(query_with(old).text()));
  EXPECT_TRUE(is_live(after)) << "it is another session there by now";
  LogoutDraft now;
  now.attributes["ID"] = "_next";
  now.sessions = session_index("_s2");
  must(arrive(query_with(now).text()));
  EXPECT_FALSE(is_live(after));
}

TEST_F(SingleLogoutPath, SucceedsWithoutEffectForWhoHasNoSessionHere) {
  const auto session = signed_in_there("_s1");
  LogoutDraft draft;
  draft.person = "<saml:NameID>bob</saml:NameID>";
  EXPECT_TRUE(arrive(query_with(draft).text()).ok());
  EXPECT_TRUE(is_live(session));
}

TEST_F(SingleLogoutPath, EndsNoSessionThatAnotherIdentityProviderHasOpened) {
  service.providers.emplace("other", provider_named(kOther));
  service.providers.at("other").provider.signing_keys = {other_key().public_key()};
  const auto session = signed_in_there("_s1");
  LogoutDraft theirs;
  theirs.issuer = changed(theirs.issuer, kIdp, kOther);
  EXPECT_TRUE(arrive(query_with(theirs).text(other_key())).ok());
  EXPECT_TRUE(is_live(session)) << "the same name, of another provider";
  // In the name of the first, but with the key of the second.
  EXPECT_EQ(arrive(query_with({}).text(other_key())).error().detail, "L-03");
  EXPECT_TRUE(is_live(session));
}

TEST_F(SingleLogoutPath, KnowsTwoIdentityProvidersThatShareAKey) {
  service.providers.emplace("other", provider_named(kOther));
  const auto here = signed_in_there("_s1");
  const auto there = signed_in_there("_s1", "other");
  LogoutDraft theirs;
  theirs.issuer = changed(theirs.issuer, kIdp, kOther);
  must(arrive(query_with(theirs).text()));
  EXPECT_TRUE(is_live(here));
  EXPECT_FALSE(is_live(there));
}

TEST_F(SingleLogoutPath, CountsARequestOnce) {
  const std::string query = query_with({}).text();
  must(arrive(query));
  const auto session = signed_in_there("_s1");
  EXPECT_EQ(arrive(query).error().detail, "L-03");
  EXPECT_TRUE(is_live(session));
}

TEST_F(SingleLogoutPath, ShowsNoReaderWhatNobodyKnownHasSigned) {
  int read = 0;
  const auto real = logout_judge;
  logout_judge = [&](const auto& job) {
    ++read;
    return real(job);
  };
  const auto session = signed_in_there("_s1");
  EXPECT_EQ(arrive(query_with({}).text(other_key())).error().detail, "L-02");
  EXPECT_EQ(arrive(query_with({}).unsigned_text()).error().detail, "L-02");
  EXPECT_EQ(arrive("").error().detail, "L-02");
  EXPECT_EQ(read, 0);
  EXPECT_TRUE(is_live(session));
  EXPECT_EQ(trail().back().entry.outcome, audit::Outcome::kRefused);
}

TEST_F(SingleLogoutPath, BelievesNothingWhileTheReaderIsGone) {
  logout_judge = [](const auto&) -> Result<saml::LogoutJudgement> {
    return fail(Errc::kUnavailable, "killed");
  };
  const auto session = signed_in_there("_s1");
  const auto taken = arrive(query_with({}).text());
  EXPECT_EQ(taken.error().code, Errc::kUnavailable);
  EXPECT_EQ(taken.error().detail, "no_verdict");
  EXPECT_TRUE(is_live(session));
}

TEST_F(SingleLogoutPath, LetsStrangersKeepNobodyFromSigningOutOrIn) {
  const auto session = signed_in_there("_s1");
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(arrive("x=y").error().code, Errc::kUnauthenticated);
  }
  EXPECT_TRUE(arrive(query_with({}).text()).ok());
  EXPECT_FALSE(is_live(session));
  EXPECT_TRUE(is_live(signed_in_there("_s2")));
}

// Between the identity provider's answer and the session lies a page of ours, and a second factor.
TEST_F(SingleLogoutPath, EndsALogInThatHasNotBecomeASession) {
  const Browser browser = ask();
  must(give(browser, answering(browser.request)));
  must(arrive(query_with({}).text()));
  EXPECT_EQ(open(browser).error().code, Errc::kUnauthenticated);
}

// The answer is still on its way when the person is signed out there.
TEST_F(SingleLogoutPath, EndsALogInWhoseAnswerComesLater) {
  const auto answers_after = [&](const LogoutDraft& draft, std::string_view index) {
    const Browser before = ask();
    store.clock().advance(1ms);
    must(arrive(query_with(draft).text()));
    Forger late = answering(before.request);
    late.assertion["ID"] = "_a" + before.request.id;
    late.authn = changed(late.authn, " SessionIndex=\"_s1\"", std::string{index});
    const bool taken = give(before, late).ok();
    EXPECT_TRUE(taken || last_reason() == "signed_out") << last_reason();
    return taken;
  };
  LogoutDraft draft;
  const auto named = [&](std::string_view id, std::string_view index) {
    draft.attributes["ID"] = id;
    draft.sessions = index.empty() ? "" : session_index(index);
    return draft;
  };
  EXPECT_FALSE(answers_after(named("_l1", "_s1"), " SessionIndex=\"_s1\""));
  EXPECT_TRUE(answers_after(named("_l2", "_s1"), " SessionIndex=\"_s2\""));
  EXPECT_FALSE(answers_after(named("_l3", "_s1"), "")) << "of which session is not said";
  EXPECT_FALSE(answers_after(named("_l4", ""), " SessionIndex=\"_s3\""));
  const Browser after = ask();
  must(give(after, answering(after.request)));
  EXPECT_TRUE(open(after).ok()) << "asked for after that";
}

}  // namespace
}  // namespace leadkeep::test
