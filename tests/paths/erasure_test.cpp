#include "path_house.h"

#include <leadkeep/inbox/erasures.h>
#include <leadkeep/store/blind_index.h>

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using flow::Why;
using identity::Action;
using identity::Role;
using store::TableId;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kNumber = "4915123456789";
constexpr const char* kOtherNumber = "4915187654321";
const Why kAsked{"data_subject_request", std::nullopt};

class ErasurePath : public ::testing::Test, public PathHouse {
 protected:
  ErasurePath()
      : anna{sign_in("anna", {Role::kAgent})}, dora{sign_in("dora", {Role::kPrivacyOfficer})} {
    writes(kOtherNumber, "I stay");
    writes(kNumber, "Erase me");
    const auto page =
        must(show_inbox.conversations(permit<Action::kReadInbox>(anna), flow::InboxQuery{}));
    conversation = page.items.front().id();
    lead = page.items.front().lead().id;
    other = page.items.back().id();
    other_lead = page.items.back().lead().id;
  }

  void writes(const std::string& from, const std::string& text) {
    store.clock().advance(std::chrono::seconds{1});
    must(receive(value(text_message(from, "wamid." + std::to_string(++m_messages), text),
                       R"([{"profile":{"name":"Erika Muster"},"wa_id":")" + from + R"("}])")));
  }

  [[nodiscard]] identity::Permit<Action::kErase> may() { return permit<Action::kErase>(dora); }

  Result<flow::ErasureCertificate> erase(const Why& why = kAsked) {
    return erase_lead.erase(may(), lead, why);
  }

  std::size_t conversations() {
    return must(show_inbox.conversations(permit<Action::kReadInbox>(anna), flow::InboxQuery{}))
        .items.size();
  }

  std::size_t found(flow::LeadQuery::By by, const std::string& value) {
    return must(show_inbox.search_leads(permit<Action::kReadLead>(anna), {by, Pii{value}})).size();
  }

  std::uint64_t rows(TableId table) { return must(store->rows(table)); }

  // The keys of all rows that hold an id of the lead or its conversation, by table.
  std::map<std::string, int> rows_about() {
    std::map<std::string, int> found;
    must(store->read([&](store::ReadTxn& txn) -> Result<void> {
      for (const store::TableName& table : store::kDataTables) {
        LK_TRY_VOID(txn.scan(table.id, {}, {}, [&](ByteView key, ByteView) -> Result<store::Step> {
          for (const std::string_view id : {lead.raw(), conversation.raw()}) {
            if (as_text(key).find(id) != std::string_view::npos) {
              ++found[std::string{table.name}];
            }
          }
          return store::Step::kContinue;
        }));
      }
      return {};
    }));
    return found;
  }

  std::size_t journal_with(const std::string& needle) {
    std::size_t count = 0;
    must(store->read([&](store::ReadTxn& txn) {
      return txn.scan(
          TableId::kJournal, {}, {}, [&](ByteView key, ByteView value) -> Result<store::Step> {
            const auto day = read_be<std::uint32_t>(key);
            LK_TRY(const auto body,
                   txn.open_value(TableId::kJournal, key, store::journal_key(day), value));
            count += as_text(body.expose()).find(needle) != std::string_view::npos;
            return store::Step::kContinue;
          });
    }));
    return count;
  }

  void expect_sound() {
    const auto report = must(store->verify());
    EXPECT_TRUE(report.ok()) << report.unreadable << " unreadable, " << report.without_key
                             << " without key";
    EXPECT_TRUE(flow::ShowEvidence::verify(*store, {}).ok());
  }

  identity::Session anna;
  identity::Session dora;
  LeadId lead;
  ConversationId conversation;
  ConversationId other;
  LeadId other_lead;

 private:
  int m_messages = 0;
};

