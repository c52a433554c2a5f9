// The path of a log-in at an identity provider, from the request to the session. The provider is the
// forger of tests/saml, the verdict the real one, in this process. The checks of the message itself are
// in tests/unit/saml_judge.
#include "saml/change.h"
#include "sign_on_path.h"

#include <leadkeep/identity/totp.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using namespace std::chrono_literals;
using identity::Assurance;
using identity::ProofAge;
using identity::Role;
using testing::ElementsAre;
using testing::StartsWith;

constexpr std::string_view kPasswordContext =
    "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

TEST_F(SignOnPath, LetsInWhomTheIdentityProviderProves) {
  const Browser browser = ask();
  const Forger forger = answering(browser.request);
  must(give(browser, forger));
  const auto opened = must(open(browser));
  EXPECT_EQ(opened.session.display_name(), "Alice Agent");
  EXPECT_EQ(opened.session.username(), "al");
  EXPECT_THAT(opened.session.roles(), ElementsAre(Role::kAgent));
  EXPECT_EQ(opened.session.assurance(), Assurance::kPassword);
  EXPECT_EQ(trail().back().entry.act, audit::Act::kLogIn);
  EXPECT_EQ(last_reason(), "password");
}

TEST_F(SignOnPath, KnowsThePersonAgainWhateverTheNameHasBecome) {
  const auto first = signed_in([](Forger& f) { f.attributes = attributes("Alice", "agents"); });
  const auto again = signed_in([](Forger& f) { f.attributes = attributes("Alice B", "leads"); });
  EXPECT_EQ(again.agent(), first.agent());
  EXPECT_EQ(again.display_name(), "Alice B");
  EXPECT_THAT(again.roles(), ElementsAre(Role::kSupervisor));
}

TEST_F(SignOnPath, TakesOneNameOfTwoIdentityProvidersForTwoPersons) {
  constexpr std::string_view kOther = "https://other.example.test/metadata";
  service.providers.emplace("other", provider_named(kOther));
  const auto here = signed_in([](Forger&) {}, "corp");
  const auto there = signed_in(
      [&](Forger& f) {
        f.response_issuer = changed(f.response_issuer, kIdp, kOther);
        f.issuer = changed(f.issuer, kIdp, kOther);
      },
      "other");
  EXPECT_NE(here.agent(), there.agent());
}

// V6.8.1: the answer of one identity provider is none of another, whoever it names.
TEST_F(SignOnPath, TakesNoAnswerOfAnotherIdentityProviderThanTheOneThatWasAsked) {
  constexpr std::string_view kOther = "https://other.example.test/metadata";
  service.providers.emplace("other", provider_named(kOther));
  const Browser browser = ask("other");
  EXPECT_FALSE(give(browser, answering(browser.request)).ok());
  EXPECT_EQ(last_reason(), "P-02");
}

TEST_F(SignOnPath, AsksOnlyWhoIsNamedOrTheOnlyOne) {
  EXPECT_EQ(sign_on.begin_log_in("nobody").error().code, Errc::kNotFound);
  service.providers.emplace("other", provider_named("https://other.example.test/metadata"));
  EXPECT_EQ(sign_on.begin_log_in("").error().code, Errc::kNotFound);
  EXPECT_TRUE(sign_on.begin_log_in("other").ok());
}

TEST_F(SignOnPath, IsNowhereWhereTheOperatorHasNamedNobody) {
  EXPECT_EQ(no_sign_on.begin_log_in("").error().code, Errc::kNotFound);
  EXPECT_EQ(no_sign_on.metadata().error().code, Errc::kNotFound);
  const Browser browser = ask();
  EXPECT_EQ(no_sign_on.take({browser.cookie, browser.request.relay_state, "AAAA", "10.0.0.1"})
                .error()
                .code,
            Errc::kNotFound);
}

TEST_F(SignOnPath, SendsTheBrowserByRedirectOrWithAForm) {
  const auto by_redirect = must(sign_on.begin_log_in("corp"));
  EXPECT_THAT(std::get<std::string>(by_redirect.to),
              StartsWith("https://idp.example.test/sso?SAMLRequest="));
  service.providers.at("corp").binding = flow::SamlProvider::Binding::kPost;
  const auto by_form = must(sign_on.begin_log_in("corp"));
  EXPECT_EQ(std::get<saml::Form>(by_form.to).action, "https://idp.example.test/sso");
}

