// The path of a message through all modules: signed webhook → sealed store → masked inbox →
// cleared reply → delivered. The stages are types, so the first test is that they cannot be
// skipped.
#include "path_house.h"

#include <leadkeep/consent/ledger.h>
#include <leadkeep/inbox/leads.h>

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using identity::Action;
using identity::Role;
using ::testing::HasSubstr;
using ::testing::Not;

static_assert(!std::is_constructible_v<intake::VerifiedWebhook, std::string>);
static_assert(!std::is_default_constructible_v<inbox::MaskedMessage>);
static_assert(!std::is_constructible_v<consent::ClearedMessage, inbox::Draft>);
static_assert(!std::is_copy_constructible_v<consent::ClearedMessage>);
static_assert(!std::is_default_constructible_v<consent::ClearedMessage::Key>);
static_assert(!std::is_default_constructible_v<identity::ProvenIdentity::Key>);
static_assert(!std::is_default_constructible_v<identity::Session>);
static_assert(!std::is_default_constructible_v<identity::Permit<Action::kReply>>);
static_assert(!std::is_invocable_v<decltype(&delivery::Outbox::enqueue), delivery::Outbox,
                                   store::WriteTxn&, inbox::Draft, std::uint64_t, Timestamp>);

constexpr const char* kContacts =
    R"([{"profile":{"name":"Erika Muster +49 151 23456789"},"wa_id":"4915123456789","user_id":"DE.4915123456789"}])";

class MessagePath : public ::testing::Test, public PathHouse {
 protected:
  MessagePath() : agent{sign_in("anna", {Role::kAgent})} {}

  ConversationId first_contact(const std::string& text = "Hello") {
    must(receive(value(text_message("4915123456789", "wamid.in1", text), kContacts)));
    return only_conversation(agent).id();
  }

  std::string status_of(const ConversationId& id, const MessageId& message) {
    for (const auto& item : messages(agent, id)) {
      if (item.id() == message) {
        return std::string{item.status()};
      }
    }
    return "absent";
  }

  identity::Session agent;
};

// The record of a lead, replaced by one that opens and cannot be read.
class DamagedLead {
 public:
  DamagedLead(PathHouse& house, const LeadId& lead) : m_house{house}, m_lead{lead} {
    m_genuine = must(house.store->read([&](store::ReadTxn& txn) -> Result<Bytes> {
      LK_TRY(const auto plain,
             txn.get_sealed(store::TableId::kLeads, lead.bytes(), store::subject_key(lead)));
      return Bytes{plain->expose().begin(), plain->expose().end()};
    }));
    write(as_bytes("\xff\xff not a record"));
  }

  void mend() const { write(m_genuine); }

 private:
  void write(ByteView plaintext) const {
    must(m_house.store->write([&](store::WriteTxn& txn) {
      return txn.put_sealed(store::TableId::kLeads, m_lead.bytes(), store::subject_key(m_lead),
                            plaintext);
    }));
  }

  PathHouse& m_house;
  LeadId m_lead;
  Bytes m_genuine;
};

TEST_F(MessagePath, ShowsAFirstMessageInAMaskedInbox) {
  const auto id = first_contact("call me: 0151 23456789 or erika@example.org");
  const auto conversation = only_conversation(agent);
  EXPECT_EQ(conversation.unread(), 1U);
  EXPECT_THAT(conversation.lead().handle,
              ::testing::MatchesRegex("[A-Z][a-z]+ [A-Z][a-z]+ [0-9]+"));
  EXPECT_THAT(*conversation.lead().display_name, HasSubstr("Erika Muster"));
  EXPECT_THAT(*conversation.lead().display_name, Not(HasSubstr("2345")));
  const auto page = messages(agent, id);
  ASSERT_EQ(page.size(), 1U);
  EXPECT_EQ(page[0].direction(), "inbound");
  EXPECT_EQ(page[0].text()->body, "call me: •••••••89 or •••@•••");
  EXPECT_EQ(page[0].text()->spans.size(), 2U);
}

TEST_F(MessagePath, FindsALeadByNumberAndByHandleMaskedAndOnRecord) {
  first_contact();
  const auto may = permit<Action::kReadLead>(agent);
  const LeadId id = only_conversation(agent).lead().id;
  const std::string handle = only_conversation(agent).lead().handle;
  const auto found = [&](const flow::LeadQuery& query) {
    return must(show_inbox.search_leads(may, query));
  };
  for (const auto* spelling : {"+49 151 23456789", "0151 23456789", "tel:+4915123456789"}) {
    const auto leads = found({flow::LeadQuery::By::kPhone, Pii<std::string>{spelling}});
    ASSERT_EQ(leads.size(), 1U) << spelling;
    EXPECT_EQ(leads[0].summary().id, id);
    EXPECT_TRUE(leads[0].identifiers().front().masked);
  }
  EXPECT_EQ(trail().back().entry.act, audit::Act::kReadLead);
  EXPECT_EQ(trail().back().entry.object, audit::object_of(id));
  EXPECT_EQ(found({flow::LeadQuery::By::kHandle, Pii{handle}}).size(), 1U);
  EXPECT_TRUE(found({flow::LeadQuery::By::kPhone, Pii<std::string>{"+49 151 23456780"}}).empty());
  EXPECT_EQ(trail().back().entry.outcome, audit::Outcome::kRefused);
  EXPECT_TRUE(found({flow::LeadQuery::By::kHandle, Pii{handle + "0"}}).empty());
  EXPECT_EQ(show_inbox.search_leads(may, {flow::LeadQuery::By::kPhone, Pii<std::string>{"nobody"}})
                .error()
                .code,
            Errc::kInvalidInput);
}

