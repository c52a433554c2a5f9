// The composition root: the only place that knows every module.
//
// start() builds the members in their order, one step after another, and says in STATUS= which step
// it is at; a step that fails names itself and everything before it goes away again. The destructor
// is the shutdown: members go in reverse order, which is explained at each.
#pragma once
#include "exit_code.h"
#include "keeper.h"
#include "leaver_watch.h"
#include "provider_ends.h"
#include "recurring.h"
#include "secrets.h"
#include "sender.h"
#include "webhook_senders.h"

#include <leadkeep/api/servers.h>
#include <leadkeep/config/settings.h>
#include <leadkeep/delivery/graph_gateway.h>
#include <leadkeep/egress/dialer.h>
#include <leadkeep/inbox/event_feed.h>

#include <atomic>
#include <memory>
#include <optional>

namespace leadkeep::daemon {

struct StartFailure {
  ExitCode code;
  Error error;
};

class Service {
 public:
  // nullptr and the reason in `failure` if a step failed.
  [[nodiscard]] static std::unique_ptr<Service> start(const config::Settings& settings,
                                                      std::optional<StartFailure>& failure);
  ~Service();

  [[nodiscard]] std::uint16_t api_port() const { return m_api->port(); }

  [[nodiscard]] std::uint16_t webhook_port() const { return m_webhook->port(); }

  [[nodiscard]] bool store_is_broken() const { return m_store->is_broken(); }

  // Whether the store still answers: the watchdog asks.
  [[nodiscard]] bool is_alive() { return m_store->rows(store::TableId::kAudit).ok(); }

 private:
  struct Paths;

  Service() = default;
  [[nodiscard]] Result<void> open_store(const config::Settings& settings);
  [[nodiscard]] Result<void> build_paths(const config::Settings& settings);
  [[nodiscard]] Result<void> open_doors(const config::Settings& settings);
  [[nodiscard]] api::Health health() const;
  [[nodiscard]] api::ControlStatus control_status();
  [[nodiscard]] Result<api::StoreCheck> verify_store();

  std::stop_source m_stopping;  // for what may take longer than a stop: a verification
  std::atomic<api::Health::State> m_state{api::Health::State::kStarting};
  SystemClock m_clock;
  Metrics m_metrics;
  inbox::EventFeed m_feed;
  delivery::OutboxSignal m_outbox_signal;
  // Closed after everything that writes to it; queued writes are finished first.
  std::unique_ptr<store::Store> m_store;
  std::optional<AccountSecrets> m_secrets;
  std::unique_ptr<Paths> m_paths;
  // Joined before the paths go. The outbox is durable, so stopping here loses nothing.
  std::unique_ptr<Sender> m_sender;
  // The same: what was not handed over is on the trail.
  std::unique_ptr<WebhookSenders> m_webhook_senders;
  std::unique_ptr<Keeper> m_keeper;
  std::unique_ptr<LeaverWatch> m_leaver_watch;
  std::unique_ptr<ProviderEnds> m_provider_ends;
  std::unique_ptr<Recurring> m_metadata_watch;
  // The doors close first: what they let in must find everything else alive.
  std::unique_ptr<api::ControlServer> m_control;
  std::unique_ptr<api::ApiServer> m_api;
  std::unique_ptr<api::WebhookServer> m_webhook;
};

}  // namespace leadkeep::daemon
