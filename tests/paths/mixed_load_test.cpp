// Everything at the same time, each kind of caller on a thread of its own, a bounded number of
// times. Afterwards the counts of both sides agree and the store verifies. Built with the thread
// sanitizer it looks for races between the paths, of which each is tested alone elsewhere.
#include "path_house.h"

#include <leadkeep/flow/idempotency.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using identity::Action;
using identity::Role;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr int kKnownPeople = 4;
constexpr int kReceivers = 2;
constexpr int kWebhooks = 40;  // of each receiver
constexpr int kReplies = 40;
constexpr int kNotes = 30;
constexpr int kReads = 40;
constexpr int kLogIns = 3;
constexpr int kVerifications = 3;
constexpr std::size_t kOldAnswers = 24;
constexpr std::size_t kKeptAtOnce = 4;  // many small removals instead of one
constexpr minutes kBeyondKeyCache{6};   // four times of it is less than a session may idle

// Threads whose exceptions are shown by the test.
class Crew {
 public:
  void start(const char* name, std::function<void()> work) {
    m_threads.emplace_back([this, name, work = std::move(work)] {
      try {
        work();
      } catch (const std::exception& e) {
        m_problems.with([&](auto& all) { all.push_back(std::string{name} + ": " + e.what()); });
      }
    });
  }

  std::vector<std::string> join() {
    for (auto& thread : m_threads) {
      thread.join();
    }
    m_threads.clear();
    return m_problems.with([](auto& all) { return std::exchange(all, {}); });
  }

 private:
  Guarded<std::vector<std::string>> m_problems;
  std::vector<std::thread> m_threads;
};

std::string number_of(int person) {
  return "491515" + std::to_string(1'000'000 + person);
}

class MixedLoad : public ::testing::Test, public PathHouse {
 protected:
  struct Sent {
    std::string wamid;
    std::string message_id;
  };

  MixedLoad() {
    gateway.during_send([this](const HandedOver& handed) {
      m_sent.with([&](auto& sent) { sent.push_back({handed.wamid, handed.message_id}); });
      m_sent.notify_all();
    });
  }

  // Answers, a session and people of yesterday, then people who may be written to today.
  void prepare() {
    const auto old = sign_in("anna", {Role::kAgent});
    must(receive(value(text_message(number_of(0), "wamid.old", "Yesterday"))));
    const auto conversation = only_conversation(old).id();
    for (std::size_t i = 0; i < kOldAnswers; ++i) {
      must(work.add_note(permit<Action::kWriteNote>(old), conversation, Pii<std::string>{"old"},
                         guard("old" + std::to_string(i))));
    }
    store.clock().advance(hours{25});
    agent.emplace(sign_in("bert", {Role::kAgent}));
    for (int person = 0; person < kKnownPeople; ++person) {
      must(receive(
          value(text_message(number_of(person), "wamid.known" + std::to_string(person), "Today"))));
    }
    for (const auto& item : inbox()) {
      people.push_back(item.id());
    }
    ASSERT_EQ(people.size(), std::size_t{kKnownPeople});
  }

  static flow::RepeatGuard guard(const std::string& key) {
    return {key, crypto::sha256({as_bytes(key)})};
  }

  std::vector<inbox::MaskedConversation> inbox() {
    flow::InboxQuery query;
    std::vector<inbox::MaskedConversation> all;
    do {
      auto page = must(show_inbox.conversations(permit<Action::kReadInbox>(*agent), query));
      std::ranges::move(page.items, std::back_inserter(all));
      query.cursor = page.next_cursor.value_or("");
    } while (!query.cursor.empty());
    return all;
  }

  std::vector<inbox::MaskedMessage> all_messages(const ConversationId& id) {
    flow::MessageQuery query;
    std::vector<inbox::MaskedMessage> all;
    do {
      auto page = must(show_inbox.messages(permit<Action::kReadConversation>(*agent), id, query));
      std::ranges::move(page.items, std::back_inserter(all));
      query.cursor = page.next_cursor.value_or("");
    } while (!query.cursor.empty());
    return all;
  }