// H-01: nothing is kept of a request, and it is answered once.
TEST_F(SignOnPath, TakesOneAnswerToARequest) {
  const Browser browser = ask();
  Forger forger = answering(browser.request);
  must(give(browser, forger));
  forger.assertion["ID"] = "_another";
  EXPECT_FALSE(give(browser, forger).ok());
  EXPECT_EQ(last_reason(), "H-03");
}

// H-03, also where the request is another one.
TEST_F(SignOnPath, TakesAnAssertionOnceWhateverItAnswers) {
  const Browser first = ask();
  must(give(first, answering(first.request)));
  const Browser second = ask();
  EXPECT_FALSE(give(second, answering(second.request)).ok());
  EXPECT_EQ(last_reason(), "H-03");
  store.clock().advance(1min);
  must(store->write([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY(const auto over, sign_on_answers.find_over(txn, store.clock().now(), 10));
    EXPECT_TRUE(over.empty());
    return {};
  }));
}

TEST_F(SignOnPath, TakesNoAnswerToWhatAnotherBrowserHasAsked) {
  const Browser victim = ask();
  const Browser attacker = ask();
  const Forger answer = answering(attacker.request);
  // The attacker's answer, in the victim's browser (H-02): with the victim's cookie it is for another
  // request, and with the attacker's handle it is none of this browser's.
  EXPECT_FALSE(give(victim, answer).ok());
  EXPECT_EQ(last_reason(), "P-05");
  EXPECT_FALSE(
      sign_on.take({victim.cookie, attacker.request.relay_state, answer.posted(), "10.0.0.1"})
          .ok());
  EXPECT_EQ(last_reason(), "Y-01");
  EXPECT_FALSE(sign_on.take({"", attacker.request.relay_state, answer.posted(), "10.0.0.1"}).ok());
  EXPECT_EQ(last_reason(), "H-02");
}

TEST_F(SignOnPath, TakesNoCookieThatWasChanged) {
  const Browser browser = ask();
  const Forger answer = answering(browser.request);
  service.providers.emplace("other", provider_named("https://other.example.test/metadata"));
  for (const std::string& cookie :
       {changed(browser.cookie, ".corp.", ".other."), changed(browser.cookie, ".corp.", "."),
        browser.cookie + "x", browser.cookie.substr(1), std::string{".."}, std::string(400, '.')}) {
    EXPECT_FALSE(
        sign_on.take({cookie, browser.request.relay_state, answer.posted(), "10.0.0.1"}).ok())
        << cookie;
    EXPECT_EQ(last_reason(), "H-02") << cookie;
  }
}

// Any web page can post them, from the address of a whole office.
TEST_F(SignOnPath, LetsAnswersThatNobodyHasAskedForKeepNobodyOut) {
  const Browser browser = ask();
  for (int i = 0; i < 30; ++i) {
    EXPECT_FALSE(sign_on.take({"", browser.request.relay_state, "AAAA", "10.0.0.1"}).ok());
    EXPECT_FALSE(sign_on.take({browser.cookie, "guessed", "AAAA", "10.0.0.1"}).ok());
  }
  must(give(browser, answering(browser.request)));
}

TEST_F(SignOnPath, TakesNoAnswerAfterTenMinutes) {
  const Browser browser = ask();
  store.clock().advance(identity::SignOnRequests::kLife);
  EXPECT_FALSE(give(browser, answering(browser.request)).ok());
  EXPECT_EQ(last_reason(), "H-02");
}

TEST_F(SignOnPath, OpensOneSessionWithAnAnswer) {
  const Browser browser = ask();
  must(give(browser, answering(browser.request)));
  must(open(browser));
  EXPECT_EQ(open(browser).error().code, Errc::kUnauthenticated);
  EXPECT_EQ(last_reason(), "no_answer");
}

TEST_F(SignOnPath, OpensNoSessionBeforeTheAnswerOrFiveMinutesAfterIt) {
  const Browser browser = ask();
  EXPECT_EQ(open(browser).error().code, Errc::kUnauthenticated);
  must(give(browser, answering(browser.request)));
  store.clock().advance(identity::SignOnRequests::kAnswerLife);
  EXPECT_EQ(open(browser).error().code, Errc::kUnauthenticated);
}

// What was signed and refused is not tried again with another judge, another clock or another luck.
TEST_F(SignOnPath, AnswersARequestAlsoByWhatIsRefusedBehindItsSignature) {
  const Browser browser = ask();
  Forger late = answering(browser.request);
  late.subject = changed(late.subject, at(300), at(-100));
  EXPECT_FALSE(give(browser, late).ok());
  EXPECT_EQ(last_reason(), "A-03");
  EXPECT_FALSE(give(browser, answering(browser.request)).ok());
  EXPECT_EQ(last_reason(), "H-03");
}

