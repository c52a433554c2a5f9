#include "acting.h"
#include "show_conversation.h"
#include "webhook_receiver.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/flow/deliver_webhooks.h>
#include <leadkeep/inbox/conversations.h>
#include <leadkeep/inbox/leads.h>
#include <leadkeep/inbox/messages.h>
#include <leadkeep/inbox/show.h>

#include <algorithm>

namespace leadkeep::flow {
namespace {

using clients::Webhook;
using clients::WebhookFailure;
using clients::Webhooks;
using identity::Action;
using inbox::EventKind;
using std::chrono::milliseconds;

// A webhook that was set or resumed, or whose program was let in again, is found after so long.
constexpr milliseconds kLookAgain{2'000};
constexpr std::size_t kEntriesAtOnce = 500;
// To one program, before the others have their turn.
constexpr int kEventsInARow = 32;
constexpr milliseconds kLongestRow{1'000};
// So many entries that are for nobody are looked at again after a restart, at most.
constexpr std::uint64_t kKeepPlaceAfter = 10'000;
constexpr long kGone = 410;

std::optional<MessageId> message_in(const audit::Object& object) {
  return object.kind == audit::ObjectKind::kMessage ? std::optional{MessageId{object.id}}
                                                    : std::nullopt;
}

// What an entry of the trail is to whoever follows the inbox; nothing: not an event.
std::optional<EventKind> kind_of(const audit::Entry& entry) {
  // Of what is made once only: what somebody does something for may be the same word.
  const bool is_repeated = entry.reason == "repeated" && entry.act != audit::Act::kErased;
  if (entry.outcome != audit::Outcome::kDone || is_repeated) {
    return std::nullopt;
  }
  switch (entry.act) {
    case audit::Act::kLeadCreated:
    case audit::Act::kConversationCreated:
      return EventKind::kConversationCreated;
    case audit::Act::kConversationChanged:
    case audit::Act::kLeadChanged:
      return EventKind::kConversationChanged;
    case audit::Act::kErased:
      return EventKind::kConversationErased;
    case audit::Act::kMessageReceived:
      return EventKind::kMessageReceived;
    case audit::Act::kStatusReceived:
    case audit::Act::kReply:
    case audit::Act::kReplySent:
    case audit::Act::kReplyResent:
    case audit::Act::kReplyFailed:
    case audit::Act::kReplyParked:
    case audit::Act::kReplyUnknown:
    case audit::Act::kNote:
      return EventKind::kMessageChanged;
    default:
      return std::nullopt;
  }
}

// Where what the entry is about is now; nothing where it was erased.
struct Place {
  ConversationId conversation;
  std::optional<inbox::MessagePlace> message;
};

Result<std::optional<Place>> place_of(store::ReadTxn& txn, const audit::Object& object) {
  switch (object.kind) {
    case audit::ObjectKind::kConversation:
      return std::optional{Place{ConversationId{object.id}, std::nullopt}};
    case audit::ObjectKind::kMessage: {
      LK_TRY(const auto place, inbox::Messages{}.place_of(txn, MessageId{object.id}));
      return place ? std::optional{Place{place->conversation, place}} : std::nullopt;
    }
    case audit::ObjectKind::kLead: {
      LK_TRY(const auto lead, inbox::Leads{}.find(txn, LeadId{object.id}));
      const auto id =
          lead ? ConversationId::from_bytes(as_bytes(lead->conversation_id())) : std::nullopt;
      return id ? std::optional{Place{*id, std::nullopt}} : std::nullopt;
    }
    default:
      return std::optional<Place>{};
  }
}

Result<std::optional<HandedOver>> show_event(store::ReadTxn& txn,
                                             const identity::Authoriser& authoriser,
                                             const identity::Caller& caller,
                                             const audit::NumberedEntry& entry) {
  using Shown = std::optional<HandedOver>;
  const auto kind = kind_of(entry.entry);
  LK_TRY(const auto place,
         kind ? place_of(txn, entry.entry.object) : Result<std::optional<Place>>{std::nullopt});
  if (!place) {
    return Shown{};
  }
  HandedOver event{*kind,        entry.at,    place->conversation, message_in(entry.entry.object),
                   std::nullopt, std::nullopt};
  if (*kind == EventKind::kConversationErased) {
    return Shown{std::move(event)};
  }
  LK_TRY(const auto conversation, inbox::Conversations{}.find(txn, place->conversation));
  if (!conversation) {
    return Shown{};
  }
  const auto permit = authoriser.permit<Action::kReadConversation>(caller);
  if (!permit) {
    return Shown{std::move(event)};
  }
  LK_TRY(event.conversation, show_conversation(txn, *conversation, permit.value().viewer()));
  if (place->message) {
    LK_TRY(const auto message, inbox::Messages{}.find(txn, *place->message));
    if (!message) {
      return Shown{};
    }
    event.message = inbox::Showing::message(*message, permit.value().viewer());
  }
  return Shown{std::move(event)};
}

// What is damaged or gone must not hold up what comes after it.
Result<std::optional<HandedOver>> passing_damage(const ClientId& client,
                                                 Result<std::optional<HandedOver>> shown) {
  if (shown) {
    return shown;
  }
  switch (shown.error().code) {
    case Errc::kNotFound:
      return std::optional<HandedOver>{};
    case Errc::kCorrupt:
      log_error("CLIENT_WEBHOOK_EVENT_UNREADABLE", Field{"client", client},
                Field{"reason", Reason{shown.error()}});
      return std::optional<HandedOver>{};
    default:
      return shown;
  }
}

// The same for every try.
std::string id_of(const HandedOver& event, std::uint64_t entry) {
  return "evt_" + std::to_string(event.at.ms) + "_" + std::to_string(entry);
}

audit::Entry entry_of_event(const ClientId& client, const HandedOver& event) {
  audit::Entry entry =
      entry_by(identity::Actor{std::nullopt, std::nullopt, client}, audit::Act::kEventHandedOver,
               event.message_id ? audit::object_of(*event.message_id)
                                : audit::object_of(event.conversation_id));
  entry.reason = std::string{name_of(event.kind)};
  entry.items = (event.conversation ? 1U : 0U) + (event.message ? 1U : 0U);
  return entry;
}

bool is_taken(long status) {
  constexpr long kOk = 200;
  constexpr long kAboveOk = 300;
  return status >= kOk && status < kAboveOk;
}

WebhookFailure failure_of(const Result<long>& answer) {
  if (!answer) {
    return {std::string{name_of(answer.error().code)}};
  }
  return {"status_" + std::to_string(answer.value()),
          answer.value() == kGone ? WebhookFailure::Then::kHalt : WebhookFailure::Then::kTryAgain};
}

Reason reason_of(const Result<long>& answer) {
  return answer ? Reason{"another status than 2xx"} : Reason{answer.error()};
}

}  // namespace

// The events of one program are one thread's for as long as this lives.
class DeliverWebhooks::Turn {
 public:
  Turn(DeliverWebhooks& path, const ClientId& client)
      : m_path{path}, m_client{client}, m_is_taken{path.m_state.with([&](State& state) {
          Progress& progress = state.progress[client];
          m_looked_to = progress.looked_to;
          const bool is_ours = !std::exchange(progress.is_at_work, true);
          progress.served = is_ours ? ++state.served : progress.served;
          return is_ours;
        })} {}

  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  ~Turn() {
    if (m_is_taken) {
      m_path.m_state.with([&](State& state) {
        Progress& progress = state.progress[m_client];
        progress.is_at_work = false;
        progress.looked_to = std::max(progress.looked_to, m_looked_to);
      });
    }
  }

  [[nodiscard]] bool is_taken() const noexcept { return m_is_taken; }

  [[nodiscard]] const ClientId& client() const noexcept { return m_client; }

  [[nodiscard]] std::uint64_t looked_to() const noexcept { return m_looked_to; }

  void look_on_from(std::uint64_t entry) noexcept { m_looked_to = entry; }

 private:
  DeliverWebhooks& m_path;
  const ClientId m_client;
  std::uint64_t m_looked_to = 0;
  bool m_is_taken;
};

struct DeliverWebhooks::Next {
  Webhook webhook;
  std::uint64_t next_entry = 0;  // behind the event, or behind all that was looked at
  std::optional<HandedOver> event;
  milliseconds rest = kLookAgain;  // where there is no event
};

// Those that waited longest come first.
Result<std::vector<ClientId>> DeliverWebhooks::in_turn() {
  LK_TRY(const auto webhooks,
         m_house.store.read([](store::ReadTxn& txn) { return Webhooks{}.list(txn); }));
  std::vector<ClientId> clients;
  for (const Webhook& webhook : webhooks) {
    clients.push_back(webhook.client);
  }
  m_state.with([&](State& state) {
    std::ranges::stable_sort(clients, {},
                             [&](const ClientId& client) { return state.progress[client].served; });
  });
  return clients;
}

Result<milliseconds> DeliverWebhooks::step() {
  LK_TRY(const auto clients, in_turn());
  milliseconds rest = kLookAgain;
  for (const ClientId& client : clients) {
    Turn turn{*this, client};
    if (!turn.is_taken()) {
      continue;
    }
    const auto waits = serve(turn);
    if (!waits) {  // what is wrong with one is not the others' fault
      log_warn("CLIENT_WEBHOOK_FAULT", Field{"client", client},
               Field{"reason", Reason{waits.error()}});
      continue;
    }
    if (waits.value() == milliseconds{0}) {
      return waits;
    }
    rest = std::min(rest, waits.value());
  }
  return rest;
}

Result<DeliverWebhooks::Next> DeliverWebhooks::find_next(store::ReadTxn& txn, const Turn& turn) {
  const Timestamp now = m_house.clock.now();
  Next next;
  LK_TRY(auto webhook, Webhooks{}.find(txn, turn.client()));
  if (!webhook || webhook->halted_at) {
    return next;
  }
  next.webhook = *std::move(webhook);
  next.next_entry = std::max(next.webhook.next_entry, turn.looked_to());
  if (next.webhook.next_try > now) {
    next.rest = std::min(next.webhook.next_try - now, kLookAgain);
    return next;
  }
  LK_TRY(const auto receiver, receiver_of(txn, m_registry, m_check, next.webhook, now));
  const auto* caller = std::get_if<identity::Caller>(&receiver);
  if (caller == nullptr) {
    return next;
  }
  LK_TRY(const auto followed, audit::follow(txn, next.next_entry, kEntriesAtOnce));
  for (const audit::NumberedEntry& entry : followed.entries) {
    next.next_entry = entry.seq + 1;
    LK_TRY(next.event,
           passing_damage(turn.client(), show_event(txn, m_authoriser, *caller, entry)));
    if (next.event) {
      return next;
    }
  }
  next.next_entry = followed.next;
  next.rest = followed.looked_at == kEntriesAtOnce ? milliseconds{0} : kLookAgain;
  return next;
}

Result<milliseconds> DeliverWebhooks::serve(Turn& turn) {
  LK_TRY(Next next, m_house.store.read([&](store::ReadTxn& txn) { return find_next(txn, turn); }));
  if (next.event) {
    LK_TRY_VOID(record(m_house, entry_of_event(turn.client(), *next.event)));
    LK_TRY_VOID(hand_over_in_a_row(turn, std::move(next)));
    return milliseconds{0};
  }
  if (next.next_entry >= next.webhook.next_entry + kKeepPlaceAfter) {
    LK_TRY_VOID(m_house.store.write([&](store::WriteTxn& txn) {
      return Webhooks{}.skip_to(txn, next.webhook, next.next_entry);
    }));
  }
  turn.look_on_from(std::max(turn.looked_to(), next.next_entry));
  return next.rest;
}

// `next` is on record. What was taken, and what goes next, are put on record together.
Result<void> DeliverWebhooks::hand_over_in_a_row(Turn& turn, Next next) {
  const Timestamp end = m_house.clock.now() + kLongestRow;
  for (int left = kEventsInARow; next.event; --left) {
    LK_TRY(const auto answer, hand_over(next, *next.event));
    if (!answer || !is_taken(answer.value())) {
      return m_stopping.load() ? Result<void>{} : record_failure(next, *next.event, answer);
    }
    const std::uint64_t looked_to = turn.looked_to();
    turn.look_on_from(next.next_entry);
    Next following;
    if (left > 1 && m_house.clock.now() < end && !m_stopping.load()) {
      // What goes wrong here is met again in the next turn; what was taken is put on record.
      auto found = m_house.store.read([&](store::ReadTxn& txn) { return find_next(txn, turn); });
      following = found ? std::move(found).value() : Next{};
    }
    LK_TRY(auto webhook, record_success(next, following));
    if (!webhook) {  // it is another one now, or none: the event is for that one
      turn.look_on_from(looked_to);
      return {};
    }
    following.webhook = *std::move(webhook);
    next = std::move(following);
  }
  return {};
}

// The answer of the program, or why there is none.
Result<Result<long>> DeliverWebhooks::hand_over(const Next& next, const HandedOver& event) {
  const std::string body = m_render(event);
  const std::string id = id_of(event, next.next_entry - 1);
  const clients::SignedContent content{id, m_house.clock.now(), body};
  LK_TRY(const std::string signature, m_house.store.read([&](store::ReadTxn& txn) {
    return Webhooks{}.sign(txn, next.webhook.client, content);
  }));
  return m_post(
      next.webhook.url, body,
      {"webhook-id: " + id, "webhook-timestamp: " + clients::webhook_timestamp(content.sent_at),
       "webhook-signature: " + signature});
}

Result<std::optional<Webhook>> DeliverWebhooks::record_success(const Next& next,
                                                               const Next& following) {
  m_house.metrics.events_handed_over.add();
  LK_TRY(auto webhook,
         m_house.store.write([&](store::WriteTxn& txn) -> Result<std::optional<Webhook>> {
           LK_TRY(auto is, Webhooks{}.record_success(txn, next.webhook, next.next_entry));
           if (is && following.event) {
             LK_TRY_VOID(audit::append(txn, entry_of_event(next.webhook.client, *following.event),
                                       m_house.clock.now()));
           }
           return is;
         }));
  if (webhook && next.webhook.failing_since) {
    log_info("CLIENT_WEBHOOK_RECOVERED", Field{"client", next.webhook.client});
  }
  return webhook;
}

Result<void> DeliverWebhooks::record_failure(const Next& next, const HandedOver& event,
                                             const Result<long>& answer) {
  const ClientId& client = next.webhook.client;
  const WebhookFailure failure = failure_of(answer);
  const Timestamp now = m_house.clock.now();
  m_house.metrics.events_not_handed_over.add();
  audit::Entry tried = entry_of_event(client, event);
  tried.outcome = audit::Outcome::kRefused;
  tried.reason = failure.reason;
  LK_TRY(const auto webhook,
         m_house.store.write([&](store::WriteTxn& txn) -> Result<std::optional<Webhook>> {
           LK_TRY(const auto is, Webhooks{}.record_failure(txn, next.webhook, failure, now));
           LK_TRY_VOID(audit::append(txn, tried, now));
           if (is && is->state() == Webhook::State::kHalted) {
             audit::Entry entry =
                 entry_by(std::nullopt, audit::Act::kWebhookHalted, audit::object_of(client));
             entry.reason = failure.reason;
             LK_TRY_VOID(audit::append(txn, entry, now));
           }
           return is;
         }));
  const Field whose{"client", client};
  const Field status{"status", answer ? answer.value() : 0};
  const Field reason{"reason", reason_of(answer)};
  if (webhook && webhook->state() == Webhook::State::kHalted) {
    log_error("CLIENT_WEBHOOK_HALTED", whose, status, reason);
  } else if (webhook && !next.webhook.failing_since) {
    log_warn("CLIENT_WEBHOOK_FAILING", whose, status, reason);
  }
  return {};
}

}  // namespace leadkeep::flow
