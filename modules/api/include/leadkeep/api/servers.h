// leadkeep/api/servers.h — the three doors of the daemon
//
//   ApiServer      TLS, the company's network: agents' programs
//   WebhookServer  TLS, the internet: WhatsApp's notifications and nothing else
//   ControlServer  UNIX socket, mode 0600: the operator of the host (leadkeepctl)
//
// Takes    where to listen, and the paths that requests may enter
// Yields   a server that answers from the moment start() returns
// Refuses  kInvalidInput  a certificate or key that cannot be read or do not belong together
//          kForbidden     a key file that others may read
//          kUnavailable   the address is taken or not ours
// Threads  one per connection, up to max_connections; lk-accept, lk-watch and, in the API,
// lk-events.
//          start() and stop() are called from one thread. Everything in the services outlives the
//          server.
// Stop     no new connections; idle ones end at once, running requests within 10 seconds, event
//          streams with the feed, which stop() stops. The destructor stops.
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/metrics.h>
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/dpop/proof.h>
#include <leadkeep/flow/admit_client.h>
#include <leadkeep/flow/change_password.h>
#include <leadkeep/flow/delegate_session.h>
#include <leadkeep/flow/end_epoch.h>
#include <leadkeep/flow/end_leavers.h>
#include <leadkeep/flow/end_sessions.h>
#include <leadkeep/flow/enrol_client.h>
#include <leadkeep/flow/enrol_passkey.h>
#include <leadkeep/flow/enrol_second_factor.h>
#include <leadkeep/flow/erase_lead.h>
#include <leadkeep/flow/hold_lead.h>
#include <leadkeep/flow/keep_consent.h>
#include <leadkeep/flow/keep_devices.h>
#include <leadkeep/flow/keep_leads.h>
#include <leadkeep/flow/log_in.h>
#include <leadkeep/flow/manage_agents.h>
#include <leadkeep/flow/manage_clients.h>
#include <leadkeep/flow/manage_webhooks.h>
#include <leadkeep/flow/oidc_logout.h>
#include <leadkeep/flow/oidc_sign_on.h>
#include <leadkeep/flow/open_break_glass.h>
#include <leadkeep/flow/own_sessions.h>
#include <leadkeep/flow/receive_message.h>
#include <leadkeep/flow/refuse.h>
#include <leadkeep/flow/reveal.h>
#include <leadkeep/flow/send_reply.h>
#include <leadkeep/flow/show_evidence.h>
#include <leadkeep/flow/show_inbox.h>
#include <leadkeep/flow/sign_on.h>
#include <leadkeep/flow/single_logout.h>
#include <leadkeep/flow/work_conversation.h>
#include <leadkeep/identity/permit.h>
#include <leadkeep/inbox/event_feed.h>
#include <leadkeep/intake/verify.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::api {

enum class TlsMinimum { kTls12, kTls13 };

struct ListenerOptions {
  std::string host;
  std::uint16_t port = 0;             // 0: any free one; port() tells which
  std::filesystem::path certificate;  // PEM, the server's first, then its chain
  std::filesystem::path key;          // PEM, without a passphrase
  TlsMinimum minimum = TlsMinimum::kTls13;
  std::uint32_t max_connections = 512;  // served at once; more wait in the queue of the kernel
  // Who may have issued the certificates of clients, DER; nobody is asked for one where there is none.
  std::vector<Bytes> client_authorities = {};
};

// Whether a page of ours may be used in a browser that has no certificate.
enum class Pages : std::uint8_t { kWithCertificate, kWithoutCertificate };

struct Health {
  enum class State { kStarting, kReady, kStopping, kBroken } state = State::kStarting;
  std::string version;
};

[[nodiscard]] std::string_view name_of(Health::State state) noexcept;

// What one client, and one agent through whichever client, may ask for.
struct RequestLimits {
  std::uint32_t client_per_second = 300;  // on average; above 0, as is the next
  std::uint32_t agent_per_second = 30;
  std::uint32_t client_at_once = 16;  // that are worked on
};

// Where TLS of programs ends before us.
struct ProxyOptions {
  std::vector<Network> networks = {};  // that proxies of ours connect from; none: there is none
  std::string origin = {};             // https://host[:port] as programs know it
};