TEST_F(SignOnPath, ForgetsNothingOfARequestByWhatAnybodyCanSend) {
  const Browser browser = ask();
  Forger unsigned_one = answering(browser.request);
  unsigned_one.sign_assertion.reset();
  EXPECT_FALSE(give(browser, unsigned_one).ok());
  EXPECT_EQ(last_reason(), "S-01");
  EXPECT_TRUE(give(browser, answering(browser.request)).ok());
}

TEST_F(SignOnPath, RemovesItsRowsOnceNothingCanBeRepeated) {
  signed_in();
  const auto over = [&] {
    return must(store->read([&](store::ReadTxn& txn) {
      return sign_on_answers.find_over(txn, store.clock().now(), 10);
    }));
  };
  EXPECT_EQ(must(store->rows(store::TableId::kSignOns)), 2u);
  EXPECT_TRUE(over().empty());
  store.clock().advance(15min);
  const auto keys = over();
  EXPECT_EQ(keys.size(), 2u);
  must(store->write([&](store::WriteTxn& txn) {
    return sign_on_answers.remove_over(txn, keys, store.clock().now());
  }));
  EXPECT_EQ(must(store->rows(store::TableId::kSignOns)), 0u);
}

TEST_F(SignOnPath, LetsInNobodyWithoutARole) {
  const Browser browser = ask();
  Forger forger = answering(browser.request);
  forger.attributes = attributes("Alice", "guests");
  EXPECT_EQ(give(browser, forger).error().code, Errc::kUnauthenticated);
  EXPECT_EQ(last_reason(), "without_role");
}