TEST_F(MessagePath, AnswersNoSearchForANumberWhereNumbersAreHidden) {
  first_contact();
  clients::Rights rights = clients::every_right();
  rights.record_classes = {clients::RecordClass::kNames};
  const auto elsewhere = sign_in_through(program_with(rights), "anna");
  EXPECT_EQ(show_inbox
                .search_leads(permit<Action::kReadLead>(elsewhere),
                              {flow::LeadQuery::By::kPhone, Pii<std::string>{"+49 151 23456789"}})
                .error()
                .code,
            Errc::kForbidden);
}

TEST_F(MessagePath, MasksEveryIdentifierOfALead) {
  first_contact();
  const auto lead =
      must(show_inbox.lead(permit<Action::kReadLead>(agent), only_conversation(agent).lead().id));
  ASSERT_EQ(lead.identifiers().size(), 3U);
  for (const auto& identifier : lead.identifiers()) {
    EXPECT_TRUE(identifier.masked);
    EXPECT_THAT(identifier.value, Not(HasSubstr("4915")));
  }
}

TEST_F(MessagePath, AppliesAMessageOnceHoweverOftenItIsDelivered) {
  const auto id = first_contact();
  const auto again =
      must(receive(value(text_message("4915123456789", "wamid.in1", "Hello"), kContacts)));
  EXPECT_EQ(again.repeated, 1U);
  const std::string twice = text_message("4915123456789", "wamid.in2", "Two");
  const auto both = must(receive(value(twice + "," + twice, kContacts)));
  EXPECT_EQ(both.messages, 1U);
  EXPECT_EQ(messages(agent, id).size(), 2U);
}

TEST_F(MessagePath, KeepsTheLeadWhenThePhoneIsHiddenLaterAndShownAgain) {
  const auto id = first_contact();
  must(receive(value(
      R"({"from_user_id":"DE.4915123456789","id":"wamid.h1","timestamp":"1768478400","type":"text","text":{"body":"hidden"}})",
      R"([{"profile":{"name":"Erika","username":"erika"},"user_id":"DE.4915123456789"}])")));
  must(receive(value(text_message("4915123456789", "wamid.h2", "shown"), kContacts)));
  EXPECT_EQ(only_conversation(agent).id(), id);
  EXPECT_EQ(messages(agent, id).size(), 3U);
}

TEST_F(MessagePath, LeavesALeadAsItIsWhenAMessageTellsNothingNewAboutThePerson) {
  first_contact();
  const auto id = only_conversation(agent).lead().id;
  const auto lead = [&] {
    return *must(store->read([&](store::ReadTxn& txn) { return inbox::Leads{}.find(txn, id); }));
  };
  const auto next = [&](const std::string& wamid) {
    must(receive(value(text_message("4915123456789", wamid, "Hello again"), kContacts)));
  };
  const auto before = lead();
  store.clock().advance(std::chrono::minutes{59});
  next("wamid.in2");
  EXPECT_EQ(lead().SerializeAsString(), before.SerializeAsString());
  store.clock().advance(std::chrono::minutes{1});
  next("wamid.in3");
  EXPECT_EQ(lead().version(), before.version() + 1);
  EXPECT_EQ(lead().identifiers(0).last_seen_ms(), store.clock().now().ms);
}

TEST_F(MessagePath, TakesAPersonWithoutAPhoneNumberAsAFullLead) {
  must(receive(value(
      R"({"from_user_id":"US.13491208655302741918","id":"wamid.b1","timestamp":"1768478400","type":"text","text":{"body":"hi"}})",
      R"([{"profile":{"name":"Pablo"},"user_id":"US.13491208655302741918"}])")));
  const auto id = only_conversation(agent).id();
  must(reply(agent, id, "hello"));
  deliver();
  ASSERT_EQ(gateway.handed().size(), 1U);
  EXPECT_EQ(gateway.handed()[0].to, "US.13491208655302741918");
}

TEST_F(MessagePath, DoesNotMergeTwoPeopleWhenOneMessageNamesBoth) {
  first_contact();
  must(receive(value(
      R"({"from_user_id":"DE.other","id":"wamid.o1","timestamp":"1768478400","type":"text","text":{"body":"a"}})")));
  must(receive(value(
      R"({"from":"4915123456789","from_user_id":"DE.other","id":"wamid.o2","timestamp":"1768478400","type":"text","text":{"body":"b"}})")));
  const auto page = must(show_inbox.conversations(permit<Action::kReadInbox>(agent), {}));
  EXPECT_EQ(page.items.size(), 2U);
  const auto entries = trail();
  EXPECT_TRUE(std::ranges::any_of(entries, [](const auto& entry) {
    return entry.entry.act == audit::Act::kIdentifierConflict;
  }));
}