  // Known people, new people, and every third webhook a second time.
  void keep_receiving(int receiver) {
    for (int i = 0; i < kWebhooks; ++i) {
      const int person = i % 2 == 0 ? i % kKnownPeople : 100 * (receiver + 1) + i;
      const std::string name = std::to_string(receiver) + "x" + std::to_string(i);
      const std::string webhook =
          value(text_message(number_of(person), "wamid.load" + name, "Text " + name));
      must(receive(webhook));
      m_received += 1;
      if (i % 3 == 0) {
        must(receive(webhook));
        m_repeated += 1;
      }
      if (receiver == 0 && i % (kWebhooks / 4) == 0) {
        store.clock().advance(kBeyondKeyCache);
      }
    }
  }

  // As they come: some before the answer is recorded, all of them twice, "read" first.
  void keep_reporting() {
    for (std::size_t reported = 0; reported < kReplies; ++reported) {
      const Sent sent = m_sent.when_or_after(
          minutes{2}, [&](const auto& all) { return all.size() > reported; },
          [&](const auto& all) { return all.at(reported); });
      for (const char* status : {"read", "delivered", "read"}) {
        must(receive(status_value(sent.wamid, status, sent.message_id)));
      }
    }
  }

  void keep_replying() {
    for (int i = 0; i < kReplies; ++i) {
      const auto& to = people[static_cast<std::size_t>(i) % people.size()];
      const std::string text = "Reply " + std::to_string(i);
      const auto made = must(reply(*agent, to, text, guard(text)));
      if (i % 4 == 0) {
        EXPECT_EQ(must(reply(*agent, to, text, guard(text))), made);
      }
    }
  }

  void keep_noting() {
    for (int i = 0; i < kNotes; ++i) {
      must(work.add_note(permit<Action::kWriteNote>(*agent),
                         people[static_cast<std::size_t>(i) % people.size()],
                         Pii<std::string>{"Note " + std::to_string(i)}, std::nullopt));
    }
  }

  void keep_reading() {
    for (int i = 0; i < kReads; ++i) {
      (void)inbox();
      (void)messages(*agent, people[static_cast<std::size_t>(i) % people.size()]);
    }
  }

  void keep_sending() {
    while (!m_finished || gateway.handed().size() < kReplies) {
      const auto wait = must(deliver_messages.step());
      if (wait.count() > 0) {
        outbox_signal.wait(milliseconds{5});
      }
    }
  }

  void keep_logging_in() {
    for (int i = 0; i < kLogIns; ++i) {
      identity::LoginAttempt attempt{a_program()};
      attempt.username = "bert";
      attempt.password = SecretBytes::copy_of(as_bytes(kPassword));
      attempt.source = "127.0.0.1";
      const auto opened = must(log_in.log_in(attempt));
      const auto session = must(log_in.resume({a_program(), opened.token.expose()}));
      (void)permit<Action::kReply>(session);
      must(log_in.log_out(session));
      EXPECT_FALSE(log_in.resume({a_program(), opened.token.expose()}));
    }
  }

  void keep_following(std::uint64_t position) {
    for (bool last = false; !last;) {
      last = m_finished;
      const auto slice = feed.after(position);
      ASSERT_EQ(slice.continuity, inbox::FeedSlice::Continuity::kUnbroken);
      for (const auto& event : slice.events) {
        ASSERT_EQ(event.number, ++position);
      }
      std::this_thread::sleep_for(milliseconds{1});
    }
    EXPECT_EQ(position, feed.newest());
  }

  // As the keeper's thread does, in smaller bites.
  void keep_house() {
    for (bool last = false; !last;) {
      last = m_finished;
      const Timestamp now = store.clock().now();
      const auto over = must(store->read(
          [&](store::ReadTxn& txn) { return sessions.find_over(txn, now, kKeptAtOnce); }));
      must(
          store->write([&](store::WriteTxn& txn) { return sessions.remove_over(txn, over, now); }));
      const auto old = must(store->read(
          [&](store::ReadTxn& txn) { return flow::find_old_answers(txn, now, kKeptAtOnce); }));
      must(store->write(
          [&](store::WriteTxn& txn) { return flow::remove_old_answers(txn, old, now); }));
      (void)must(receive_message.apply_deferred());
      last = last && over.empty() && old.empty();
      std::this_thread::sleep_for(milliseconds{1});
    }
  }

