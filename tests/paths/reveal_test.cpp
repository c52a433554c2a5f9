#include "path_house.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using flow::RevealRequest;
using identity::Action;
using identity::Role;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RevealPath : public ::testing::Test, public PathHouse {
 protected:
  RevealPath() : anna{sign_in("anna", {Role::kAgent})}, boss{sign_in("boss", {Role::kSupervisor})} {
    must(receive(value(text_message("4915123456789", "wamid.1", "Hello"),
                       R"([{"profile":{"name":"Erika"},"wa_id":"4915123456789"}])")));
    lead = only_conversation(anna).lead().id;
    for (const auto& identifier : identifiers()) {
      all.push_back(identifier.id);
    }
  }

  std::vector<inbox::MaskedIdentifier> identifiers() {
    return must(show_inbox.lead(permit<Action::kReadLead>(anna), lead)).identifiers();
  }

  Result<std::vector<inbox::MaskedIdentifier>> show(const RevealRequest& request) {
    return reveal.reveal(permit<Action::kReveal>(boss), lead, request);
  }

  IdentifierId the(std::string_view kind) {
    const auto found = identifiers();
    return std::ranges::find(found, kind, &inbox::MaskedIdentifier::kind)->id;
  }

  identity::Session anna;
  identity::Session boss;
  LeadId lead;
  std::vector<IdentifierId> all;
};

TEST_F(RevealPath, ShowsWhatWasAskedForAndNothingElse) {
  const auto shown = must(show({{the("phone")}, {"call_back", std::nullopt}}));
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown.front().id, the("phone"));
  EXPECT_EQ(shown.front().value, "+4915123456789");
  EXPECT_FALSE(shown.front().masked);
}

TEST_F(RevealPath, LeavesTheLeadMaskedForEverybody) {
  must(show({all, {"call_back", std::nullopt}}));
  for (const auto* viewer : {&anna, &boss}) {
    const auto after = must(show_inbox.lead(permit<Action::kReadLead>(*viewer), lead));
    for (const auto& identifier : after.identifiers()) {
      EXPECT_TRUE(identifier.masked);
    }
  }
}

TEST_F(RevealPath, IsOnRecordWithWhoWhichAndWhatFor) {
  must(show({{the("phone")}, {"call_back", "2026-A/17"}}));
  const auto entry = trail().back().entry;
  EXPECT_EQ(entry.act, audit::Act::kRevealed);
  EXPECT_EQ(entry.actor, boss.agent());
  EXPECT_EQ(entry.object, audit::object_of(lead));
  EXPECT_EQ(entry.reason, "call_back");
  EXPECT_EQ(entry.case_reference, "2026-A/17");
  EXPECT_EQ(entry.items, 1U);
  ASSERT_EQ(entry.parts.size(), 1U);
  EXPECT_EQ(IdentifierId{entry.parts.front()}, the("phone"));
}

TEST_F(RevealPath, IsForThoseWhomThePolicyNames) {
  EXPECT_EQ(authoriser.permit<Action::kReveal>(anna).error().code, Errc::kForbidden);
  for (const Role role : {Role::kAdmin, Role::kAuditor}) {
    const auto other = sign_in(std::string{name_of(role)}, {role});
    EXPECT_EQ(authoriser.permit<Action::kReveal>(other).error().code, Errc::kForbidden);
  }
}

TEST_F(RevealPath, TakesAFreshProofOfWhoActs) {
  identity::LoginAttempt attempt{a_program()};
  attempt.username = "boss";
  attempt.password = SecretBytes::copy_of(as_bytes(kPassword));
  attempt.source = "192.0.2.7";
  const auto opened = must(log_in.log_in(attempt));
  store.clock().advance(std::chrono::minutes{5});
  const auto old = must(log_in.resume({a_program(), opened.token.expose()}));
  EXPECT_EQ(authoriser.permit<Action::kReveal>(old).error().code, Errc::kStepUpRequired);
}

TEST_F(RevealPath, AsksForAReasonThatNamesNobody) {
  for (const char* reason : {"", "Call back", "call 0151", "+4915123456789",
                             "a_reason_of_more_than_forty_letters_in_it"}) {
    EXPECT_EQ(show({all, {reason, std::nullopt}}).error().code, Errc::kInvalidInput) << reason;
  }
  EXPECT_EQ(trail().back().entry.outcome, audit::Outcome::kRefused);
}