TEST_F(MessagePath, KeepsOtherTypesWholeAndShowsThemAsUnsupported) {
  must(receive(value(
      R"({"from":"4915123456789","id":"wamid.i1","timestamp":"1768478400","type":"image","image":{"id":"1","caption":"my number 0151 23456789"}})")));
  const auto page = messages(agent, only_conversation(agent).id());
  ASSERT_EQ(page.size(), 1U);
  EXPECT_EQ(page[0].type(), "image");
  EXPECT_FALSE(page[0].is_supported());
  EXPECT_FALSE(page[0].text());
}

TEST_F(MessagePath, DeliversAReplyAndFollowsItsStatus) {
  const auto id = first_contact();
  const auto message = must(reply(agent, id, "Good morning"));
  EXPECT_EQ(status_of(id, message), "queued");
  deliver();
  ASSERT_EQ(gateway.handed().size(), 1U);
  EXPECT_EQ(gateway.handed()[0].to, "4915123456789");
  EXPECT_EQ(gateway.handed()[0].text, "Good morning");
  EXPECT_EQ(status_of(id, message), "accepted");
  const auto wamid = gateway.handed()[0].wamid;
  must(receive(status_value(wamid, "sent")));
  EXPECT_EQ(status_of(id, message), "sent");
  must(receive(status_value(wamid, "delivered")));
  EXPECT_EQ(status_of(id, message), "delivered");
}

TEST_F(MessagePath, NeverMovesAStatusBackwards) {
  const auto id = first_contact();
  const auto message = must(reply(agent, id, "Good morning"));
  deliver();
  const auto wamid = gateway.handed()[0].wamid;
  for (const char* status : {"read", "sent", "delivered", "failed", "read"}) {
    must(receive(status_value(wamid, status)));
    EXPECT_EQ(status_of(id, message), "read") << status;
  }
}

TEST_F(MessagePath, ShowsTheReasonWhenWhatsAppFailsAMessage) {
  const auto id = first_contact();
  const auto message = must(reply(agent, id, "Good morning"));
  deliver();
  must(receive(status_value(gateway.handed()[0].wamid, "failed")));
  EXPECT_EQ(status_of(id, message), "failed");
  EXPECT_EQ(messages(agent, id)[0].failure(), "whatsapp_131047");
}

TEST_F(MessagePath, TakesAStatusThatComesBeforeTheAnswerOfTheSend) {
  const auto id = first_contact();
  const auto message = must(reply(agent, id, "Good morning"));
  gateway.during_send([&](const HandedOver& handed) {
    must(receive(status_value("wamid.fake1", "delivered", handed.message_id)));
  });
  deliver();
  EXPECT_EQ(status_of(id, message), "delivered");
  EXPECT_EQ(gateway.handed().size(), 1U);
}

TEST_F(MessagePath, RefusesAReplyOutsideTheWindow) {
  const auto id = first_contact();
  store.clock().advance(std::chrono::hours{24});
  const auto refused = reply(agent, id, "late");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kWindowClosed);
  EXPECT_EQ(trail().back().entry.reason, "window_closed");
  EXPECT_EQ(trail().back().entry.outcome, audit::Outcome::kRefused);
}

TEST_F(MessagePath, RefusesAReplyAfterWithdrawalEvenIfItWasQueued) {
  const auto id = first_contact();
  const auto queued = must(reply(agent, id, "queued before"));
  consent::NewConsent withdrawn;
  withdrawn.kind = consent::ConsentKind::kWithdrawn;
  withdrawn.purpose = "messages";
  withdrawn.source = "phone";
  must(keep_consent.record(permit<Action::kRecordConsent>(agent),
                           only_conversation(agent).lead().id, withdrawn, std::nullopt));
  EXPECT_EQ(reply(agent, id, "after").error().code, Errc::kConsentWithdrawn);
  deliver();
  EXPECT_TRUE(gateway.handed().empty());
  EXPECT_EQ(status_of(id, queued), "failed");
}

TEST_F(MessagePath, RefusesAConsentWhosePurposeOrSourceCarriesContactData) {
  first_contact();
  const auto lead = only_conversation(agent).lead().id;
  const auto record = [&](const std::string& purpose, const std::string& source) {
    consent::NewConsent entry;
    entry.kind = consent::ConsentKind::kGiven;
    entry.purpose = purpose;
    entry.source = source;
    return keep_consent.record(permit<Action::kRecordConsent>(agent), lead, entry, std::nullopt);
  };
  EXPECT_TRUE(record("service", "form_2026"));
  EXPECT_EQ(record("4915123456789", "form").error().code, Errc::kInvalidInput);
  EXPECT_EQ(record("service", "015123456789").error().code, Errc::kInvalidInput);
  EXPECT_EQ(must(keep_consent.list(permit<Action::kReadConsents>(agent), lead)).size(), 1U);
}

