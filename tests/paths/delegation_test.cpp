// The path of a delegation: an agent's fresh proof → another approved program → a session of that one.
#include "path_house.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using clients::Scope;
using identity::Action;
using identity::Caller;
using identity::Role;
using identity::ShownSession;
using std::chrono::hours;
using std::chrono::minutes;

class DelegationPath : public ::testing::Test, public PathHouse {
 protected:
  DelegationPath() : agent{sign_in("anna", {Role::kAgent})} {}

  static flow::ManageClients::By host() { return flow::ManageClients::By::operator_of_the_host(); }

  // Another approved program.
  Caller another(const std::string& name, const clients::Rights& rights = clients::every_right()) {
    const ClientId id = approved_program(name, rights);
    return Caller::of(std::get<clients::ProvenClient>(must(store->read([&](store::ReadTxn& txn) {
      return registry.prove_receiver(txn, id, store.clock().now());
    }))));
  }

  Result<identity::OpenedSession> delegate(const identity::Session& from, const Caller& to,
                                           const std::string& purpose = "write_contract",
                                           minutes life = minutes{60}) {
    return delegate_session.delegate(from, {*to.client(), purpose, life});
  }

  Result<identity::Session> resume(const Caller& through, const identity::OpenedSession& opened) {
    return log_in.resume(ShownSession{through, opened.token.expose()}, flow::LogIn::Use::kByAgent);
  }

  bool goes_on(const Caller& through, const identity::OpenedSession& opened) {
    return resume(through, opened).ok();
  }

  identity::Session agent;
};

TEST_F(DelegationPath, LetsAnotherProgramActForTheAgentWithinTheRightsOfBoth) {
  const Caller reader = another("reader", {{Scope::kSessions, Scope::kReadConversations}, {}});
  const auto given = must(delegate(agent, reader));
  const auto session = must(resume(reader, given));
  EXPECT_EQ(session.agent(), agent.agent());
  EXPECT_EQ(session.delegated_for(), "write_contract");
  EXPECT_TRUE(authoriser.permit<Action::kReadInbox>(session).ok());
  EXPECT_EQ(authoriser.permit<Action::kReply>(session).error().code, Errc::kForbidden);
}

TEST_F(DelegationPath, IsOnRecordWithBothProgramsAndThePurpose) {
  const Caller crm = another("crm");
  const auto given = must(delegate(agent, crm));
  const auto entries = trail();
  const audit::Entry& delegated = entries.at(entries.size() - 1).entry;
  const audit::Entry& opened = entries.at(entries.size() - 2).entry;
  EXPECT_EQ(delegated.act, audit::Act::kSessionDelegated);
  EXPECT_EQ(delegated.actor, agent.agent());
  EXPECT_EQ(delegated.client, agent.caller().client());
  EXPECT_EQ(delegated.object, audit::object_of(*crm.client()));
  EXPECT_EQ(delegated.reason, "write_contract");
  EXPECT_EQ(opened.act, audit::Act::kLogIn);
  EXPECT_EQ(opened.client, crm.client());
  EXPECT_EQ(opened.reason, "delegated");
}

TEST_F(DelegationPath, IsForThatProgramAndEndsWhenAnotherOneShowsIt) {
  const Caller crm = another("crm");
  const auto given = must(delegate(agent, crm));
  EXPECT_TRUE(goes_on(crm, given));
  EXPECT_EQ(resume(agent.caller(), given).error().code, Errc::kUnauthenticated)
      << "the program that asked for it has seen the token";
  EXPECT_FALSE(goes_on(crm, given));
}

TEST_F(DelegationPath, EndsWithTheSessionThatItWasGivenFrom) {
  const Caller crm = another("crm");
  const auto given = must(delegate(agent, crm));
  must(log_in.log_out(agent));
  EXPECT_FALSE(goes_on(crm, given));
}

TEST_F(DelegationPath, EndsWhenTheAgentHasDoneNothingForTooLong) {
  const Caller crm = another("crm");
  const auto given = must(delegate(agent, crm));
  for (int i = 0; i < 2; ++i) {
    store.clock().advance(minutes{14});
    EXPECT_TRUE(goes_on(crm, given));
  }
  store.clock().advance(minutes{14});
  EXPECT_FALSE(goes_on(crm, given)) << "what the program does is not what the agent does";
}

TEST_F(DelegationPath, EndsWhenItsTimeIsUp) {
  const Caller crm = another("crm");
  const auto given = must(delegate(agent, crm, "look_up", minutes{10}));
  EXPECT_EQ(given.session.expires_at(), store.clock().now() + minutes{10});
  store.clock().advance(minutes{10});
  EXPECT_FALSE(goes_on(crm, given));
}