struct ApiServices {
  flow::AdmitClient& admit_client;
  flow::EnrolClient& enrol_client;
  flow::ManageClients& manage_clients;
  flow::ManageWebhooks& manage_webhooks;
  flow::LogIn& log_in;
  flow::ShowInbox& show_inbox;
  flow::SendReply& send_reply;
  flow::WorkConversation& work_conversation;
  flow::KeepConsent& keep_consent;
  flow::KeepLeads& keep_leads;
  flow::Reveal& reveal;
  flow::ShowEvidence& show_evidence;
  flow::EraseLead& erase_lead;
  flow::HoldLead& hold_lead;
  flow::ManageAgents& manage_agents;
  flow::ChangePassword& change_password;
  flow::EnrolSecondFactor& enrol_second_factor;
  flow::EnrolPasskey& enrol_passkey;
  flow::KeepDevices& keep_devices;
  flow::OwnSessions& own_sessions;
  flow::DelegateSession& delegate_session;
  flow::EndSessions& end_sessions;
  flow::OpenBreakGlass& open_break_glass;
  flow::SignOn& sign_on;
  flow::SingleLogout& single_logout;
  flow::OidcSignOn& oidc_sign_on;
  flow::OidcLogout& oidc_logout;
  flow::Refuse& refuse;
  const identity::Authoriser& authoriser;
  inbox::EventFeed& feed;
  Metrics& metrics;
  const Clock& clock;
  std::function<Health()> health;  // called by many threads
  std::uint32_t max_event_listeners = 500;
  const dpop::Proofs* proofs = nullptr;  // nullptr: no pages, so no browser signs in
  Pages pages = Pages::kWithCertificate;
  RequestLimits limits = {};
  ProxyOptions proxy = {};
};

struct WebhookServices {
  flow::ReceiveMessage& receive_message;
  const intake::AppSecrets& secrets;
  const SecretBytes& verify_token;
  Metrics& metrics;
  const Clock& clock;
};

struct StoreCheck {
  std::uint64_t commit_seq = 0;
  std::uint64_t rows = 0;
  std::uint64_t unreadable = 0;
  std::uint64_t without_key = 0;
  enum class Verdict { kSound, kDamaged } hash = Verdict::kDamaged;
  Verdict counts = Verdict::kDamaged;
  Verdict trail = Verdict::kDamaged;  // the tree over the audit trail
  Verdict all = Verdict::kDamaged;
};

struct ControlStatus {
  struct Figure {
    std::string_view name;  // a literal
    std::uint64_t value;
  };

  Health health;
  std::vector<Figure> figures;
};

struct ControlServices {
  flow::ManageClients& manage_clients;
  flow::ManageWebhooks& manage_webhooks;
  flow::EnrolClient& enrol_client;
  flow::ManageAgents& manage_agents;
  flow::ChangePassword& change_password;
  flow::EndSessions& end_sessions;
  flow::EnrolSecondFactor& enrol_second_factor;
  flow::KeepDevices& keep_devices;
  flow::OpenBreakGlass& open_break_glass;
  flow::EndLeavers* end_leavers;  // nullptr: no directory, no leavers
  flow::EndEpoch& end_epoch;
  std::stop_token stopping;
  std::function<Result<StoreCheck>()> verify_store;
  std::function<ControlStatus()> status;
  Metrics& metrics;
  const Clock& clock;
};

class ApiServer {
 public:
  [[nodiscard]] static Result<std::unique_ptr<ApiServer>> start(const ListenerOptions& options,
                                                                const ApiServices& services);
  ~ApiServer();
  [[nodiscard]] std::uint16_t port() const;
  void stop();

 private:
  struct Parts;
  explicit ApiServer(std::unique_ptr<Parts> parts) noexcept;

  std::unique_ptr<Parts> m_parts;
};

class WebhookServer {
 public:
  [[nodiscard]] static Result<std::unique_ptr<WebhookServer>> start(
      const ListenerOptions& options, const WebhookServices& services);
  ~WebhookServer();
  [[nodiscard]] std::uint16_t port() const;
  void stop();

 private:
  struct Parts;
  explicit WebhookServer(std::unique_ptr<Parts> parts) noexcept;

  std::unique_ptr<Parts> m_parts;
};

class ControlServer {
 public:
  // A socket file that an earlier run left behind is replaced; any other file is not touched
  // (kConflict). Callers are root or the user of the daemon; the kernel says who they are.
  [[nodiscard]] static Result<std::unique_ptr<ControlServer>> start(
      const std::filesystem::path& socket, const ControlServices& services);
  ~ControlServer();
  void stop();  // removes the socket file

 private:
  struct Parts;
  explicit ControlServer(std::unique_ptr<Parts> parts) noexcept;

  std::unique_ptr<Parts> m_parts;
};

}  // namespace leadkeep::api
