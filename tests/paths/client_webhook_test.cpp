// The path of an event: audit trail → approved program → masked → on record → signed → handed over.
#include "path_house.h"

#include <leadkeep/flow/deliver_webhooks.h>

#include <algorithm>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using clients::RecordClass;
using clients::Scope;
using clients::Webhook;
using identity::Action;
using identity::Role;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kErikasContacts =
    R"([{"profile":{"name":"Erika Muster"},"wa_id":"4915123456789","user_id":"DE.4915123456789"}])";
constexpr long kTakes = 204;
constexpr long kIsBusy = 503;
constexpr long kIsGone = 410;

const clients::Rights kReadsAll{{},
                                {RecordClass::kNames, RecordClass::kTexts},
                                {Scope::kReadEvents, Scope::kReadConversations}};
const clients::Rights kReadsEvents{{}, {}, {Scope::kReadEvents}};

struct Posted {
  std::string url;
  std::string body;
  std::string id;
  std::string timestamp;
  std::string signature;
};

std::string value_of(const flow::DeliverWebhooks::Fields& fields, const std::string& name) {
  for (const std::string& field : fields) {
    if (field.starts_with(name + ": ")) {
      return field.substr(name.size() + 2);
    }
  }
  return {};
}

// Kind, and what is shown of it.
std::string in_words(const flow::HandedOver& event) {
  std::string words{name_of(event.kind)};
  words += event.conversation ? " " + event.conversation->lead().display_name.value_or("-") : "";
  words += event.message && event.message->text() ? " " + event.message->text()->body : "";
  return words;
}

class ClientWebhookPath : public ::testing::Test, public PathHouse {
 protected:
  ClientWebhookPath() : agent{sign_in("anna", {Role::kAgent})} {}

  static flow::ManageClients::By host() { return flow::ManageClients::By::operator_of_the_host(); }

  // An approved program with a webhook at /NAME; its secret.
  SecretBytes listens(const std::string& name, const clients::Rights& rights) {
    approved_program(name, rights);
    return must(manage_webhooks.set(host(), name, std::string{kWebhookHost} + name));
  }

  void somebody_writes(const std::string& text, const std::string& from = "4915123456789") {
    must(receive(value(text_message(from, "wamid.in" + std::to_string(++m_written), text),
                       kErikasContacts)));
  }

  flow::DeliverWebhooks path() {
    return {house,
            registry,
            authoriser,
            [this](const std::string&) {
              return host_is_allowed ? Result<void>{} : fail(Errc::kInvalidInput, "not allowed");
            },
            in_words,
            [this](const std::string& url, const std::string& body,
                   const flow::DeliverWebhooks::Fields& fields) {
              posted.push_back({url, body, value_of(fields, "webhook-id"),
                                value_of(fields, "webhook-timestamp"),
                                value_of(fields, "webhook-signature")});
              return answer(url);
            }};
  }

  // Everything that is due now.
  void hand_over(flow::DeliverWebhooks& deliver) {
    for (int i = 0; i < 100; ++i) {
      if (must(deliver.step()).count() > 0) {
        return;
      }
    }
    FAIL() << "the webhooks do not come to rest";
  }

  void hand_over() {
    auto deliver = path();
    hand_over(deliver);
  }

  std::vector<std::string> bodies() {
    std::vector<std::string> all;
    for (const Posted& one : std::exchange(posted, {})) {
      all.push_back(one.body);
    }
    return all;
  }

  Webhook webhook_of(const std::string& name) {
    return must(manage_webhooks.show(host(), name)).webhook;
  }

  [[nodiscard]] audit::Entry last_entry() { return trail().back().entry; }

  identity::Session agent;
  std::vector<Posted> posted;
  bool host_is_allowed = true;
  std::function<Result<long>(const std::string& url)> answer = [](const auto&) { return kTakes; };

 private:
  int m_written = 0;
};

TEST_F(ClientWebhookPath, HandsOverWhatHappensMaskedAsTheProgramSeesIt) {
  listens("crm", kReadsAll);
  somebody_writes("call me: 0151 23456789");
  hand_over();
  EXPECT_EQ(posted.at(0).url, std::string{kWebhookHost} + "crm");
  EXPECT_THAT(bodies(), ElementsAre("conversation.created Erika Muster",
                                    "message.received Erika Muster call me: •••••••89"));
}

TEST_F(ClientWebhookPath, HandsOverIdsToAProgramThatReadsEventsOnly) {
  listens("lamp", kReadsEvents);
  somebody_writes("Hello");
  hand_over();
  EXPECT_THAT(bodies(), ElementsAre("conversation.created", "message.received"));
}