TEST_F(DelegationPath, GoesOnWhenTheAgentProvesAgainWhoActs) {
  const Caller crm = another("crm");
  const auto given = must(delegate(agent, crm));
  identity::LoginAttempt again{agent.caller()};
  again.password = SecretBytes::copy_of(as_bytes(kPassword));
  again.source = "127.0.0.1";
  const auto renewed = must(log_in.step_up(agent, std::move(again)));
  EXPECT_TRUE(goes_on(crm, given));
  must(log_in.log_out(renewed.session));
  EXPECT_FALSE(goes_on(crm, given));
}

TEST_F(DelegationPath, EndsWhenAllSessionsOfTheAgentDo) {
  const Caller crm = another("crm");
  const auto given = must(delegate(agent, crm));
  must(end_sessions.of(flow::ManageAgents::By::operator_of_the_host(), "anna"));
  EXPECT_FALSE(goes_on(crm, given));
}

TEST_F(DelegationPath, NeedsAProofThatIsFreshAndGivesNone) {
  const Caller crm = another("crm");
  const auto given = must(delegate(agent, crm));
  const auto session = must(resume(crm, given));
  EXPECT_EQ(session.proof_age(), identity::ProofAge::kOld);
  EXPECT_EQ(delegate(session, another("third")).error().code, Errc::kForbidden);
  store.clock().advance(minutes{6});
  const auto old = must(log_in.session_of(ShownSession{crm, given.token.expose()}));
  EXPECT_EQ(old.proof_age(), identity::ProofAge::kOld);
}

TEST_F(DelegationPath, IsRefusedWithAnOldProof) {
  const Caller crm = another("crm");
  identity::LoginAttempt attempt{a_program()};
  attempt.username = "anna";
  attempt.password = SecretBytes::copy_of(as_bytes(kPassword));
  attempt.source = "127.0.0.1";
  const auto opened = must(log_in.log_in(attempt));
  store.clock().advance(minutes{6});
  const auto old = must(resume(a_program(), opened));
  EXPECT_EQ(delegate(old, crm).error().code, Errc::kStepUpRequired);
  EXPECT_EQ(trail().back().entry.act, audit::Act::kSessionDelegated);
  EXPECT_EQ(trail().back().entry.outcome, audit::Outcome::kRefused);
}

TEST_F(DelegationPath, IsForApprovedProgramsThatSignAgentsIn) {
  const Caller suspended = another("suspended");
  must(manage_clients.set_state(host(), "suspended", clients::State::kSuspended));
  EXPECT_EQ(delegate(agent, suspended).error().code, Errc::kNotFound);
  const Caller job = another("job", {{}, {}, {Scope::kReadEvents}});
  EXPECT_EQ(delegate(agent, job).error().code, Errc::kForbidden);
  EXPECT_EQ(delegate_session.delegate(agent, {ClientId{}, "look_up", minutes{1}}).error().code,
            Errc::kNotFound);
  EXPECT_EQ(delegate(agent, agent.caller()).error().code, Errc::kConflict);
}

TEST_F(DelegationPath, SaysWhatForInACodeThatNamesNobody) {
  const Caller crm = another("crm");
  for (const std::string& purpose : {std::string{}, std::string(41, 'a'), std::string{"Erika M."},
                                     std::string{"call_4915123456789"}, std::string{"a\n"}}) {
    EXPECT_EQ(delegate(agent, crm, purpose).error().code, Errc::kInvalidInput) << purpose;
  }
  EXPECT_TRUE(delegate(agent, crm, std::string(40, 'a')).ok());
}

TEST_F(DelegationPath, TakesNoPlaceOfTheAgentsOwnSessions) {
  const Caller crm = another("crm");
  std::vector<identity::OpenedSession> given;
  for (int i = 0; i < 6; ++i) {
    given.push_back(must(delegate(agent, crm)));
  }
  EXPECT_FALSE(goes_on(crm, given.front())) << "the oldest of six, where five may be";
  EXPECT_TRUE(goes_on(crm, given.back()));
  const auto seen = must(own_sessions.list(agent));
  ASSERT_EQ(seen.size(), 6U);
  EXPECT_FALSE(seen.front().delegated_for);
  EXPECT_EQ(seen.back().delegated_for, "write_contract");
  EXPECT_EQ(seen.back().client, crm.client());
}

TEST_F(DelegationPath, IsEndedByTheAgentAlone) {
  const Caller crm = another("crm");
  const auto given = must(delegate(agent, crm));
  must(own_sessions.end(agent, given.session.id()));
  EXPECT_FALSE(goes_on(crm, given));
  EXPECT_TRUE(must(own_sessions.list(agent)).size() == 1);
}

}  // namespace
}  // namespace leadkeep::test