// H-05: an address or a name that may go to somebody else is no key.
TEST_F(SignOnPath, TakesNoNameThatIsNotForGood) {
  for (const std::string_view format : {"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
                                        "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
                                        "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}) {
    const Browser browser = ask();
    Forger forger = answering(browser.request);
    forger.subject =
        changed(forger.subject, "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", format);
    EXPECT_FALSE(give(browser, forger).ok());
    EXPECT_EQ(last_reason(), "no_subject") << format;
  }
}

TEST_F(SignOnPath, TakesTheAttributeThatTheOperatorHasNamedForTheName) {
  service.providers.at("corp").rules.subject_attribute = "uid";
  const auto first = signed_in([](Forger& f) { f.attributes = attributes("Alice", "agents"); });
  const auto again = signed_in([](Forger& f) {
    f.attributes = attributes("Alice", "agents");
    f.subject = changed(f.subject, ">alice<", ">renamed@example.test<");
  });
  EXPECT_EQ(first.agent(), again.agent());
  const Browser browser = ask();
  Forger nameless = answering(browser.request);
  nameless.attributes = Forger{}.attributes;
  EXPECT_FALSE(give(browser, nameless).ok());
  EXPECT_EQ(last_reason(), "no_subject");
}

TEST_F(SignOnPath, LetsInNobodyWhomAnOperatorCouldNotName) {
  const Browser browser = ask();
  Forger nameless = answering(browser.request);
  nameless.attributes = Forger{}.attributes;
  EXPECT_FALSE(give(browser, nameless).ok());
  EXPECT_EQ(last_reason(), "no_username");
}

TEST_F(SignOnPath, LetsInNobodyWhomAnAdministratorHasDisabled) {
  const auto session = signed_in();
  must(manage_agents.set_state(flow::ManageAgents::By::operator_of_the_host(), "al",
                               identity::AgentSummary::State::kDisabled));
  const Browser browser = ask();
  Forger forger = answering(browser.request);
  forger.assertion["ID"] = "_next";
  must(give(browser, forger));
  EXPECT_EQ(open(browser).error().code, Errc::kUnauthenticated);
  EXPECT_EQ(last_reason(), "not_admitted");
}

TEST_F(SignOnPath, EndsNoLaterThanTheIdentityProviderSays) {
  const auto session = signed_in([](Forger& f) {
    f.authn = changed(f.authn, " SessionIndex",
                      " SessionIndex=\"_s1\" SessionNotOnOrAfter=\"" + at(600) + "\" Unused");
    f.authn = changed(f.authn, " Unused=\"_s1\"", "");
  });
  EXPECT_EQ(session.expires_at(), kNow + 600s);
}

// a company's own second factor counts where the operator says how it is named, and is assumed
// nowhere.
class SignOnWithFactor : public SignOnPath {
 protected:
  SignOnWithFactor() : SignOnPath{{Role::kAgent}} {}
};

TEST_F(SignOnWithFactor, AsksForOneHereWhereTheIdentityProviderHasNot) {
  EXPECT_EQ(signed_in().assurance(), Assurance::kEnrolmentOnly);
}

TEST_F(SignOnWithFactor, StepsUpNobodyWhoHasToEnrolFirst) {
  EXPECT_EQ(sign_on.begin_step_up("corp", signed_in()).error().code, Errc::kSecondFactorRequired);
}

TEST_F(SignOnWithFactor, TakesTheIdentityProvidersWordForOne) {
  const auto session =
      signed_in([](Forger& f) { f.authn = changed(f.authn, kPasswordContext, kMfa); });
  EXPECT_EQ(session.assurance(), Assurance::kIdentityProvider);
}

TEST_F(SignOnWithFactor, TakesNoOtherWordForOne) {
  for (const std::string_view context :
       {"https://refeds.org/profile/mfa/", "https://refeds.org/profile/MFA", "urn:x"}) {
    const auto session =
        signed_in([&](Forger& f) { f.authn = changed(f.authn, kPasswordContext, context); });
    EXPECT_EQ(session.assurance(), Assurance::kEnrolmentOnly) << context;
  }
}

TEST_F(SignOnWithFactor, ReadsAnAttributeWhereTheOperatorSaysSo) {
  auto& rules = service.providers.at("corp").rules;
  rules.second_factor_attribute = "authnmethodsreferences";
  const auto with = [](std::string_view value) {
    return [value](Forger& f) {
      f.attributes = changed(f.attributes, "</saml:AttributeStatement>",
                             "<saml:Attribute Name=\"authnmethodsreferences\">"
                             "<saml:AttributeValue>password</saml:AttributeValue>"
                             "<saml:AttributeValue>" +
                                 std::string{value} +
                                 "</saml:AttributeValue></saml:Attribute>"
                                 "</saml:AttributeStatement>");
    };
  };
  EXPECT_EQ(signed_in(with(kMfa)).assurance(), Assurance::kIdentityProvider);
  EXPECT_EQ(signed_in(with("x509")).assurance(), Assurance::kEnrolmentOnly);
  EXPECT_EQ(
      signed_in([](Forger& f) { f.authn = changed(f.authn, kPasswordContext, kMfa); }).assurance(),
      Assurance::kEnrolmentOnly)
      << "the context counts where no attribute is named";
}

TEST_F(SignOnWithFactor, GivesAnotherTryWithTheSameAnswerWhereTheCodeIsWrong) {
  const auto session =
      signed_in([](Forger& f) { f.authn = changed(f.authn, kPasswordContext, kMfa); });
  const auto secret = must(enrol_second_factor.offer(session, {}));
  const auto code = [&](Timestamp now) {
    return identity::totp::code_at(secret, identity::totp::step_at(now));
  };
  must(enrol_second_factor.confirm(session,
                                   SecretBytes::copy_of(as_bytes(code(store.clock().now())))));
  store.clock().advance(60s);
  const Browser browser = ask();
  Forger forger = answering(browser.request);
  forger.assertion["ID"] = "_next";
  must(give(browser, forger));
  EXPECT_FALSE(open(browser).ok());
  EXPECT_FALSE(open(browser, "000000").ok());
  const auto opened = open(browser, code(store.clock().now()));
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened.value().session.assurance(), Assurance::kTwoFactors);
}

TEST_F(SignOnPath, IsNoFreshProofWhereThePersonWasAskedLongAgo) {
  const auto session = signed_in([](Forger& f) { f.authn = changed(f.authn, at(-2), at(-3600)); });
  EXPECT_EQ(session.proof_age(), ProofAge::kOld);
  EXPECT_EQ(signed_in().proof_age(), ProofAge::kFresh);
}

TEST_F(SignOnPath, StepsUpWithAnAnswerForThisSession) {
  const auto session = signed_in([](Forger& f) { f.authn = changed(f.authn, at(-2), at(-3600)); });
  const Browser browser = ask_again(session);
  Forger forger = answering(browser.request);
  forger.assertion["ID"] = "_step_up";
  must(give(browser, forger));
  const auto opened = log_in.step_up(session, attempt_of(browser));
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened.value().session.proof_age(), ProofAge::kFresh);
  EXPECT_EQ(opened.value().session.agent(), session.agent());
}