TEST_F(RevealPath, TakesNoReferenceThatCouldBeContactData) {
  for (const char* reference :
       {"", "+4915123456789", "4915123456789", "0151/23456789", "a b", "e.m@muster.example",
        "12345678901234567890123456789012345678901"}) {
    EXPECT_EQ(show({all, {"call_back", reference}}).error().code, Errc::kInvalidInput) << reference;
  }
  EXPECT_TRUE(show({{the("phone")}, {"call_back", "CLM-2026-117"}}).ok());
}

TEST_F(RevealPath, TakesEachIdentifierOnce) {
  EXPECT_EQ(show({{}, {"call_back", std::nullopt}}).error().code, Errc::kInvalidInput);
  EXPECT_EQ(show({{all.front(), all.front()}, {"call_back", std::nullopt}}).error().code,
            Errc::kInvalidInput);
}

TEST_F(RevealPath, ShowsNothingWhereOneIsNotTheLeads) {
  EXPECT_EQ(show({{all.front(), IdentifierId{}}, {"call_back", std::nullopt}}).error().code,
            Errc::kNotFound);
  EXPECT_EQ(trail().back().entry.outcome, audit::Outcome::kRefused);
  EXPECT_THAT(trail().back().entry.parts, IsEmpty());
  EXPECT_EQ(
      reveal.reveal(permit<Action::kReveal>(boss), LeadId{}, {all, {"call_back", {}}}).error().code,
      Errc::kNotFound);
}

TEST_F(RevealPath, ShowsNothingThatIsHiddenThroughTheProgram) {
  clients::Rights rights = clients::every_right();
  rights.record_classes = {clients::RecordClass::kWhatsAppIds};
  const auto elsewhere = sign_in_through(program_with(rights), "boss");
  const auto may = permit<Action::kReveal>(elsewhere);
  EXPECT_EQ(reveal.reveal(may, lead, {{the("phone")}, {"call_back", {}}}).error().code,
            Errc::kNotFound);
  EXPECT_TRUE(reveal.reveal(may, lead, {{the("whatsapp_id")}, {"call_back", {}}}).ok());
}

TEST_F(RevealPath, TakesAProgramWithTheScope) {
  clients::Rights rights = clients::every_right();
  rights.scopes = {clients::Scope::kSessions, clients::Scope::kReadLeads,
                   clients::Scope::kWriteLeads};
  const auto elsewhere = sign_in_through(program_with(rights), "boss");
  EXPECT_EQ(authoriser.permit<Action::kReveal>(elsewhere).error().code, Errc::kForbidden);
}

TEST_F(RevealPath, ShowsSoManyWithinAnHour) {
  const IdentifierId one = the("phone");
  EXPECT_EQ(show({{IdentifierId{}}, {"call_back", {}}}).error().code, Errc::kNotFound)
      << "which takes none of them";
  for (unsigned i = 0; i < kMostReveals; ++i) {
    ASSERT_TRUE(show({{one}, {"call_back", {}}}).ok()) << i;
  }
  EXPECT_EQ(show({{one}, {"call_back", {}}}).error().code, Errc::kTooManyRequests);
  EXPECT_EQ(trail().back().entry.reason, name_of(Errc::kTooManyRequests));
  store.clock().advance(std::chrono::hours{1});
  const auto again = sign_in_through(a_program(), "boss");
  EXPECT_TRUE(reveal.reveal(permit<Action::kReveal>(again), lead, {{one}, {"call_back", {}}}).ok());
}

TEST_F(RevealPath, ShowsNoneWhereThereAreNotEnoughLeft) {
  for (unsigned i = 0; i + 1 < kMostReveals; ++i) {
    ASSERT_TRUE(show({{the("phone")}, {"call_back", {}}}).ok());
  }
  ASSERT_GE(all.size(), 2U);
  EXPECT_EQ(show({{all[0], all[1]}, {"call_back", {}}}).error().code, Errc::kTooManyRequests);
  EXPECT_TRUE(show({{the("phone")}, {"call_back", {}}}).ok());
}

}  // namespace
}  // namespace leadkeep::test