TEST_F(MessagePath, AllowsAReplyAgainWhenConsentIsGivenAgain) {
  const auto id = first_contact();
  const auto lead = only_conversation(agent).lead().id;
  for (const auto kind : {consent::ConsentKind::kWithdrawn, consent::ConsentKind::kGiven}) {
    consent::NewConsent entry;
    entry.kind = kind;
    entry.purpose = "messages";
    entry.source = "web_form";
    must(keep_consent.record(permit<Action::kRecordConsent>(agent), lead, entry, std::nullopt));
  }
  EXPECT_TRUE(reply(agent, id, "welcome back"));
}

TEST_F(MessagePath, RetriesAfterAPassingFaultAndParksAtTheLimit) {
  const auto id = first_contact();
  const auto message = must(reply(agent, id, "try"));
  for (int i = 0; i < 8; ++i) {
    gateway.answer_next(delivery::SendResult::kRetryLater, "network");
    deliver();
    store.clock().advance(std::chrono::minutes{10});
  }
  EXPECT_EQ(gateway.handed().size(), 8U);
  EXPECT_EQ(status_of(id, message), "parked");
  EXPECT_EQ(messages(agent, id)[0].failure(), "network");
  deliver();
  EXPECT_EQ(gateway.handed().size(), 8U);
}

TEST_F(MessagePath, PausesDuringAnOutageWithoutUsingUpTries) {
  const auto id = first_contact();
  const auto message = must(reply(agent, id, "through the outage"));
  for (int i = 0; i < 50; ++i) {
    gateway.answer_next(delivery::SendResult::kNotReached, "network");
    deliver();
    store.clock().advance(std::chrono::minutes{2});
  }
  EXPECT_EQ(gateway.handed().size(), 50U);
  EXPECT_EQ(status_of(id, message), "queued");
  deliver();
  EXPECT_EQ(status_of(id, message), "accepted");
}

TEST_F(MessagePath, SendsNothingWhileTheAccountIsHalted) {
  const auto id = first_contact();
  must(reply(agent, id, "one"));
  gateway.answer_next(delivery::SendResult::kHalted, "whatsapp_190");
  deliver();
  must(reply(agent, id, "two"));
  deliver();
  EXPECT_EQ(gateway.handed().size(), 1U);
  store.clock().advance(std::chrono::minutes{1});
  deliver();
  ASSERT_EQ(gateway.handed().size(), 3U);
  EXPECT_EQ(gateway.handed()[2].text, "two");
}

TEST_F(MessagePath, LetsTheNextReplyGoAtOnceWhenAStatusSettlesTheOneBefore) {
  const auto id = first_contact();
  const auto first = must(reply(agent, id, "first"));
  gateway.answer_next(delivery::SendResult::kUnknown, "no_answer");
  deliver();
  must(reply(agent, id, "second"));
  deliver();
  EXPECT_EQ(gateway.handed().size(), 1U);
  must(receive(status_value("wamid.x", "sent", first.text())));
  deliver();
  ASSERT_EQ(gateway.handed().size(), 2U);
  EXPECT_EQ(gateway.handed()[1].text, "second");
}

TEST_F(MessagePath, BelievesADeliveryAfterALocalFailure) {
  const auto id = first_contact();
  const auto message = must(reply(agent, id, "arrived after all"));
  gateway.answer_next(delivery::SendResult::kUnknown, "no_answer");
  deliver();
  store.clock().advance(std::chrono::hours{25});  // no status, and the window closes
  deliver();
  EXPECT_EQ(status_of(id, message), "parked");
  must(receive(status_value("wamid.x", "delivered", message.text())));
  EXPECT_EQ(status_of(id, message), "delivered");
}

TEST_F(MessagePath, KeepsOtherPeoplesMessagesWhenOneLeadIsDamaged) {
  first_contact();
  const DamagedLead damage{*this, only_conversation(agent).lead().id};
  const auto received = must(receive(value(text_message("4915123456789", "wamid.d1", "lost?") +
                                           "," + text_message("4915200000001", "wamid.d2", "ok"))));
  EXPECT_EQ(received.applied, flow::Received::Applied::kDeferred);
  const auto page = must(show_inbox.conversations(permit<Action::kReadInbox>(agent), {}));
  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items[0].last_message()->text()->body, "ok");
  EXPECT_EQ(must(receive_message.apply_deferred()), 0U);
  EXPECT_EQ(must(store->rows(store::TableId::kDeferred)), 1U);
}

TEST_F(MessagePath, AppliesADeferredWebhookOnceTheDamageIsMended) {
  first_contact();
  const DamagedLead damage{*this, only_conversation(agent).lead().id};
  must(receive(value(text_message("4915123456789", "wamid.later", "kept"))));
  damage.mend();
  EXPECT_EQ(must(receive_message.apply_deferred()), 1U);
  EXPECT_EQ(must(store->rows(store::TableId::kDeferred)), 0U);
  EXPECT_EQ(messages(agent, only_conversation(agent).id()).size(), 2U);
}

