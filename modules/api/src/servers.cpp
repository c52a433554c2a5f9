#include "events/event_streams.h"
#include "http/server.h"
#include "routes/dispatcher.h"
#include "routes/proxied_programs.h"
#include "routes/tables.h"

#include <leadkeep/api/servers.h>

namespace leadkeep::api {
namespace {

// Listeners without agents refuse everything that needs one.
const identity::Authoriser& nobodys_authoriser() {
  static const identity::Authoriser authoriser{identity::Policy{}};
  return authoriser;
}

Door door_without_agents(Metrics& metrics, ShowReason show_reason) {
  return {nobodys_authoriser(),
          metrics,
          {},
          [](const identity::ShownSession&, Use) -> Result<identity::Session> {
            return fail(Errc::kUnauthenticated, "door: no agents here");
          },
          [](const std::optional<identity::Actor>&, Errc) {},
          show_reason};
}

// A proof that is wrong is on record; one with an old nonce is the way to a new one.
Fail proof_refused(const ApiServices& services, Error error) {
  if (error.code != Errc::kDpopNonce) {
    services.refuse.record(std::nullopt, error.code);
  }
  return Fail{std::move(error)};
}

// A browser sends no token of a program, and its session is bound to its key.
Result<identity::Caller> admit(const ApiServices& services, ProxiedPrograms& proxied,
                               http::Request& request) {
  const auto proof = proxied.find_credential(request);
  if (!proof) {
    return proof_refused(services, proof.error());
  }
  if (!request.credential().is_there() && services.proofs != nullptr &&
      services.pages == Pages::kWithoutCertificate && !request.head().field("authorization")) {
    return identity::Caller::page();
  }
  // Taken before anything is done for it, and not of a stranger.
  const flow::ShownCredential& shown = request.credential();
  const std::string& source = request.source();
  if (proof.value() && services.admit_client.look_again(shown, source)) {
    if (auto taken = proxied.take(*proof.value()); !taken) {
      return proof_refused(services, std::move(taken).error());
    }
  }
  LK_TRY(const auto client, services.admit_client.admit(shown, source));
  return identity::Caller::of(client);
}

Door door_of(const ApiServices& services, const Browser& browser, Quotas& quotas,
             ProxiedPrograms& proxied) {
  return {services.authoriser,
          services.metrics,
          [&](http::Request& request) { return admit(services, proxied, request); },
          [&log_in = services.log_in](const identity::ShownSession& shown, Use use) {
            return log_in.resume(shown, use);
          },
          [&refuse = services.refuse](const std::optional<identity::Actor>& actor, Errc reason) {
            refuse.record(actor, reason);
          },
          ShowReason::kNever,
          browser,
          &quotas,
          [&proxied](http::Request& request) { proxied.look_behind_proxy(request); }};
}

EventStreams::StillAllowed still_allowed(const ApiServices& services) {
  return [&services](const EventStreams::Follower& follower) {
    auto caller = identity::Caller::page();
    if (follower.credential.is_there()) {
      const auto client = services.admit_client.look_again(follower.credential, follower.source);
      if (!client) {
        return identity::Verdict::kRefused;
      }
      caller = identity::Caller::of(client.value());
    }
    if (follower.token.empty()) {
      return services.authoriser.allows(caller, identity::Action::kFollowEvents);
    }
    const auto session =
        services.log_in.session_of({caller, follower.token.expose(), follower.key});
    return session ? services.authoriser.allows(session.value(), identity::Action::kFollowEvents)
                   : identity::Verdict::kRefused;
  };
}

}  // namespace

std::string_view name_of(Health::State state) noexcept {
  switch (state) {
    case Health::State::kStarting:
      return "starting";
    case Health::State::kReady:
      return "ready";
    case Health::State::kStopping:
      return "stopping";
    case Health::State::kBroken:
      return "broken";
  }
  return "broken";
}

struct ApiServer::Parts {
  explicit Parts(const ApiServices& given)
      : services{given},
        events{services.feed, services.metrics, services.max_event_listeners,
               still_allowed(services)},
        context{services, events, Browser{services.proofs, services.clock}},
        quotas{services.limits, services.metrics},
        proxied{services.proxy, services.pages, services.clock},
        dispatcher{make_api_routes(&context), door_of(services, context.browser, quotas, proxied)} {
  }

  ~Parts() { services.manage_clients.on_change({}); }

  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  const ApiServices services;
  EventStreams events;
  ApiContext context;
  Quotas quotas;
  ProxiedPrograms proxied;
  Dispatcher dispatcher;
  std::unique_ptr<http::Server> server;
};

ApiServer::ApiServer(std::unique_ptr<Parts> parts) noexcept : m_parts{std::move(parts)} {}

ApiServer::~ApiServer() {
  stop();
}

Result<std::unique_ptr<ApiServer>> ApiServer::start(const ListenerOptions& options,
                                                    const ApiServices& services) {
  auto parts = std::make_unique<Parts>(services);
  LK_TRY_VOID(parts->events.start());
  services.manage_clients.on_change([&events = parts->events] { events.look_again(); });
  LK_TRY(parts->server,
         http::Server::listen_tls(options, parts->dispatcher, services.clock, "lk-http"));
  return std::unique_ptr<ApiServer>{new ApiServer{std::move(parts)}};
}

std::uint16_t ApiServer::port() const {
  return m_parts->server->port();
}

// Requests first: one that opens a stream must find the streams running.
void ApiServer::stop() {
  m_parts->server->stop();
  m_parts->events.stop();
}

struct WebhookServer::Parts {
  explicit Parts(const WebhookServices& given)
      : services{given},
        dispatcher{make_webhook_routes(&services),
                   door_without_agents(services.metrics, ShowReason::kNever)} {}

  const WebhookServices services;
  Dispatcher dispatcher;
  std::unique_ptr<http::Server> server;
};

WebhookServer::WebhookServer(std::unique_ptr<Parts> parts) noexcept : m_parts{std::move(parts)} {}

WebhookServer::~WebhookServer() {
  stop();
}

Result<std::unique_ptr<WebhookServer>> WebhookServer::start(const ListenerOptions& options,
                                                            const WebhookServices& services) {
  auto parts = std::make_unique<Parts>(services);
  LK_TRY(parts->server,
         http::Server::listen_tls(options, parts->dispatcher, services.clock, "lk-webhook"));
  return std::unique_ptr<WebhookServer>{new WebhookServer{std::move(parts)}};
}

std::uint16_t WebhookServer::port() const {
  return m_parts->server->port();
}

void WebhookServer::stop() {
  m_parts->server->stop();
}

struct ControlServer::Parts {
  explicit Parts(const ControlServices& given)
      : services{given},
        dispatcher{make_control_routes(&services),
                   door_without_agents(services.metrics, ShowReason::kToTheOperator)} {}

  const ControlServices services;
  Dispatcher dispatcher;
  std::unique_ptr<http::Server> server;
};

ControlServer::ControlServer(std::unique_ptr<Parts> parts) noexcept : m_parts{std::move(parts)} {}

ControlServer::~ControlServer() {
  stop();
}

Result<std::unique_ptr<ControlServer>> ControlServer::start(const std::filesystem::path& socket,
                                                            const ControlServices& services) {
  auto parts = std::make_unique<Parts>(services);
  LK_TRY(parts->server, http::Server::listen_local(socket, parts->dispatcher, services.clock));
  return std::unique_ptr<ControlServer>{new ControlServer{std::move(parts)}};
}

void ControlServer::stop() {
  m_parts->server->stop();
}

}  // namespace leadkeep::api