// an identity provider that was told to ask again and did not.
TEST_F(SignOnPath, StepsUpWithNoProofFromBeforeItWasAsked) {
  const auto session = signed_in();
  const Browser browser = ask_again(session);
  Forger forger = answering(browser.request);
  forger.authn = changed(forger.authn, at(-2), at(-90));
  EXPECT_FALSE(give(browser, forger).ok());
  EXPECT_EQ(last_reason(), "A-08");
}

TEST_F(SignOnPath, StepsUpNeitherAnotherSessionNorAsSomebodyElse) {
  const auto session = signed_in();
  const auto other =
      signed_in([](Forger& f) { f.subject = changed(f.subject, ">alice<", ">bob<"); });
  ASSERT_NE(session.agent(), other.agent());
  const Browser for_log_in = ask();
  Forger forger = answering(for_log_in.request);
  forger.assertion["ID"] = "_one";
  must(give(for_log_in, forger));
  EXPECT_EQ(log_in.step_up(session, attempt_of(for_log_in)).error().code, Errc::kProofRefused);
  EXPECT_EQ(last_reason(), "another_session");

  const Browser for_other = ask_again(other);
  Forger of_alice = answering(for_other.request);
  of_alice.assertion["ID"] = "_two";
  must(give(for_other, of_alice));
  EXPECT_EQ(log_in.step_up(other, attempt_of(for_other)).error().code, Errc::kProofRefused);
  EXPECT_EQ(last_reason(), "another_agent");
  EXPECT_EQ(open(for_other).error().code, Errc::kUnauthenticated) << "it is for a step-up";
}

TEST_F(SignOnPath, IsAFailedLogInAndNothingMoreWhereTheReaderGivesNoAnswer) {
  judge = [](const saml::ResponseJob&) -> Result<saml::Judgement> {
    return fail(Errc::kUnavailable, "SAML reader: gave no answer");
  };
  const Browser browser = ask();
  EXPECT_EQ(give(browser, answering(browser.request)).error().code, Errc::kUnauthenticated);
  EXPECT_EQ(last_reason(), "no_verdict");
}

// O-01: beyond ten failures of one source no message is read.
TEST_F(SignOnPath, ReadsNothingMoreOfWhoFailsTooOften) {
  int judged = 0;
  judge = [&](const saml::ResponseJob& job) -> Result<saml::Judgement> {
    ++judged;
    return saml_judge::judge_response(job.posted, job.provider, job.us, {}, job.question, job.now);
  };
  const Browser browser = ask();
  for (int i = 0; i < 20; ++i) {
    (void)sign_on.take({browser.cookie, browser.request.relay_state, "AAAA", "10.0.0.9"});
  }
  EXPECT_EQ(judged, 10);
  EXPECT_EQ(last_reason(), "throttled");
  EXPECT_TRUE(give(browser, answering(browser.request)).ok()) << "from another address";
}

// Where there is a directory, an assertion that names nobody of it proves nobody.
TEST_F(SignOnPath, NamesTheDirectorysIdInWhateverWayItIsWritten) {
  const auto id_of = [](identity::DirectoryKind kind, const std::string& text) {
    saml::Identity identity;
    identity.attributes = {{"id", {Pii<std::string>{text}}}};
    identity::FederationRules rules;
    rules.directory = kind;
    rules.directory_id_attribute = "id";
    const auto person = identity::person_of(identity, rules);
    return person ? to_hex(*person.value().directory_id) : person.error().detail;
  };
  using identity::DirectoryKind;
  const std::string uuid = "00112233-4455-6677-8899-aabbccddeeff";
  EXPECT_EQ(id_of(DirectoryKind::kOpenLdap, uuid), "00112233445566778899aabbccddeeff");
  // MS-DTYP section 2.3.4: the first three numbers of a GUID are written the other way round.
  EXPECT_EQ(id_of(DirectoryKind::kActiveDirectory, uuid), "33221100554477668899aabbccddeeff");
  EXPECT_EQ(id_of(DirectoryKind::kActiveDirectory, "{" + uuid + "}"),
            "33221100554477668899aabbccddeeff");
  EXPECT_EQ(id_of(DirectoryKind::kActiveDirectory, "MyIRAFVEd2aImaq7zN3u/w=="),
            "33221100554477668899aabbccddeeff");
  for (const std::string other : {"", "alice", "MyIRAFVEd2aImaq7zN3u", "{}", "00112233"}) {
    EXPECT_EQ(id_of(DirectoryKind::kActiveDirectory, other), "no_directory_id") << other;
  }
}

}  // namespace
}  // namespace leadkeep::test
