// leadkeep/flow/deliver_webhooks.h — the path of an event, from the audit trail to a program's webhook
//
//   trail ─ next entry ─ is the program approved, and what may it see ─ mask ─ audit ─ sign ─ post ─ record
//
// What happened is on the trail already, so nothing else is kept: a webhook is a place in it. Events of one
// program are handed over one after the other, so those of a conversation come in their order; the next one
// waits until one has arrived. One that has arrived may come again after a crash, with the same webhook-id.
//
// An event is what a program by itself may see of it when it is handed over: with the own scope events:read
// ids, with conversations:read as well the conversation and the message, masked.
// Threads  step() from several; they take different programs
#pragma once
#include <leadkeep/base/guarded.h>
#include <leadkeep/clients/registry.h>
#include <leadkeep/clients/webhooks.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/identity/permit.h>
#include <leadkeep/inbox/event_feed.h>
#include <leadkeep/inbox/views.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace leadkeep::flow {

struct HandedOver {
  inbox::EventKind kind;
  Timestamp at;  // when it happened
  ConversationId conversation_id;
  std::optional<MessageId> message_id;
  // As they are now; nothing where the program sees ids only.
  std::optional<inbox::MaskedConversation> conversation;
  std::optional<inbox::MaskedMessage> message;
};

class DeliverWebhooks {
 public:
  // A body of JSON.
  using Render = std::function<std::string(const HandedOver& event)>;
  // Header fields, "Name: value".
  using Fields = std::vector<std::string>;
  // Yields the status of the answer.
  using Post = std::function<Result<long>(const std::string& url, const std::string& body,
                                          const Fields& fields)>;

  // Whether a webhook may be at this address now.
  using Check = std::function<Result<void>(const std::string& url)>;

  DeliverWebhooks(House& house, const clients::Registry& registry,
                  const identity::Authoriser& authoriser, Check check, Render render, Post post)
      : m_house{house},
        m_registry{registry},
        m_authoriser{authoriser},
        m_check{std::move(check)},
        m_render{std::move(render)},
        m_post{std::move(post)} {}

  // Hands over events of one program, a few at most. Returns how long nothing else will be due, if nothing happens meanwhile;
  // zero = go on.
  [[nodiscard]] Result<std::chrono::milliseconds> step();

  // A try that fails from now on is not the fault of the program.
  void begin_stop() noexcept { m_stopping.store(true); }

 private:
  // What is known of a webhook while the process runs.
  struct Progress {
    bool is_at_work = false;
    std::uint64_t looked_to = 0;  // no entry before it is for the program
    std::uint64_t served = 0;     // larger: later than others
  };

  struct State {
    std::map<ClientId, Progress> progress;
    std::uint64_t served = 0;
  };

  class Turn;
  struct Next;

  [[nodiscard]] Result<std::vector<ClientId>> in_turn();
  [[nodiscard]] Result<std::chrono::milliseconds> serve(Turn& turn);
  [[nodiscard]] Result<Next> find_next(store::ReadTxn& txn, const Turn& turn);
  [[nodiscard]] Result<void> hand_over_in_a_row(Turn& turn, Next next);
  [[nodiscard]] Result<Result<long>> hand_over(const Next& next, const HandedOver& event);
  // The webhook as it is then; nothing if it is another one.
  [[nodiscard]] Result<std::optional<clients::Webhook>> record_success(const Next& next,
                                                                       const Next& following);
  // The trail has the try already, and then that it was in vain.
  [[nodiscard]] Result<void> record_failure(const Next& next, const HandedOver& event,
                                            const Result<long>& answer);

  House& m_house;
  const clients::Registry& m_registry;
  const identity::Authoriser& m_authoriser;
  Check m_check;
  Render m_render;
  Post m_post;
  std::atomic<bool> m_stopping{false};
  Guarded<State> m_state;
};

}  // namespace leadkeep::flow
