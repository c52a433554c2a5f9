// The path of a lead that the company enters: permit → normalised → one of nobody else → sealed, found, masked;
// and the same person once they write.
#include "path_house.h"

#include <leadkeep/inbox/leads.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using flow::LeadChange;
using flow::LeadQuery;
using flow::NewIdentifier;
using identity::Action;
using identity::Role;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kNumber = "0151 23456789";
constexpr const char* kWhatsAppId = "4915123456789";

NewIdentifier phone(const std::string& text) {
  return {NewIdentifier::Kind::kPhone, Pii{text}};
}

NewIdentifier email(const std::string& text) {
  return {NewIdentifier::Kind::kEmail, Pii{text}};
}

LeadChange called(const std::string& name, std::vector<NewIdentifier> identifiers = {}) {
  return {Pii{name}, std::move(identifiers), {}};
}

class LeadPath : public ::testing::Test, public PathHouse {
 protected:
  LeadPath() : agent{sign_in("anna", {Role::kAgent})} {}

  Result<LeadId> enter(const LeadChange& lead,
                       const std::optional<flow::RepeatGuard>& guard = std::nullopt) {
    return keep_leads.enter(permit<Action::kWriteLead>(agent), lead, guard);
  }

  inbox::MaskedLead shown(const LeadId& id) {
    return must(show_inbox.lead(permit<Action::kReadLead>(agent), id));
  }

  Result<inbox::MaskedLead> change(const LeadId& id, const LeadChange& what) {
    return keep_leads.change(permit<Action::kWriteLead>(agent), id, shown(id).version(), what);
  }

  std::vector<LeadId> found(LeadQuery::By by, const std::string& value) {
    std::vector<LeadId> ids;
    for (const auto& lead :
         must(show_inbox.search_leads(permit<Action::kReadLead>(agent), {by, Pii{value}}))) {
      ids.push_back(lead.summary().id);
    }
    return ids;
  }

  void somebody_writes(const std::string& from, const std::string& name) {
    must(receive(value(text_message(from, "wamid." + std::to_string(++m_messages), "Hello"),
                       R"([{"profile":{"name":")" + name + R"("},"wa_id":")" + from + R"("}])")));
  }

  identity::Session agent;

 private:
  int m_messages = 0;
};

TEST_F(LeadPath, EntersAPersonMaskedAndOnRecord) {
  const LeadId id =
      must(enter(called("Erika Muster", {phone(kNumber), email("e.m@Muster.example")})));
  const auto lead = shown(id);
  EXPECT_EQ(lead.summary().display_name, "Erika Muster");
  EXPECT_FALSE(lead.conversation());
  ASSERT_EQ(lead.identifiers().size(), 2U);
  for (const auto& identifier : lead.identifiers()) {
    EXPECT_TRUE(identifier.masked);
    EXPECT_THAT(identifier.value, HasSubstr("•••"));
  }
  const auto entries = trail();
  const auto& entry = entries.at(entries.size() - 2).entry;
  EXPECT_EQ(entry.act, audit::Act::kLeadEntered);
  EXPECT_EQ(entry.object, audit::object_of(id));
  EXPECT_EQ(entry.actor, agent.agent());
}

TEST_F(LeadPath, FindsItByNumberAddressNameAndHandle) {
  const LeadId id =
      must(enter(called("Müller, Anna-Lena", {phone(kNumber), email("al@muster.example")})));
  for (const auto& [by, value] : {std::pair{LeadQuery::By::kPhone, "+49 151 23456789"},
                                  {LeadQuery::By::kEmail, "al@MUSTER.example"},
                                  {LeadQuery::By::kName, "anna lena muller"}}) {
    EXPECT_THAT(found(by, value), ElementsAre(id)) << value;
  }
  EXPECT_THAT(found(LeadQuery::By::kHandle, shown(id).summary().handle), ElementsAre(id));
  EXPECT_THAT(found(LeadQuery::By::kName, "Anna"), IsEmpty());
  EXPECT_THAT(found(LeadQuery::By::kEmail, "AL@muster.example"), IsEmpty());
}

TEST_F(LeadPath, FindsEverybodyOfOneName) {
  somebody_writes(kWhatsAppId, "Erika Muster");
  const LeadId other = must(enter(called("Muster Erika")));
  EXPECT_THAT(found(LeadQuery::By::kName, "erika muster"),
              ::testing::UnorderedElementsAre(only_conversation(agent).lead().id, other));
}