TEST_F(ClientWebhookPath, HidesWhatTheProgramHasNoRecordClassFor) {
  clients::Rights rights = kReadsAll;
  rights.record_classes = {};
  listens("statistics", rights);
  somebody_writes("Hello");
  hand_over();
  EXPECT_THAT(bodies(), ElementsAre("conversation.created -", "message.received -"));
}

TEST_F(ClientWebhookPath, FollowsAReplyUntilItIsRead) {
  listens("crm", kReadsAll);
  somebody_writes("Hello");
  hand_over();
  bodies();
  const auto conversation = only_conversation(agent).id();
  must(reply(agent, conversation, "Good morning"));
  deliver();
  hand_over();
  EXPECT_THAT(bodies(), ElementsAre(HasSubstr("message.changed Erika Muster Good morning"),
                                    HasSubstr("message.changed Erika Muster Good morning")));
}

TEST_F(ClientWebhookPath, BeginsWithWhatHappensAfterItWasSet) {
  somebody_writes("Before");
  listens("crm", kReadsAll);
  somebody_writes("Behind");
  hand_over();
  EXPECT_THAT(bodies(), ElementsAre("message.received Erika Muster Behind"));
}

TEST_F(ClientWebhookPath, IsOnRecordBeforeItLeaves) {
  listens("crm", kReadsAll);
  somebody_writes("Hello");
  std::vector<std::string> recorded;
  answer = [&](const auto&) {
    const audit::Entry entry = last_entry();
    recorded.push_back(entry.act == audit::Act::kEventHandedOver && entry.client && !entry.actor
                           ? entry.reason + " " + std::to_string(entry.items)
                           : "nothing");
    return kTakes;
  };
  hand_over();
  EXPECT_THAT(recorded, ElementsAre("conversation.created 1", "message.received 2"));
}

TEST_F(ClientWebhookPath, PutsWhatWasTakenAndWhatGoesNextOnRecordTogether) {
  listens("crm", kReadsEvents);
  for (int i = 0; i < 5; ++i) {
    somebody_writes("Hello");
  }
  const auto begun = store.metrics().store_commits.value();
  const auto entries = trail().size();
  answer = [&](const auto&) {
    EXPECT_EQ(last_entry().act, audit::Act::kEventHandedOver);
    EXPECT_EQ(trail().size(), entries + posted.size()) << "left before it was on record";
    return kTakes;
  };
  hand_over();
  EXPECT_EQ(posted.size(), 6U);
  EXPECT_EQ(store.metrics().store_commits.value(), begun + posted.size() + 1);
  EXPECT_EQ(trail().size(), entries + posted.size());
}

TEST_F(ClientWebhookPath, SendsAllOfItToAnAddressThatIsSetMeanwhile) {
  listens("crm", kReadsEvents);
  somebody_writes("Hello");
  auto deliver = path();
  answer = [&](const std::string& url) {
    if (!url.ends_with("/new")) {
      must(manage_webhooks.set(host(), "crm", std::string{kWebhookHost} + "new"));
    }
    return kTakes;
  };
  hand_over(deliver);
  ASSERT_EQ(posted.size(), 3U);
  EXPECT_TRUE(posted[0].url.ends_with("/crm"));
  EXPECT_TRUE(posted[1].url.ends_with("/new") && posted[2].url.ends_with("/new"));
  EXPECT_EQ(posted[1].id, posted[0].id) << "what the old address took is not for the new one";
}

TEST_F(ClientWebhookPath, GivesTheOthersTheirTurnBesideASlowProgram) {
  listens("slow", kReadsEvents);
  listens("crm", kReadsEvents);
  somebody_writes("Hello");
  somebody_writes("And again");
  std::vector<std::string> order;
  answer = [&](const std::string& url) {
    order.push_back(url.substr(url.rfind('/') + 1));
    store.clock().advance(std::chrono::seconds{1});
    return kTakes;
  };
  hand_over();
  EXPECT_EQ(order.size(), 6U);
  EXPECT_EQ(std::ranges::adjacent_find(order), order.end()) << "one had two turns in a row";
}