TEST_F(ErasurePath, LeavesNothingThatThePersonIsSeenOrFoundBy) {
  using By = flow::LeadQuery::By;
  const std::string handle =
      must(show_inbox.lead(permit<Action::kReadLead>(anna), lead)).summary().handle;
  ASSERT_EQ(found(By::kPhone, "+4915123456789"), 1U);
  ASSERT_EQ(found(By::kName, "Erika Muster"), 2U);
  must(reply(anna, conversation, "Good day"));
  must(erase());
  EXPECT_EQ(conversations(), 1U);
  EXPECT_EQ(
      show_inbox.conversation(permit<Action::kReadConversation>(anna), conversation).error().code,
      Errc::kNotFound);
  EXPECT_EQ(show_inbox.lead(permit<Action::kReadLead>(anna), lead).error().code, Errc::kNotFound);
  EXPECT_EQ(found(By::kPhone, "+4915123456789"), 0U);
  EXPECT_EQ(found(By::kHandle, handle), 0U);
  EXPECT_EQ(found(By::kName, "Erika Muster"), 1U);
  EXPECT_EQ(messages(anna, other).size(), 1U);
  (void)must(deliver_messages.step());
  EXPECT_THAT(gateway.handed(), IsEmpty()) << "the reply still went out";
  expect_sound();
}

TEST_F(ErasurePath, LeavesNoRowOfThePersonButTheProofThatThereWasOne) {
  must(keep_consent.record(permit<Action::kRecordConsent>(dora), lead,
                           {consent::ConsentKind::kGiven, "messages", "phone", Pii<std::string>{}},
                           std::nullopt));
  must(work.add_note(permit<Action::kWriteNote>(anna), conversation, Pii<std::string>{"A note"},
                     std::nullopt));
  const auto index_before = rows(TableId::kIndex);
  must(erase());
  EXPECT_EQ(rows_about(), (std::map<std::string, int>{{"erasures", 1}}));
  EXPECT_LT(rows(TableId::kIndex), index_before);
  EXPECT_EQ(rows(TableId::kOutbox), 0U);
  expect_sound();
}

TEST_F(ErasurePath, DestroysTheKeyAndSaysSo) {
  const auto certificate = must(erase({"data_subject_request", "DSR-17"}));
  EXPECT_EQ(certificate.lead, lead);
  EXPECT_EQ(certificate.asked_by, dora.agent());
  EXPECT_EQ(certificate.asked_at, store.clock().now());
  EXPECT_EQ(certificate.why.case_reference, "DSR-17");
  EXPECT_EQ(certificate.messages, 1U);
  EXPECT_TRUE(certificate.data_gone_at);
  EXPECT_EQ(certificate.key_gone_at, store.clock().now());
  EXPECT_FALSE(certificate.epoch_over_at);
  EXPECT_EQ(store->keys().find(store::subject_key(lead)).error().code, Errc::kNotFound);
}

TEST_F(ErasurePath, LeavesNothingOfTheKeyWhenItsEpochHasEnded) {
  must(erase());
  must(end_epoch.end_if_due({}));
  EXPECT_FALSE(must(erase_lead.show(may(), lead)).epoch_over_at) << "it is not due";
  store.clock().advance(std::chrono::hours{12});
  must(end_epoch.end_if_due({}));
  const auto again = sign_in_through(a_program(), "dora");
  EXPECT_EQ(must(erase_lead.show(permit<Action::kErase>(again), lead)).epoch_over_at,
            store.clock().now());
  EXPECT_EQ(must(end_epoch.state()).destroyed, 0U);
  EXPECT_THAT(trail(), ::testing::Contains(::testing::Field(
                           &audit::NumberedEntry::entry,
                           ::testing::Field(&audit::Entry::act, audit::Act::kKeysEpochEnded))));
  const auto reader = sign_in_through(a_program(), "anna");
  EXPECT_EQ(messages(reader, other).size(), 1U);
  expect_sound();
}

TEST_F(ErasurePath, IsOnTheTrailWithWhoAndWhatFor) {
  must(erase({"data_subject_request", "DSR-17"}));
  const auto entries = trail();
  const auto& first = entries.at(entries.size() - 3).entry;  // of the conversation
  const auto& second = entries.at(entries.size() - 2).entry;
  const auto& last = entries.back().entry;
  EXPECT_EQ(first.act, audit::Act::kErased);
  EXPECT_EQ(first.object, audit::object_of(conversation));
  EXPECT_EQ(second.act, audit::Act::kErased);
  EXPECT_EQ(second.object, audit::object_of(lead));
  EXPECT_EQ(second.actor, dora.agent());
  EXPECT_EQ(second.reason, "data_subject_request");
  EXPECT_EQ(second.case_reference, "DSR-17");
  EXPECT_EQ(last.act, audit::Act::kErasureDone);
  EXPECT_EQ(last.items, 1U);
}

