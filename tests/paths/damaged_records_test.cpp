// Records that open under their genuine key and do not say what their place says, or hold what no
// program of ours writes: each is refused, and none stops the others or is taken for a yes.
#include "path_house.h"

#include <leadkeep/consent/ledger.h>
#include <leadkeep/inbox/conversations.h>
#include <leadkeep/inbox/leads.h>
#include <leadkeep/inbox/messages.h>
#include <leadkeep/store/counters.h>
#include <leadkeep/store/records/agent.pb.h>
#include <leadkeep/store/records/consent.pb.h>
#include <leadkeep/store/records/counter.pb.h>
#include <leadkeep/store/table.h>

#include <limits>

#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using identity::Role;
using store::TableId;

class DamagedRecords : public ::testing::Test, public PathHouse {
 protected:
  DamagedRecords() {
    must(receive(value(text_message("4915123456789", "wamid.in1", "Hello"))));
    const auto shown = only_conversation(agent);
    conversation = shown.id();
    lead = shown.lead().id;
  }

  template <class Record>
  void plant(TableId table, ByteView key, const store::KeyRef& sealed_under, const Record& record) {
    must(store->write([&](store::WriteTxn& txn) {
      return store::Table<Record>{table}.put(txn, key, sealed_under, record);
    }));
  }

  Result<consent::ClearedMessage> clear() {
    return store->read([&](store::ReadTxn& txn) {
      return consent::Ledger{}.clear(
          txn, inbox::Draft{lead, conversation, MessageId{}, agent.agent(), Pii<std::string>{"a"}},
          store.clock().now());
    });
  }

  template <class T>
  static Errc code_of(const Result<T>& result) {
    return result.ok() ? Errc::kInternal : result.error().code;
  }

  identity::Session agent = sign_in("anna", {Role::kAgent});
  ConversationId conversation;
  LeadId lead;
};

TEST_F(DamagedRecords, ALeadOfAnotherIdIsRefusedAndItsPersonCanStillWrite) {
  records::Lead other;
  other.set_id("short");
  plant(TableId::kLeads, lead.bytes(), store::subject_key(lead), other);
  const auto found =
      store->read([&](store::ReadTxn& txn) { return inbox::Leads{}.find(txn, lead); });
  EXPECT_EQ(code_of(found), Errc::kCorrupt);
  // The webhook is kept and deferred, where saving the lead would have ended the process.
  EXPECT_TRUE(receive(value(text_message("4915123456789", "wamid.in2", "Hello again"))).ok());
}

TEST_F(DamagedRecords, AConversationThatIsDamagedIsRefusedBeforeItIsShown) {
  const auto find = [&] {
    return store->read(
        [&](store::ReadTxn& txn) { return inbox::Conversations{}.find(txn, conversation); });
  };
  const records::Conversation genuine = *must(find());
  for (const auto damage : {+[](records::Conversation& c) {
                              c.set_status(static_cast<records::Conversation::Status>(9));
                            },
                            +[](records::Conversation& c) { c.set_lead_id("short"); },
                            +[](records::Conversation& c) { c.clear_id(); },
                            +[](records::Conversation& c) { c.set_unread(1ULL << 63); },
                            +[](records::Conversation& c) { c.set_version(~0ULL); }}) {
    records::Conversation damaged = genuine;
    damage(damaged);
    plant(TableId::kConversations, conversation.bytes(), store::subject_key(lead), damaged);
    EXPECT_EQ(code_of(find()), Errc::kCorrupt);
  }
}

TEST_F(DamagedRecords, AMessageOfAnotherNumberIsRefused) {
  const inbox::MessagePlace place{lead, conversation, 1};
  const auto find = [&] {
    return store->read([&](store::ReadTxn& txn) { return inbox::Messages{}.find(txn, place); });
  };
  records::Message message = *must(find());
  message.set_seq(0);  // its cursor would be that of the newest page
  Bytes key{conversation.bytes().begin(), conversation.bytes().end()};
  append_be(key, place.seq);
  plant(TableId::kMessages, key, store::subject_key(lead), message);
  EXPECT_EQ(code_of(find()), Errc::kCorrupt);
  const auto walked = store->read([&](store::ReadTxn& txn) {
    return inbox::Messages{}.walk_back(txn, lead, conversation, 0, 10,
                                       [](const records::Message&) { ADD_FAILURE(); });
  });
  EXPECT_EQ(code_of(walked), Errc::kCorrupt);
}

TEST_F(DamagedRecords, AConsentOfNoKindIsNoConsent) {
  EXPECT_TRUE(clear().ok());
  records::ConsentEvent event;
  event.set_purpose(std::string{consent::kMessagesPurpose});
  event.set_kind(static_cast<records::ConsentEvent::Kind>(7));
  Bytes key{lead.bytes().begin(), lead.bytes().end()};
  append_be(key, std::uint64_t{1});
  plant(TableId::kConsents, key, store::subject_key(lead), event);
  EXPECT_EQ(code_of(clear()), Errc::kCorrupt);
}

TEST_F(DamagedRecords, AnOutboxEntryThatIsNotTheOneOfItsRowDoesNotStopTheSender) {
  records::OutboxEntry entry;
  entry.set_state(records::OutboxEntry::STATE_WAITING);
  Bytes key;
  append_be(key, std::uint64_t{1});  // due before all others
  const MessageId nobody;
  append(key, nobody.bytes());
  plant(TableId::kOutbox, key, store::system_key("outbox"), entry);
  must(reply(agent, conversation, "an answer"));
  deliver();
  ASSERT_EQ(gateway.handed().size(), 1U);
  EXPECT_EQ(gateway.handed().front().text, "an answer");
}

TEST_F(DamagedRecords, ANumberThatIsNoRoleGivesNothing) {
  const auto key = store::system_key("identity");
  auto record = must(store->read([&](store::ReadTxn& txn) {
    return store::Table<records::Agent>{TableId::kAgents}.load(txn, agent.agent().bytes(), key);
  }));
  record.clear_roles();
  record.add_roles(256 + static_cast<std::uint32_t>(Role::kAdmin));
  plant(TableId::kAgents, agent.agent().bytes(), key, record);
  const auto found =
      must(store->read([&](store::ReadTxn& txn) { return directory.find(txn, agent.agent()); }));
  EXPECT_TRUE(found->roles.empty());
}

TEST_F(DamagedRecords, AnAgentOfAnotherIdIsRefused) {
  records::Agent other;
  other.set_id("short");
  plant(TableId::kAgents, agent.agent().bytes(), store::system_key("identity"), other);
  const auto found =
      store->read([&](store::ReadTxn& txn) { return directory.find(txn, agent.agent()); });
  EXPECT_EQ(code_of(found), Errc::kCorrupt);
}

TEST_F(DamagedRecords, ACounterAtItsEndGivesNoNumberTwice) {
  records::Counter counter;
  counter.set_value(std::numeric_limits<std::uint64_t>::max());
  plant(TableId::kCounters, as_bytes(store::kJournalCounter), store::system_key("store"), counter);
  const auto next = store->write(
      [](store::WriteTxn& txn) { return store::next_number(txn, store::kJournalCounter); });
  EXPECT_EQ(code_of(next), Errc::kCorrupt);
}

}  // namespace
}  // namespace leadkeep::test