TEST_F(MessagePath, PutsMessagesWithoutASenderOnRecordOnceAlsoWhenTheirWebhookWasDeferred) {
  first_contact();
  const DamagedLead damage{*this, only_conversation(agent).lead().id};
  const auto unattributed = [&] {
    return std::ranges::count_if(trail(), [](const auto& item) {
      return item.entry.act == audit::Act::kMessageUnattributed && item.entry.items == 1;
    });
  };
  must(receive(value(text_message("4915123456789", "wamid.later", "kept") +
                     R"(,{"id":"wamid.nobody","type":"text"})")));
  must(receive_message.apply_deferred());
  EXPECT_EQ(unattributed(), 0);
  damage.mend();
  must(receive_message.apply_deferred());
  must(receive_message.apply_deferred());
  EXPECT_EQ(unattributed(), 1);
}

TEST_F(MessagePath, RefusesTagsThatCarryContactData) {
  const auto id = first_contact();
  for (const char* tag : {"+49 151 23456789", "erika@example.org", "bell\x07"}) {
    flow::ConversationChange change;
    change.tags = {tag};
    EXPECT_EQ(work.change(permit<Action::kChangeConversation>(agent), identity::Verdict::kRefused,
                          id, only_conversation(agent).version(), change)
                  .error()
                  .code,
              Errc::kInvalidInput)
        << tag;
  }
}

TEST_F(MessagePath, WaitsForAStatusAfterATryWithoutAnswerInsteadOfSendingAgain) {
  const auto id = first_contact();
  const auto message = must(reply(agent, id, "only once"));
  gateway.answer_next(delivery::SendResult::kUnknown, "no_answer");
  deliver();
  EXPECT_EQ(status_of(id, message), "unknown");
  must(receive(status_value("wamid.late", "sent", message.text())));
  EXPECT_EQ(status_of(id, message), "sent");
  store.clock().advance(std::chrono::hours{1});
  deliver();
  EXPECT_EQ(gateway.handed().size(), 1U);
}

TEST_F(MessagePath, SendsOnceMoreAndSaysSoWhenNoStatusCameAfterATryWithoutAnswer) {
  const auto id = first_contact();
  const auto message = must(reply(agent, id, "perhaps twice"));
  gateway.answer_next(delivery::SendResult::kUnknown, "no_answer");
  gateway.answer_next(delivery::SendResult::kUnknown, "no_answer");
  for (int i = 0; i < 3; ++i) {
    deliver();
    store.clock().advance(std::chrono::minutes{5});
  }
  EXPECT_EQ(gateway.handed().size(), 2U);
  EXPECT_EQ(messages(agent, id)[0].resends_after_unknown(), 1U);
  EXPECT_EQ(status_of(id, message), "parked");
  EXPECT_EQ(messages(agent, id)[0].failure(), "outcome_unknown");
}

TEST_F(MessagePath, TreatsAMessageThatWasInFlightAtACrashAsUnknown) {
  const auto id = first_contact();
  const auto message = must(reply(agent, id, "crash"));

  // The process ends inside the send: nothing after this point of the attempt happens.
  struct Killed {};

  gateway.during_send([](const HandedOver&) { throw Killed{}; });
  EXPECT_THROW((void)deliver_messages.step(), Killed);
  gateway.during_send({});
  flow::DeliverMessages after_restart{house, gateway, flow::DeliveryLimits{}};
  must(after_restart.step());
  EXPECT_EQ(status_of(id, message), "unknown");
  EXPECT_EQ(gateway.handed().size(), 1U);
}

TEST_F(MessagePath, SendsTheRepliesOfAConversationInOrderEvenWhenTheFirstHasToWait) {
  const auto id = first_contact();
  must(reply(agent, id, "first"));
  must(reply(agent, id, "second"));
  gateway.answer_next(delivery::SendResult::kRetryLater, "network");
  deliver();
  store.clock().advance(std::chrono::minutes{1});
  deliver();
  store.clock().advance(std::chrono::minutes{1});
  deliver();
  ASSERT_EQ(gateway.handed().size(), 3U);
  EXPECT_EQ(gateway.handed()[1].text, "first");
  EXPECT_EQ(gateway.handed()[2].text, "second");
}

TEST_F(MessagePath, AnswersARepeatedRequestWithWhatTheFirstOneMade) {
  const auto id = first_contact();
  flow::RepeatGuard guard{"key-1", crypto::sha256({as_bytes("request")})};
  const auto first = must(reply(agent, id, "once", guard));
  EXPECT_EQ(must(reply(agent, id, "once", guard)), first);
  guard.request_hash = crypto::sha256({as_bytes("another")});
  EXPECT_EQ(reply(agent, id, "other", guard).error().code, Errc::kIdempotencyMismatch);
  deliver();
  EXPECT_EQ(gateway.handed().size(), 1U);
}

TEST_F(MessagePath, MarksAConversationAsReadWhenItsNewestPageIsRead) {
  const auto id = first_contact();
  (void)messages(agent, id);
  EXPECT_EQ(only_conversation(agent).unread(), 0U);
}