TEST_F(ErasurePath, TellsFollowersThatTheConversationIsGone) {
  const auto before = feed.newest();
  must(erase());
  const auto events = feed.after(before).events;
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().event.kind, inbox::EventKind::kConversationErased);
  EXPECT_EQ(events.front().event.conversation, conversation);
}

TEST_F(ErasurePath, RemovesNotificationsThatSpeakOfThePerson) {
  ASSERT_EQ(journal_with(kNumber), 1U);
  must(erase());
  EXPECT_EQ(journal_with(kNumber), 0U);
  EXPECT_EQ(journal_with(kOtherNumber), 1U);
}

TEST_F(ErasurePath, MakesAnotherLeadOfWhoWritesFromTheNumberAgain) {
  must(erase());
  writes(kNumber, "Me again");
  const auto page =
      must(show_inbox.conversations(permit<Action::kReadInbox>(anna), flow::InboxQuery{}));
  ASSERT_EQ(page.items.size(), 2U);
  EXPECT_NE(page.items.front().lead().id, lead);
  EXPECT_EQ(messages(anna, page.items.front().id()).size(), 1U);
}

TEST_F(ErasurePath, CannotBeUndoneByAMessageThatComesTwice) {
  const std::string body =
      value(text_message(kNumber, "wamid.twice", "Erase me"),
            R"([{"profile":{"name":"Erika"},"wa_id":")" + std::string{kNumber} + R"("}])");
  must(receive(body));
  must(erase());
  must(receive(body));  // as WhatsApp repeats it: it is a message of somebody new
  EXPECT_EQ(show_inbox.lead(permit<Action::kReadLead>(anna), lead).error().code, Errc::kNotFound);
  expect_sound();
}

TEST_F(ErasurePath, GivesTheSameCertificateOnceMore) {
  const auto first = must(erase());
  store.clock().advance(std::chrono::seconds{10});
  const auto again = must(erase({"another_reason", std::nullopt}));
  EXPECT_EQ(again.asked_at, first.asked_at);
  EXPECT_EQ(again.why.code, first.why.code);
  EXPECT_EQ(trail().back().entry.act, audit::Act::kErasureShown);
}

TEST_F(ErasurePath, GoesOnAfterAnInterruption) {
  for (int i = 0; i < 20; ++i) {
    writes(kNumber, "Message " + std::to_string(i));
  }
  // As the first transaction leaves it.
  must(store->write([&](store::WriteTxn& txn) -> Result<void> {
    records::Erasure erasure;
    erasure.set_lead_id(std::string{lead.raw()});
    erasure.set_conversation_id(std::string{conversation.raw()});
    erasure.set_asked_ms(store.clock().now().ms);
    LK_TRY(const auto record, inbox::Leads{}.find(txn, lead));
    LK_TRY(const auto thread, inbox::Conversations{}.find(txn, conversation));
    LK_TRY_VOID(inbox::Conversations{}.erase(txn, *thread));
    LK_TRY_VOID(inbox::Leads{}.erase(txn, *record));
    return inbox::Erasures{}.save(txn, erasure);
  }));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(erase_lead.go_on(stop.get_token()).error().code, Errc::kUnavailable);
  EXPECT_FALSE(must(erase_lead.show(may(), lead)).key_gone_at);
  EXPECT_EQ(must(erase_lead.go_on({})), 1U);
  const auto certificate = must(erase_lead.show(may(), lead));
  EXPECT_EQ(certificate.messages, 21U);
  EXPECT_TRUE(certificate.key_gone_at);
  EXPECT_EQ(must(erase_lead.go_on({})), 0U);
  EXPECT_EQ(rows_about(), (std::map<std::string, int>{{"erasures", 1}}));
  expect_sound();
}