TEST_F(ClientWebhookPath, TriesAnEventAgainWithTheSameIdUntilItIsTaken) {
  listens("crm", kReadsEvents);
  somebody_writes("Hello");
  answer = [](const auto&) { return kIsBusy; };
  auto deliver = path();
  EXPECT_EQ(must(deliver.step()), milliseconds{0});
  hand_over(deliver);
  ASSERT_EQ(posted.size(), 1U) << "the second one waits for the first one";
  EXPECT_EQ(webhook_of("crm").state(), Webhook::State::kFailing);
  EXPECT_EQ(webhook_of("crm").last_failure, "status_503");
  store.clock().advance(std::chrono::seconds{1});
  answer = [](const auto&) { return kTakes; };
  hand_over(deliver);
  ASSERT_EQ(posted.size(), 3U);
  EXPECT_EQ(posted[0].id, posted[1].id);
  EXPECT_NE(posted[0].timestamp, posted[1].timestamp);
  EXPECT_NE(posted[1].id, posted[2].id);
  EXPECT_EQ(posted[2].body, "message.received");
  EXPECT_EQ(webhook_of("crm").state(), Webhook::State::kActive);
}

TEST_F(ClientWebhookPath, WaitsLongerWithEachFailureUpToAnHour) {
  using clients::Webhooks;
  EXPECT_EQ(Webhooks::backoff(1), milliseconds{1'000});
  EXPECT_EQ(Webhooks::backoff(5), milliseconds{16'000});
  EXPECT_EQ(Webhooks::backoff(12), milliseconds{2'048'000});
  EXPECT_EQ(Webhooks::backoff(13), milliseconds{hours{1}});
  EXPECT_EQ(Webhooks::backoff(4'000'000'000), milliseconds{hours{1}});
}

TEST_F(ClientWebhookPath, HaltsAfterThreeDaysAndGoesOnWhenItIsResumed) {
  listens("crm", kReadsEvents);
  somebody_writes("Hello");
  answer = [](const auto&) { return Result<long>{fail(Errc::kUnavailable, "nobody there")}; };
  auto deliver = path();
  while (webhook_of("crm").state() != Webhook::State::kHalted) {
    hand_over(deliver);
    ASSERT_LT(posted.size(), 100U);
    store.clock().advance(hours{1});
  }
  const Webhook halted = webhook_of("crm");
  EXPECT_GE(*halted.halted_at - *halted.failing_since, days{3});
  EXPECT_EQ(halted.last_failure, "unavailable");
  EXPECT_EQ(std::ranges::count(trail(), audit::Act::kWebhookHalted,
                               [](const auto& entry) { return entry.entry.act; }),
            1);
  posted.clear();
  answer = [](const auto&) { return kTakes; };
  hand_over(deliver);
  EXPECT_THAT(bodies(), IsEmpty());
  must(manage_webhooks.resume(host(), "crm"));
  hand_over(deliver);
  EXPECT_THAT(bodies(), ElementsAre("conversation.created", "message.received"));
}

TEST_F(ClientWebhookPath, HaltsAtOnceWhenTheProgramSaysThatItIsGone) {
  listens("crm", kReadsEvents);
  somebody_writes("Hello");
  answer = [](const auto&) { return kIsGone; };
  hand_over();
  EXPECT_EQ(webhook_of("crm").state(), Webhook::State::kHalted);
  EXPECT_EQ(posted.size(), 1U);
  EXPECT_EQ(manage_webhooks.resume(host(), "nobody").error().code, Errc::kNotFound);
}

TEST_F(ClientWebhookPath, IsNotToBeResumedUnlessItIsHalted) {
  listens("crm", kReadsEvents);
  EXPECT_EQ(manage_webhooks.resume(host(), "crm").error().code, Errc::kConflict);
}

TEST_F(ClientWebhookPath, TellsASuspendedProgramNothingUntilItIsLetInAgain) {
  listens("crm", kReadsAll);
  must(manage_clients.set_state(host(), "crm", clients::State::kSuspended));
  somebody_writes("Hello");
  hand_over();
  EXPECT_THAT(bodies(), IsEmpty());
  must(manage_clients.set_state(host(), "crm", clients::State::kApproved));
  hand_over();
  EXPECT_THAT(bodies(), ElementsAre(HasSubstr("created"), HasSubstr("Hello")));
}

TEST_F(ClientWebhookPath, TellsAProgramNothingThatIsOver) {
  listens("crm", kReadsAll);
  clients::Change change;
  change.expires_at = store.clock().now() + hours{1};
  must(manage_clients.change(host(), "crm", change));
  store.clock().advance(hours{2});
  somebody_writes("Hello");
  hand_over();
  EXPECT_THAT(bodies(), IsEmpty());
}

TEST_F(ClientWebhookPath, IsGoneWithTheProgramThatIsRevoked) {
  listens("crm", kReadsAll);
  const auto id = must(store->read([&](auto& txn) { return registry.find_named(txn, "crm"); }));
  must(manage_clients.set_state(host(), "crm", clients::State::kRevoked));
  EXPECT_EQ(manage_webhooks.show(host(), id.text()).error().code, Errc::kNotFound);
  EXPECT_EQ(manage_webhooks.set(host(), id.text(), std::string{kWebhookHost}).error().code,
            Errc::kConflict);
}

TEST_F(ClientWebhookPath, IsForProgramsThatReadEventsByThemselvesAtHostsThatAreAllowed) {
  listens("crm", kReadsAll);
  EXPECT_EQ(manage_webhooks.set(host(), "crm", "https://elsewhere.example/").error().code,
            Errc::kInvalidInput);
  EXPECT_EQ(last_entry().act, audit::Act::kWebhookSet);
  EXPECT_EQ(last_entry().outcome, audit::Outcome::kRefused);
  clients::Rights rights = kReadsAll;
  rights.own_scopes = {Scope::kReadConversations};
  EXPECT_THROW(listens("reader", rights), std::runtime_error);
  EXPECT_EQ(manage_webhooks.show(host(), "reader").error().code, Errc::kNotFound);
}

TEST_F(ClientWebhookPath, GoesOnWhereItWasAfterARestartAndAtAnotherAddress) {
  listens("crm", kReadsEvents);
  somebody_writes("Hello");
  answer = [&](const auto&) { return posted.size() == 1 ? kTakes : 503; };
  hand_over();
  EXPECT_THAT(bodies(), ElementsAre("conversation.created", "message.received"));
  answer = [&](const auto&) { return kTakes; };
  must(manage_webhooks.set(host(), "crm", std::string{kWebhookHost} + "other"));
  hand_over();
  ASSERT_EQ(posted.size(), 1U);
  EXPECT_EQ(posted[0].url, std::string{kWebhookHost} + "other");
  EXPECT_EQ(posted[0].body, "message.received");
}

TEST_F(ClientWebhookPath, ForgetsWhatATryAtAnOldAddressHasCome) {
  listens("crm", kReadsEvents);
  somebody_writes("Hello");
  answer = [this](const std::string& url) {
    if (url.ends_with("/crm")) {
      must(manage_webhooks.set(host(), "crm", std::string{kWebhookHost} + "other"));
      return kIsGone;
    }
    return kTakes;
  };
  hand_over();
  EXPECT_EQ(webhook_of("crm").state(), Webhook::State::kActive);
  EXPECT_THAT(bodies(),
              ElementsAre("conversation.created", "conversation.created", "message.received"));
}

TEST_F(ClientWebhookPath, SignsWithTheOldSecretAsWellForADay) {
  const SecretBytes first = listens("crm", kReadsEvents);
  const SecretBytes second = must(manage_webhooks.change_secret(host(), "crm"));
  const auto signed_with = [&](const SecretBytes& text, const Posted& one) {
    const auto key = from_base64(as_text(text.expose()).substr(6));
    return clients::webhook_signature(
        SecretBytes::copy_of(*key),
        {one.id, Timestamp{1'000 * std::stoll(one.timestamp)}, one.body});
  };
  somebody_writes("Hello");
  hand_over();
  EXPECT_EQ(posted.at(0).signature,
            signed_with(second, posted[0]) + " " + signed_with(first, posted[0]));
  EXPECT_TRUE(webhook_of("crm").earlier_secret_until);
  posted.clear();
  store.clock().advance(hours{24});
  somebody_writes("Good morning");
  hand_over();
  EXPECT_EQ(posted.at(0).signature, signed_with(second, posted[0]));
  EXPECT_FALSE(webhook_of("crm").earlier_secret_until);
}

TEST_F(ClientWebhookPath, AProgramThatDoesNotAnswerHoldsUpNobodyElse) {
  listens("slow", kReadsEvents);
  listens("crm", kReadsEvents);
  somebody_writes("Hello");
  std::promise<void> has_come;
  std::promise<void> may_answer;
  flow::DeliverWebhooks deliver{house,
                                registry,
                                authoriser,
                                [](const std::string&) { return Result<void>{}; },
                                in_words,
                                [&](const std::string& url, const std::string&, const auto&) {
                                  if (url.ends_with("/slow")) {
                                    has_come.set_value();
                                    may_answer.get_future().wait();
                                    return Result<long>{fail(Errc::kUnavailable, "too late")};
                                  }
                                  return Result<long>{kTakes};
                                }};
  auto slow = std::async(std::launch::async, [&] {
    while (store.metrics().events_not_handed_over.value() == 0) {
      (void)deliver.step();
    }
  });
  has_come.get_future().wait();
  hand_over(deliver);
  EXPECT_EQ(store.metrics().events_handed_over.value(), 2U);
  may_answer.set_value();
  slow.wait();
  EXPECT_EQ(webhook_of("slow").state(), Webhook::State::kFailing);
  EXPECT_EQ(webhook_of("crm").state(), Webhook::State::kActive);
}

TEST_F(ClientWebhookPath, IsNotBlamedForATryThatTheStopHasEnded) {
  listens("crm", kReadsEvents);
  somebody_writes("Hello");
  auto deliver = path();
  answer = [&](const auto&) {
    deliver.begin_stop();
    return Result<long>{fail(Errc::kUnavailable, "given up")};
  };
  EXPECT_EQ(must(deliver.step()), milliseconds{0});
  EXPECT_EQ(webhook_of("crm").state(), Webhook::State::kActive);
}

TEST_F(ClientWebhookPath, PassesOverWhatDoesNotOpen) {
  listens("crm", kReadsAll);
  somebody_writes("Hello");
  const LeadId lead = only_conversation(agent).lead().id;
  must(store->write([&](store::WriteTxn& txn) {
    return txn.put_sealed(store::TableId::kLeads, lead.bytes(), store::subject_key(lead),
                          as_bytes("\xff\xff not a record"));
  }));
  somebody_writes("And I", "4915123456780");
  hand_over();
  EXPECT_THAT(bodies(), ElementsAre(HasSubstr("conversation.created"), HasSubstr("And I")));
}

TEST_F(ClientWebhookPath, HoldsEventsForAHostThatIsAllowedNoMore) {
  listens("crm", kReadsEvents);
  somebody_writes("Hello");
  host_is_allowed = false;
  auto deliver = path();
  hand_over(deliver);
  EXPECT_THAT(bodies(), IsEmpty());
  EXPECT_EQ(webhook_of("crm").state(), Webhook::State::kActive) << "not tried, so not failing";
  host_is_allowed = true;
  hand_over(deliver);
  EXPECT_THAT(bodies(), ElementsAre("conversation.created", "message.received"));
}

TEST_F(ClientWebhookPath, PutsOnRecordThatATryWasInVain) {
  listens("crm", kReadsEvents);
  somebody_writes("Hello");
  answer = [](const auto&) { return Result<long>{fail(Errc::kUnavailable, "nobody there")}; };
  hand_over();
  const audit::Entry entry = last_entry();
  EXPECT_EQ(entry.act, audit::Act::kEventHandedOver);
  EXPECT_EQ(entry.outcome, audit::Outcome::kRefused);
  EXPECT_EQ(entry.reason, "unavailable");
}

TEST_F(ClientWebhookPath, PassesOverAnEntryOfTheTrailThatDoesNotOpen) {
  listens("crm", kReadsEvents);
  Bytes row;
  append_be(row, webhook_of("crm").next_entry + 1);
  somebody_writes("Hello");
  somebody_writes("And again");
  must(store->write([&](store::WriteTxn& txn) {
    return txn.put_sealed(store::TableId::kAudit, row, store::system_key("audit"),
                          as_bytes("\xff\xff not a record"));
  }));
  hand_over();
  EXPECT_THAT(bodies(), ::testing::Contains("message.received"));
  EXPECT_EQ(webhook_of("crm").state(), Webhook::State::kActive);
}

TEST_F(ClientWebhookPath, KeepsItsPlaceBehindManyEntriesThatAreForNobody) {
  listens("crm", kReadsEvents);
  const auto begin = webhook_of("crm").next_entry;
  must(store->write([&](store::WriteTxn& txn) -> Result<void> {
    audit::Entry entry{};
    entry.act = audit::Act::kReadInbox;
    for (int i = 0; i < 10'500; ++i) {
      LK_TRY_VOID(audit::append(txn, entry, store.clock().now()));
    }
    return {};
  }));
  hand_over();
  EXPECT_GE(webhook_of("crm").next_entry, begin + 10'000);
  somebody_writes("Hello");
  hand_over();
  EXPECT_THAT(bodies(), ElementsAre("conversation.created", "message.received"));
}

}  // namespace
}  // namespace leadkeep::test