TEST_F(MessagePath, PagesThroughMessagesWithoutGapOrRepetition) {
  const auto id = first_contact();
  for (int i = 0; i < 25; ++i) {
    must(receive(value(text_message("4915123456789", "wamid.p" + std::to_string(i), "m"))));
  }
  std::set<MessageId> seen;
  flow::MessageQuery query{10, ""};
  int pages = 0;
  while (true) {
    const auto page =
        must(show_inbox.messages(permit<Action::kReadConversation>(agent), id, query));
    for (const auto& item : page.items) {
      EXPECT_TRUE(seen.insert(item.id()).second);
    }
    ++pages;
    if (!page.next_cursor) {
      break;
    }
    query.cursor = *page.next_cursor;
  }
  EXPECT_EQ(seen.size(), 26U);
  EXPECT_EQ(pages, 3);
}

TEST_F(MessagePath, PagesThroughTheInboxByNewestActivityAcrossAllStatuses) {
  for (int i = 0; i < 7; ++i) {
    store.clock().advance(std::chrono::seconds{1});
    must(receive(value(
        text_message("49151234567" + std::to_string(10 + i), "wamid.c" + std::to_string(i), "m"))));
  }
  flow::InboxQuery query;
  query.limit = 3;
  std::vector<Timestamp> activity;
  std::set<ConversationId> seen;
  while (true) {
    const auto page = must(show_inbox.conversations(permit<Action::kReadInbox>(agent), query));
    for (const auto& item : page.items) {
      activity.push_back(item.last_activity_at());
      seen.insert(item.id());
      if (seen.size() % 2 == 0) {  // statuses mixed while paging
        flow::ConversationChange close;
        close.status = inbox::ConversationStatus::kClosed;
        must(work.change(permit<Action::kChangeConversation>(agent), identity::Verdict::kRefused,
                         item.id(), item.version(), close));
      }
    }
    if (!page.next_cursor) {
      break;
    }
    query.cursor = *page.next_cursor;
  }
  EXPECT_EQ(seen.size(), 7U);
  EXPECT_TRUE(std::ranges::is_sorted(activity, std::greater{}));
}

TEST_F(MessagePath, PagesFromTheOldestActivityToTheNewest) {
  for (int i = 0; i < 7; ++i) {
    store.clock().advance(std::chrono::seconds{1});
    must(receive(value(
        text_message("49151234567" + std::to_string(10 + i), "wamid.c" + std::to_string(i), "m"))));
  }
  flow::InboxQuery newest_first;
  auto expected = must(show_inbox.conversations(permit<Action::kReadInbox>(agent), newest_first));
  std::ranges::reverse(expected.items);
  flow::InboxQuery query;
  query.limit = 3;
  query.order = inbox::InboxOrder::kOldestFirst;
  std::vector<ConversationId> seen;
  for (bool more = true; more;) {
    const auto page = must(show_inbox.conversations(permit<Action::kReadInbox>(agent), query));
    std::ranges::transform(page.items, std::back_inserter(seen), &inbox::MaskedConversation::id);
    more = page.next_cursor.has_value();
    query.cursor = page.next_cursor.value_or("");
  }
  std::vector<ConversationId> wanted;
  std::ranges::transform(expected.items, std::back_inserter(wanted),
                         &inbox::MaskedConversation::id);
  EXPECT_EQ(seen, wanted);
}

TEST_F(MessagePath, FindsWhatHasATagOrSomethingUnread) {
  for (int i = 0; i < 6; ++i) {
    store.clock().advance(std::chrono::seconds{1});
    must(receive(value(
        text_message("49151234567" + std::to_string(10 + i), "wamid.c" + std::to_string(i), "m"))));
  }
  const auto all =
      must(show_inbox.conversations(permit<Action::kReadInbox>(agent), flow::InboxQuery{}));
  for (const std::size_t i : {std::size_t{1}, std::size_t{4}}) {
    flow::ConversationChange tag;
    tag.tags = {"invoice"};
    must(work.change(permit<Action::kChangeConversation>(agent), identity::Verdict::kRefused,
                     all.items[i].id(), all.items[i].version(), tag));
  }
  must(show_inbox.messages(permit<Action::kReadConversation>(agent), all.items[2].id(), {}));
  flow::InboxQuery tagged;
  tagged.tag = "invoice";
  tagged.limit = 1;
  auto page = must(show_inbox.conversations(permit<Action::kReadInbox>(agent), tagged));
  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items[0].id(), all.items[1].id());
  ASSERT_TRUE(page.next_cursor);
  tagged.cursor = *page.next_cursor;
  page = must(show_inbox.conversations(permit<Action::kReadInbox>(agent), tagged));
  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items[0].id(), all.items[4].id());
  flow::InboxQuery read;
  read.unread = false;
  page = must(show_inbox.conversations(permit<Action::kReadInbox>(agent), read));
  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items[0].id(), all.items[2].id());
  EXPECT_FALSE(page.next_cursor);
}

TEST_F(MessagePath, LooksForATagInABoundedNumberOfConversationsAtOnce) {
  flow::InboxQuery tagged;
  tagged.tag = "nowhere";
  for (std::size_t i = 0; i <= flow::kMaxLookedAt; ++i) {
    must(receive(value(text_message("4915" + std::to_string(100'000'000 + i),
                                    "wamid.c" + std::to_string(i), "m"))));
  }
  const auto first = must(show_inbox.conversations(permit<Action::kReadInbox>(agent), tagged));
  EXPECT_TRUE(first.items.empty());
  ASSERT_TRUE(first.next_cursor);
  tagged.cursor = *first.next_cursor;
  const auto second = must(show_inbox.conversations(permit<Action::kReadInbox>(agent), tagged));
  EXPECT_TRUE(second.items.empty());
  EXPECT_FALSE(second.next_cursor);
}