TEST_F(ErasurePath, RemovesMoreMessagesThanOneTransactionTakes) {
  PathHouse quick{store::Rehearsal::kNone};
  for (int i = 0; i < 1'100; ++i) {
    must(quick.receive(PathHouse::value(
        quick.text_message(kNumber, "wamid.q" + std::to_string(i), "Hello"),
        R"([{"profile":{"name":"Erika"},"wa_id":")" + std::string{kNumber} + R"("}])")));
  }
  const auto reader = quick.sign_in("anna", {Role::kAgent});
  const auto officer = quick.sign_in("dora", {Role::kPrivacyOfficer});
  const LeadId id = quick.only_conversation(reader).lead().id;
  const auto done = must(quick.erase_lead.erase(quick.permit<Action::kErase>(officer), id, kAsked));
  EXPECT_EQ(done.messages, 1'100U);
  EXPECT_EQ(must(quick.store->rows(TableId::kMessages)), 0U);
  EXPECT_EQ(must(quick.store->rows(TableId::kPlaces)), 0U);
  EXPECT_EQ(must(quick.store->rows(TableId::kIndex)), 2U) << "of the two agents";
  EXPECT_EQ(must(quick.store->rows(TableId::kJournal)), 0U);
}

// A notification that was read before the erasure and is applied behind its first transaction names the lead
// that it knew.
TEST_F(ErasurePath, BringsNobodyBackUnderTheIdThatWasErased) {
  must(store->write([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY(const auto record, inbox::Leads{}.find(txn, lead));
    records::Erasure erasure;
    erasure.set_lead_id(std::string{lead.raw()});
    LK_TRY_VOID(inbox::Leads{}.erase(txn, *record));
    return inbox::Erasures{}.save(txn, erasure);
  }));
  const auto met = store->write([&](store::WriteTxn& txn) {
    inbox::PersonSeen person;
    person.whatsapp_id = Pii<std::string>{kNumber};
    return inbox::Leads{}.meet(txn, person, lead, store.clock().now());
  });
  EXPECT_EQ(met.error().code, Errc::kUnavailable) << "WhatsApp repeats it, and it is somebody new";
}

TEST_F(ErasurePath, KeepsWhoIsOnHold) {
  const auto hold = permit<Action::kHold>(dora);
  must(hold_lead.hold(hold, lead, {"legal_dispute", "AZ-7/26"}));
  EXPECT_EQ(trail().back().entry.act, audit::Act::kHeld);
  EXPECT_EQ(trail().back().entry.case_reference, "AZ-7/26");
  EXPECT_TRUE(must(show_inbox.lead(permit<Action::kReadLead>(anna), lead)).is_on_hold());
  EXPECT_EQ(erase().error().code, Errc::kConflict);
  EXPECT_EQ(conversations(), 2U);
  EXPECT_EQ(journal_with(kNumber), 1U) << "the refused erasure has removed something";
  EXPECT_EQ(hold_lead.hold(hold, lead, {"once_more", {}}).error().code, Errc::kConflict);
  must(hold_lead.release(hold, lead));
  EXPECT_EQ(hold_lead.release(hold, lead).error().code, Errc::kConflict);
  EXPECT_TRUE(erase().ok());
  EXPECT_EQ(hold_lead.hold(hold, lead, {"too_late", {}}).error().code, Errc::kNotFound);
}

TEST_F(ErasurePath, ErasesALeadThatHasNotWritten) {
  const LeadId entered = must(keep_leads.enter(
      permit<Action::kWriteLead>(dora),
      {Pii<std::string>{"Max Muster"},
       {{flow::NewIdentifier::Kind::kEmail, Pii<std::string>{"max@muster.example"}}},
       {}},
      std::nullopt));
  const auto certificate = must(erase_lead.erase(may(), entered, kAsked));
  EXPECT_EQ(certificate.messages, 0U);
  EXPECT_TRUE(certificate.key_gone_at);
  EXPECT_EQ(found(flow::LeadQuery::By::kEmail, "max@muster.example"), 0U);
}

TEST_F(ErasurePath, IsForPrivacyOfficersWhoHaveJustProvenWhoTheyAre) {
  for (const Role role : {Role::kAgent, Role::kSupervisor, Role::kAuditor, Role::kAdmin}) {
    const auto somebody = sign_in("x-" + std::string{name_of(role)}, {role});
    EXPECT_EQ(authoriser.permit<Action::kErase>(somebody).error().code, Errc::kForbidden);
    EXPECT_EQ(authoriser.permit<Action::kHold>(somebody).error().code, Errc::kForbidden);
  }
  EXPECT_EQ(authoriser.permit<Action::kReadInbox>(dora).error().code, Errc::kForbidden);
  EXPECT_EQ(authoriser.permit<Action::kReveal>(dora).error().code, Errc::kForbidden);
  EXPECT_EQ(erase_lead.erase(may(), LeadId{}, kAsked).error().code, Errc::kNotFound);
  EXPECT_EQ(erase({"Because 0151", {}}).error().code, Errc::kInvalidInput);
  EXPECT_EQ(trail().back().entry.outcome, audit::Outcome::kRefused);
}

TEST_F(ErasurePath, CannotBeReadInAnOldCopyOfTheData) {
  const auto copy = store.directory().parent_path() / "copy";
  std::filesystem::copy(store.directory() / "data", copy, std::filesystem::copy_options::recursive);
  must(erase());
  must(end_epoch.end({}));
  store.close();
  std::filesystem::remove_all(store.directory() / "data");
  std::filesystem::rename(copy, store.directory() / "data");
  store.reopen();  // the data of before, as a restored backup is, with the keys of now
  const auto row_of = [&](const LeadId& id) {
    return store->read([&](store::ReadTxn& txn) {
      return txn.get_sealed(TableId::kLeads, id.bytes(), store::subject_key(id));
    });
  };
  EXPECT_EQ(row_of(lead).error().code, Errc::kNotFound);
  EXPECT_TRUE(must(row_of(other_lead))) << "the others are there";
}

TEST_F(ErasurePath, DestroysTheKeyOfADayWhoseNotificationsAllWent) {
  const auto day = static_cast<std::uint32_t>(store.clock().now().ms / 86'400'000LL);
  must(erase());
  must(store->write([&](store::WriteTxn& txn) -> Result<void> {
    Bytes first;
    LK_TRY_VOID(
        txn.scan(TableId::kJournal, {}, {}, [&](ByteView key, ByteView) -> Result<store::Step> {
          first.assign(key.begin(), key.end());
          return store::Step::kStop;
        }));
    return txn.erase_sealed(TableId::kJournal, first);  // nothing of the day is left
  }));
  store.clock().advance(std::chrono::hours{24 * 8});
  must(receive_message.forget_journal(std::chrono::days{7}, {}));
  EXPECT_EQ(store->keys().find(store::journal_key(day)).error().code, Errc::kNotFound);
  EXPECT_GT(must(end_epoch.state()).destroyed, 1U) << "its old copies are never gone";
}

TEST_F(ErasurePath, KeepsNumbersThatBeginOrEndWithThePersons) {
  writes("4915123456789000", "Another number");
  must(erase());
  EXPECT_EQ(journal_with("4915123456789000"), 1U);
}

TEST_F(ErasurePath, RemovesWhatWasDeferredAsWell) {
  must(store->write([&](store::WriteTxn& txn) -> Result<void> {
    Bytes last;
    LK_TRY_VOID(
        txn.scan(TableId::kJournal, {}, {}, [&](ByteView key, ByteView) -> Result<store::Step> {
          last.assign(key.begin(), key.end());
          return store::Step::kContinue;
        }));
    return txn.put_sealed(TableId::kDeferred, last,
                          store::journal_key(read_be<std::uint32_t>(last)), {});
  }));
  must(erase());
  EXPECT_EQ(rows(TableId::kDeferred), 0U);
  EXPECT_EQ(journal_with(kNumber), 0U);
}

TEST_F(ErasurePath, SaysUntilWhenCopiesCanShowNotifications) {
  const auto certificate = must(erase());
  EXPECT_GE(certificate.notifications_until, store.clock().now() + std::chrono::days{7});
  EXPECT_LE(certificate.notifications_until, store.clock().now() + std::chrono::days{8});
}

TEST_F(ErasurePath, ForgetsNotificationsOfDaysThatAreOver) {
  store.clock().advance(std::chrono::hours{24 * 8});
  writes(kOtherNumber, "A week later");
  ASSERT_EQ(rows(TableId::kJournal), 3U);
  const auto first_day =
      static_cast<std::uint32_t>((store.clock().now().ms - 8 * 86'400'000LL) / 86'400'000LL);
  ASSERT_TRUE(store->keys().find(store::journal_key(first_day)).ok());
  must(receive_message.forget_journal(std::chrono::days{7}, {}));
  EXPECT_EQ(rows(TableId::kJournal), 1U);
  EXPECT_EQ(store->keys().find(store::journal_key(first_day)).error().code, Errc::kNotFound);
  const auto reader = sign_in_through(a_program(), "anna");
  EXPECT_EQ(messages(reader, other).size(), 2U) << "the messages stay";
  expect_sound();
}

}  // namespace
}  // namespace leadkeep::test