  void keep_verifying() {
    for (int i = 0; i < kVerifications; ++i) {
      EXPECT_TRUE(must(store->verify()).ok());
    }
  }

  std::optional<identity::Session> agent;
  std::vector<ConversationId> people;
  std::atomic<std::uint64_t> m_received{0};
  std::atomic<std::uint64_t> m_repeated{0};
  std::atomic<bool> m_finished{false};
  Guarded<std::vector<Sent>> m_sent;
};

TEST_F(MixedLoad, LeavesEveryCountRightAndTheStoreSound) {
  prepare();
  const auto messages_before = store.metrics().messages_received.value();
  const auto answers_before = must(store->rows(store::TableId::kIdempotency));
  ASSERT_GE(answers_before, kOldAnswers);
  const auto position = feed.newest();

  Crew callers;
  Crew servants;  // who work until the callers are done
  servants.start("send", [&] { keep_sending(); });
  servants.start("keep", [&] { keep_house(); });
  servants.start("follow", [&] { keep_following(position); });
  servants.start("follow too", [&] { keep_following(position); });
  for (int receiver = 0; receiver < kReceivers; ++receiver) {
    callers.start("receive", [&, receiver] { keep_receiving(receiver); });
  }
  callers.start("report", [&] { keep_reporting(); });
  callers.start("reply", [&] { keep_replying(); });
  callers.start("note", [&] { keep_noting(); });
  callers.start("read", [&] { keep_reading(); });
  callers.start("log in", [&] { keep_logging_in(); });
  callers.start("verify", [&] { keep_verifying(); });
  EXPECT_THAT(callers.join(), ::testing::IsEmpty());
  m_finished = true;
  EXPECT_THAT(servants.join(), ::testing::IsEmpty());

  std::map<std::string, int> inbound;
  std::map<std::string, std::string> replies;
  int notes = 0;
  const auto conversations = inbox();
  for (const auto& conversation : conversations) {
    for (const auto& message : all_messages(conversation.id())) {
      if (message.direction() == "inbound") {
        ++inbound[message.text()->body];
      } else if (message.direction() == "outbound") {
        replies.emplace(message.text()->body, message.status());
      } else {
        notes += message.text()->body == "old" ? 0 : 1;
      }
    }
  }
  EXPECT_EQ(m_received, std::uint64_t{kReceivers} * kWebhooks);
  EXPECT_EQ(conversations.size(), std::size_t{kKnownPeople} + kReceivers * kWebhooks / 2);
  EXPECT_EQ(store.metrics().messages_received.value() - messages_before, m_received);
  EXPECT_EQ(store.metrics().messages_repeated.value(), m_repeated);
  EXPECT_EQ(inbound.erase("Yesterday"), 1U);
  EXPECT_EQ(std::exchange(inbound["Today"], 1), kKnownPeople);
  EXPECT_EQ(inbound.size(), m_received + 1);
  EXPECT_TRUE(std::ranges::all_of(inbound, [](const auto& text) { return text.second == 1; }));
  EXPECT_EQ(notes, kNotes);
  EXPECT_EQ(replies.size(), std::size_t{kReplies});
  EXPECT_TRUE(std::ranges::all_of(replies, [](const auto& r) { return r.second == "read"; }));
  EXPECT_EQ(gateway.handed().size(), std::size_t{kReplies});
  EXPECT_EQ(must(store->rows(store::TableId::kOutbox)), 0U);
  EXPECT_EQ(must(store->rows(store::TableId::kIdempotency)),
            answers_before - kOldAnswers + kReplies);
  EXPECT_EQ(store.metrics().webhooks_deferred.value(), 0U);
  EXPECT_TRUE(must(store->verify()).ok());
}

}  // namespace
}  // namespace leadkeep::test