TEST_F(MessagePath, PagesThroughMessagesFromTheFirstAndIsReadOnceTheLastWasSeen) {
  const auto id = first_contact();
  for (int i = 0; i < 4; ++i) {
    must(receive(value(text_message("4915123456789", "wamid.p" + std::to_string(i), "m"))));
  }
  flow::MessageQuery query{3, ""};
  query.order = flow::MessageQuery::Order::kOldestFirst;
  const auto first = must(show_inbox.messages(permit<Action::kReadConversation>(agent), id, query));
  ASSERT_EQ(first.items.size(), 3U);
  EXPECT_EQ(first.items[0].seq(), 1U);
  EXPECT_EQ(only_conversation(agent).unread(), 5U);
  ASSERT_TRUE(first.next_cursor);
  query.cursor = *first.next_cursor;
  const auto rest = must(show_inbox.messages(permit<Action::kReadConversation>(agent), id, query));
  ASSERT_EQ(rest.items.size(), 2U);
  EXPECT_EQ(rest.items[1].seq(), 5U);
  EXPECT_FALSE(rest.next_cursor);
  EXPECT_EQ(only_conversation(agent).unread(), 0U);
}

TEST_F(MessagePath, PutsEachLeadOfManyOnRecordByItself) {
  first_contact();
  must(receive(value(text_message("4915111111111", "wamid.second", "m"))));
  const auto all =
      must(show_inbox.conversations(permit<Action::kReadInbox>(agent), flow::InboxQuery{}));
  std::vector<LeadId> leads;
  for (const auto& item : all.items) {
    leads.push_back(item.lead().id);
  }
  const auto shown = must(
      show_inbox.named_leads(permit<Action::kReadLead>(agent), {leads[0], LeadId{}, leads[1]}));
  EXPECT_EQ(shown.size(), 2U);
  std::vector<std::pair<audit::Object, audit::Outcome>> on_record;
  for (const auto& item : trail()) {
    if (item.entry.act == audit::Act::kReadLead) {
      on_record.emplace_back(item.entry.object, item.entry.outcome);
    }
  }
  const decltype(on_record) expected{{audit::object_of(leads[0]), audit::Outcome::kDone},
                                     {audit::object_of(LeadId{}), audit::Outcome::kRefused},
                                     {audit::object_of(leads[1]), audit::Outcome::kDone}};
  EXPECT_EQ(on_record, expected);
}

TEST_F(MessagePath, PutsEachNamedConversationOnRecordByItself) {
  const auto id = first_contact();
  EXPECT_EQ(must(show_inbox.named_conversations(permit<Action::kReadInbox>(agent),
                                                {ConversationId{}, id}))
                .size(),
            1U);
  const auto entries = trail();
  const auto& missing = entries[entries.size() - 2].entry;
  const auto& shown = entries.back().entry;
  EXPECT_EQ(missing.outcome, audit::Outcome::kRefused);
  EXPECT_EQ(shown.act, audit::Act::kReadConversation);
  EXPECT_EQ(shown.object, audit::object_of(id));
}

TEST_F(MessagePath, WhoLooksAtTheStateOfMessagesOnlyHasNotReadThem) {
  const auto id = first_contact();
  flow::MessageQuery query;
  query.purpose = flow::MessageQuery::For::kState;
  must(show_inbox.messages(permit<Action::kReadConversation>(agent), id, query));
  EXPECT_EQ(only_conversation(agent).unread(), 1U);
  query.purpose = flow::MessageQuery::For::kReading;
  must(show_inbox.messages(permit<Action::kReadConversation>(agent), id, query));
  EXPECT_EQ(only_conversation(agent).unread(), 0U);
}

TEST_F(MessagePath, RefusesAForeignCursor) {
  const auto id = first_contact();
  flow::MessageQuery query{10, "AAAA"};
  EXPECT_EQ(show_inbox.messages(permit<Action::kReadConversation>(agent), id, query).error().code,
            Errc::kInvalidInput);
}

TEST_F(MessagePath, LetsAnAgentTakeAFreeConversationButNotSomebodyElses) {
  const auto id = first_contact();
  const auto other = sign_in("bert", {Role::kAgent});
  flow::ConversationChange take;
  take.assignee = agent.agent();
  const auto version = only_conversation(agent).version();
  must(work.change(permit<Action::kChangeConversation>(agent), identity::Verdict::kRefused, id,
                   version, take));
  flow::ConversationChange steal;
  steal.assignee = other.agent();
  const auto stolen = work.change(permit<Action::kChangeConversation>(other),
                                  identity::Verdict::kRefused, id, version + 1, steal);
  EXPECT_EQ(stolen.error().code, Errc::kForbidden);
  EXPECT_EQ(work.change(permit<Action::kChangeConversation>(agent), identity::Verdict::kRefused, id,
                        version, take)
                .error()
                .code,
            Errc::kPreconditionFailed);
  flow::InboxQuery mine;
  mine.assignee = agent.agent();
  EXPECT_EQ(must(show_inbox.conversations(permit<Action::kReadInbox>(agent), mine)).items.size(),
            1U);
  mine.assignee = flow::InboxQuery::Unassigned{};
  EXPECT_TRUE(
      must(show_inbox.conversations(permit<Action::kReadInbox>(agent), mine)).items.empty());
}