TEST_F(LeadPath, IsThePersonWhoWritesFromTheNumber) {
  const LeadId id = must(enter(called("Erika Muster", {phone(kNumber)})));
  somebody_writes(kWhatsAppId, "Rika");
  const auto conversation = only_conversation(agent);
  EXPECT_EQ(conversation.lead().id, id);
  EXPECT_EQ(conversation.lead().display_name, "Erika Muster");
  EXPECT_EQ(shown(id).conversation(), conversation.id());
  EXPECT_THAT(found(LeadQuery::By::kName, "Rika"), ElementsAre(id));
  std::vector<audit::Act> acts;
  for (const auto& one : trail()) {
    acts.push_back(one.entry.act);
  }
  EXPECT_THAT(acts, ::testing::Contains(audit::Act::kConversationCreated));
  EXPECT_THAT(acts, Not(::testing::Contains(audit::Act::kLeadCreated)));
}

TEST_F(LeadPath, IsNotThePersonWhoWritesFromANumberThatWasAddedToSomebodyWhoWroteBefore) {
  somebody_writes(kWhatsAppId, "Erika");
  const auto erika = only_conversation(agent).lead().id;
  must(change(erika, {std::nullopt, {phone("0151 23456780")}, {}}));
  somebody_writes("4915123456780", "Max");
  EXPECT_EQ(must(store->rows(store::TableId::kLeads)), 2U);
  std::vector<audit::Act> acts;
  for (const auto& one : trail()) {
    acts.push_back(one.entry.act);
  }
  EXPECT_THAT(acts, ::testing::Contains(audit::Act::kIdentifierConflict));
}

TEST_F(LeadPath, IsOneOfTwoWhoWriteFromItsNumbersAtTheSameTime) {
  must(enter(called("Erika", {phone(kNumber), phone("0151 23456780")})));
  must(receive(value(text_message(kWhatsAppId, "wamid.a", "I am Erika") + "," +
                     text_message("4915123456780", "wamid.b", "I am Max"))));
  EXPECT_EQ(must(store->rows(store::TableId::kLeads)), 2U);
  const auto page = must(show_inbox.conversations(permit<Action::kReadInbox>(agent), {}));
  ASSERT_EQ(page.items.size(), 2U);
  EXPECT_NE(page.items[0].lead().id, page.items[1].lead().id);
  for (const auto& conversation : page.items) {
    EXPECT_EQ(messages(agent, conversation.id()).size(), 1U);
  }
  EXPECT_TRUE(must(store->verify()).ok());
}

TEST_F(LeadPath, ANewPersonNeverTakesThePlaceOfALeadThatIsThere) {
  const LeadId id = must(enter(called("Erika", {phone(kNumber)})));
  inbox::PersonSeen stranger;
  stranger.whatsapp_id = Pii<std::string>{"4915123456780"};
  const auto met = store->write([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY(const auto lead, inbox::Leads{}.meet(txn, stranger, id, store.clock().now()));
    return inbox::Leads{}.save(txn, lead.lead);
  });
  EXPECT_EQ(met.error().code, Errc::kUnavailable);
  EXPECT_EQ(shown(id).summary().display_name, "Erika");
}