TEST_F(MessagePath, KeepsANoteInsideTheHouse) {
  const auto id = first_contact();
  must(work.add_note(permit<Action::kWriteNote>(agent), id, Pii<std::string>{"call back"},
                     std::nullopt));
  deliver();
  EXPECT_TRUE(gateway.handed().empty());
  EXPECT_EQ(messages(agent, id)[0].direction(), "note");
}

TEST_F(MessagePath, NamesWhatARepeatedRequestMadeInTheTrail) {
  const auto id = first_contact();
  const flow::RepeatGuard guard{"key-1", crypto::sha256({as_bytes("request")})};
  const auto note = [&] {
    return must(
        work.add_note(permit<Action::kWriteNote>(agent), id, Pii<std::string>{"call back"}, guard));
  };
  const auto first = note();
  EXPECT_EQ(trail().back().entry.object, audit::object_of(first));
  EXPECT_EQ(note(), first);
  EXPECT_EQ(trail().back().entry.object, audit::object_of(first));
  EXPECT_EQ(trail().back().entry.reason, "repeated");
}

TEST_F(MessagePath, PutsEveryReadingOnRecordBeforeItIsReleased) {
  const auto id = first_contact();
  const auto before = trail().size();
  (void)only_conversation(agent);
  (void)messages(agent, id);
  const auto entries = trail();
  ASSERT_EQ(entries.size(), before + 2);
  EXPECT_EQ(entries[before].entry.act, audit::Act::kReadInbox);
  EXPECT_EQ(entries[before + 1].entry.act, audit::Act::kReadMessages);
  EXPECT_EQ(entries[before + 1].entry.actor, agent.agent());
  EXPECT_EQ(entries.back().seq, entries.size());
}

TEST_F(MessagePath, TellsListenersWithoutPersonalData) {
  first_contact();
  const auto slice = feed.after(0);
  ASSERT_EQ(slice.events.size(), 2U);
  EXPECT_EQ(slice.events[0].event.kind, inbox::EventKind::kConversationCreated);
  EXPECT_EQ(slice.events[1].event.kind, inbox::EventKind::kMessageReceived);
}

TEST_F(MessagePath, AppliesAThousandUpdatesOfOneWebhook) {
  std::string all;
  for (int i = 0; i < 1000; ++i) {
    all += (i == 0 ? "" : ",") + text_message("4915200000" + std::to_string(100 + i % 50),
                                              "wamid.k" + std::to_string(i), "m");
  }
  const auto received = must(receive(value(all)));
  EXPECT_EQ(received.messages, 1000U);
  EXPECT_EQ(must(show_inbox.conversations(permit<Action::kReadInbox>(agent), {})).items.size(),
            50U);
}

TEST_F(MessagePath, LeavesAStoreThatVerifies) {
  const auto id = first_contact();
  must(reply(agent, id, "Good morning"));
  deliver();
  const auto report = must(store->verify());
  EXPECT_TRUE(report.ok());
  EXPECT_GT(report.rows, 10U);
}

TEST_F(MessagePath, LeavesNothingReadableInTheFiles) {
  const auto id = first_contact("The secret word is Rhabarberkuchen");
  must(reply(agent, id, "Rhabarberkuchen indeed"));
  deliver();
  const auto wamid = gateway.handed()[0].wamid;
  const auto handle = only_conversation(agent).lead().handle;
  const auto plain_hash = crypto::sha256({as_bytes("4915123456789")});
  store.close();
  std::size_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(store.directory())) {
    if (!entry.is_regular_file()) {
      continue;
    }
    std::ifstream in{entry.path(), std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{in}, {}};
    bytes += content.size();
    for (const std::string& mark :
         {std::string{"Rhabarber"}, std::string{"4915123456789"}, std::string{"Erika"}, wamid,
          std::string{"wamid"}, std::string{"anna"}, handle,
          // An index that anybody could rebuild from a list of all numbers would be no index: no
          // plain hash of an identifier is there, only tags under a key.
          std::string{as_text(ByteView{plain_hash}.first(8))}, to_hex(plain_hash).substr(0, 16)}) {
      EXPECT_EQ(content.find(mark), std::string::npos) << entry.path() << " holds " << mark;
    }
    // Not blind: the names of the tables are there to be found.
    if (entry.path().filename() == "data.mdb" && entry.path().parent_path().filename() == "data") {
      EXPECT_NE(content.find("conversations"), std::string::npos);
    }
  }
  EXPECT_GT(bytes, 50'000U);
}

}  // namespace
}  // namespace leadkeep::test