TEST_F(LeadPath, SaysNothingOfOtherLeadsToWhoeverEntersTooMany) {
  somebody_writes(kWhatsAppId, "Erika");
  const LeadId id = must(enter(called("Max", {email("max@muster.example")})));
  std::vector<NewIdentifier> many{phone(kNumber)};
  for (int i = 0; i < 19; ++i) {
    many.push_back(phone("0151 234" + std::to_string(10'000 + i)));
  }
  EXPECT_EQ(change(id, {std::nullopt, many, {}}).error().code, Errc::kInvalidInput);
}

TEST_F(LeadPath, RefusesWhatSaysNothingOfAPersonOrNothingThatIsOne) {
  LeadChange nothing;
  LeadChange removes = called("Erika");
  removes.removed.emplace_back();
  for (const LeadChange& lead : {nothing, removes, called(""), called("\u200b"), called("\xff"),
                                 called(std::string(81, 'a')), called("Erika", {phone("nobody")}),
                                 called("Erika", {email("nobody")}),
                                 called("Erika", std::vector<NewIdentifier>(21, phone(kNumber)))}) {
    EXPECT_EQ(enter(lead).error().code, Errc::kInvalidInput);
  }
  EXPECT_EQ(trail().back().entry.outcome, audit::Outcome::kRefused);
  EXPECT_EQ(must(store->rows(store::TableId::kLeads)), 0U);
}

TEST_F(LeadPath, MasksContactDataInANameThatSomebodyEnters) {
  const LeadId id = must(enter(called("Erika 0151 23456789 e@muster.example")));
  EXPECT_THAT(*shown(id).summary().display_name, Not(HasSubstr("2345")));
  EXPECT_THAT(*shown(id).summary().display_name, Not(HasSubstr("muster")));
}

TEST_F(LeadPath, TakesNoIdentifierFromAnotherLead) {
  somebody_writes(kWhatsAppId, "Erika");
  const LeadId id = must(enter(called("Max", {email("max@muster.example")})));
  EXPECT_EQ(enter(called("Erika", {phone(kNumber)})).error().code, Errc::kConflict);
  EXPECT_EQ(change(id, {std::nullopt, {phone(kNumber)}, {}}).error().code, Errc::kConflict);
  EXPECT_EQ(enter(called("M", {email("max@muster.example")})).error().code, Errc::kConflict);
  EXPECT_EQ(must(store->rows(store::TableId::kLeads)), 2U);
  EXPECT_EQ(shown(id).identifiers().size(), 1U) << "what was refused left something behind";
}

TEST_F(LeadPath, TellsNobodyWhoTriesManyWhoseNumbersThereAre) {
  somebody_writes(kWhatsAppId, "Erika");
  const LeadId own = must(enter(called("Max")));
  for (unsigned i = 0; i < flow::kMostGuesses; ++i) {
    ASSERT_EQ(enter(called("Max", {phone(kNumber)})).error().code, Errc::kConflict);
  }
  EXPECT_EQ(enter(called("Max", {phone(kNumber)})).error().code, Errc::kTooManyRequests);
  EXPECT_EQ(trail().back().entry.reason, "too_many_requests");
  EXPECT_EQ(change(own, {std::nullopt, {phone(kNumber)}, {}}).error().code, Errc::kTooManyRequests);
  EXPECT_TRUE(change(own, called("Maximilian")).ok()) << "asks for nobody";
  store.clock().advance(std::chrono::hours{1});
  EXPECT_EQ(enter(called("Max", {phone(kNumber)})).error().code, Errc::kConflict);
}

TEST_F(LeadPath, EntersAPersonOnceForARequestThatIsRepeated) {
  const flow::RepeatGuard guard{"key", {}};
  const LeadId id = must(enter(called("Erika", {phone(kNumber)}), guard));
  EXPECT_EQ(must(enter(called("Erika", {phone(kNumber)}), guard)), id);
  EXPECT_EQ(trail().back().entry.reason, "repeated");
  const flow::RepeatGuard other{"key", {std::byte{1}}};
  EXPECT_EQ(enter(called("Max"), other).error().code, Errc::kIdempotencyMismatch);
  EXPECT_EQ(trail().back().entry.outcome, audit::Outcome::kRefused);
}

TEST_F(LeadPath, EntersNoNumberThroughAProgramThatMaySeeNone) {
  clients::Rights rights = clients::every_right();
  rights.record_classes = {clients::RecordClass::kNames};
  const auto elsewhere = sign_in_through(program_with(rights), "anna");
  const auto may = permit<Action::kWriteLead>(elsewhere);
  EXPECT_EQ(keep_leads.enter(may, called("Erika", {phone(kNumber)}), {}).error().code,
            Errc::kForbidden);
  const LeadId id = must(keep_leads.enter(may, called("Erika"), {}));
  EXPECT_EQ(
      keep_leads.change(may, id, 1, {std::nullopt, {email("e@muster.example")}, {}}).error().code,
      Errc::kForbidden);
}

TEST_F(LeadPath, WritesNothingWhereNothingChanges) {
  const LeadId id = must(enter(called("Erika", {phone(kNumber)})));
  const auto version = shown(id).version();
  EXPECT_EQ(must(change(id, called("Erika", {phone(kNumber)}))).version(), version);
  EXPECT_EQ(change(id, {}).error().code, Errc::kInvalidInput)
      << "reads a lead and says it changed it";
}

TEST_F(LeadPath, LeavesNoLeadOfWhichNothingIsKnown) {
  const LeadId id = must(enter(called("Erika")));
  EXPECT_EQ(change(id, called("")).error().code, Errc::kInvalidInput);
}

TEST_F(LeadPath, IsNotFoundByWhatTheMaskHides) {
  somebody_writes(kWhatsAppId, "Erika e@muster.example");
  EXPECT_THAT(found(LeadQuery::By::kName, "erika"), ::testing::SizeIs(1));
  EXPECT_THAT(found(LeadQuery::By::kName, "e erika example muster"), IsEmpty());
}

TEST_F(LeadPath, ChangesNameAndIdentifiersAndIsFoundByThoseThatItHasNow) {
  const LeadId id = must(enter(called("Erika Muster", {phone(kNumber)})));
  const auto before = shown(id);
  const auto after = must(change(id, {Pii<std::string>{"Erika Beispiel"},
                                      {email("erika@muster.example")},
                                      {before.identifiers().front().id}}));
  EXPECT_EQ(after.version(), before.version() + 1);
  EXPECT_EQ(after.summary().display_name, "Erika Beispiel");
  ASSERT_EQ(after.identifiers().size(), 1U);
  EXPECT_EQ(after.identifiers().front().kind, "email");
  EXPECT_EQ(trail().back().entry.act, audit::Act::kLeadChanged);
  EXPECT_EQ(trail().back().entry.reason, "name identifiers_added identifiers_removed");
  EXPECT_THAT(found(LeadQuery::By::kName, "Erika Muster"), IsEmpty());
  EXPECT_THAT(found(LeadQuery::By::kPhone, kNumber), IsEmpty());
  EXPECT_THAT(found(LeadQuery::By::kEmail, "erika@muster.example"), ElementsAre(id));
  const LeadId another = must(enter(called("Max", {phone(kNumber)})));
  EXPECT_THAT(found(LeadQuery::By::kPhone, kNumber), ElementsAre(another));
}

TEST_F(LeadPath, ShowsTheNameOfTheProfileWhereNoneIsEntered) {
  somebody_writes(kWhatsAppId, "Rika");
  const LeadId id = only_conversation(agent).lead().id;
  EXPECT_EQ(must(change(id, called("Erika Muster"))).summary().display_name, "Erika Muster");
  EXPECT_EQ(must(change(id, called(""))).summary().display_name, "Rika");
  EXPECT_THAT(found(LeadQuery::By::kName, "Erika Muster"), IsEmpty());
  EXPECT_THAT(found(LeadQuery::By::kName, "Rika"), ElementsAre(id));
}

TEST_F(LeadPath, LeavesWhatWhatsAppGave) {
  somebody_writes(kWhatsAppId, "Erika");
  const LeadId id = only_conversation(agent).lead().id;
  const auto identifiers = shown(id).identifiers();
  ASSERT_GE(identifiers.size(), 2U);
  for (const auto& identifier : identifiers) {
    EXPECT_EQ(change(id, {std::nullopt, {}, {identifier.id}}).error().code, Errc::kConflict)
        << identifier.kind;
  }
  EXPECT_EQ(change(id, {std::nullopt, {}, {IdentifierId{}}}).error().code, Errc::kInvalidInput);
}

TEST_F(LeadPath, ChangesNoLeadThatChangedMeanwhileAndNoneThatIsNotThere) {
  const LeadId id = must(enter(called("Erika")));
  const auto may = permit<Action::kWriteLead>(agent);
  const auto version = shown(id).version();
  must(keep_leads.change(may, id, version, called("Rika")));
  EXPECT_EQ(keep_leads.change(may, id, version, called("Riki")).error().code,
            Errc::kPreconditionFailed);
  EXPECT_EQ(keep_leads.change(may, LeadId{}, 0, called("Riki")).error().code, Errc::kNotFound);
}

TEST_F(LeadPath, TellsFollowersOfAConversationThatItsLeadHasAnotherName) {
  somebody_writes(kWhatsAppId, "Rika");
  const auto conversation = only_conversation(agent);
  const auto before = feed.newest();
  must(change(conversation.lead().id, called("Erika Muster")));
  const auto events = feed.after(before).events;
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().event.kind, inbox::EventKind::kConversationChanged);
  EXPECT_EQ(events.front().event.conversation, conversation.id());
  EXPECT_EQ(only_conversation(agent).lead().display_name, "Erika Muster");
}

TEST_F(LeadPath, AdministratorsNeitherEnterNorChangeLeads) {
  const auto admin = sign_in("root", {Role::kAdmin});
  EXPECT_EQ(authoriser.permit<Action::kWriteLead>(admin).error().code, Errc::kForbidden);
}

}  // namespace
}  // namespace leadkeep::test
