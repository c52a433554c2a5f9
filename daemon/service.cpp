#include "service.h"

#include "allowed_hosts.h"
#include "company_clients.h"
#include "company_mail.h"
#include "company_oidc.h"
#include "company_sign_on.h"
#include "company_webhooks.h"
#include "metadata_fetcher.h"
#include "systemd.h"

#include <leadkeep/api/event_body.h>
#include <leadkeep/base/event_log.h>
#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/crypto/key.h>
#include <leadkeep/dpop/proof.h>
#include <leadkeep/flow/deliver_webhooks.h>
#include <leadkeep/flow/refresh_metadata.h>
#include <leadkeep/identity/login_throttle.h>
#include <leadkeep/privacy/normalise.h>
#include <leadkeep/store/root_key.h>
#include <leadkeep/webauthn/relying_party.h>

namespace leadkeep::daemon {
namespace {

api::ListenerOptions listener(const config::Endpoint& endpoint,
                              const std::filesystem::path& certificate,
                              const std::filesystem::path& key, config::TlsMinimum minimum,
                              std::uint32_t max_connections,
                              std::vector<Bytes> client_authorities = {}) {
  api::ListenerOptions options;
  options.host = endpoint.host;
  options.port = endpoint.port;
  options.certificate = certificate;
  options.key = key;
  options.minimum =
      minimum == config::TlsMinimum::kTls12 ? api::TlsMinimum::kTls12 : api::TlsMinimum::kTls13;
  options.max_connections = max_connections;
  options.client_authorities = std::move(client_authorities);
  return options;
}

identity::Role role_of(config::AgentRole role) {
  switch (role) {
    case config::AgentRole::kAgent:
      return identity::Role::kAgent;
    case config::AgentRole::kSupervisor:
      return identity::Role::kSupervisor;
    case config::AgentRole::kPrivacyOfficer:
      return identity::Role::kPrivacyOfficer;
    case config::AgentRole::kAuditor:
      return identity::Role::kAuditor;
    case config::AgentRole::kAdmin:
      break;
  }
  return identity::Role::kAdmin;
}

std::set<identity::Role> roles_of(const std::set<config::AgentRole>& named) {
  std::set<identity::Role> roles;
  for (const config::AgentRole role : named) {
    roles.insert(role_of(role));
  }
  return roles;
}

identity::SecondFactorPolicy second_factor_policy(const config::Settings& settings) {
  const auto& factor = settings.second_factor;
  return identity::SecondFactorPolicy{roles_of(factor.required_for),
                                      {roles_of(factor.device_for), factor.device_life},
                                      factor.totp_window == config::TotpWindow::kStrict
                                          ? identity::totp::Window::kStrict
                                          : identity::totp::Window::kUsual,
                                      roles_of(factor.email_code_for)};
}

Result<std::optional<webauthn::RelyingParty>> relying_party(const config::Settings& settings) {
  if (settings.browser.origin.empty()) {
    return std::optional<webauthn::RelyingParty>{};
  }
  auto party = webauthn::RelyingParty::at(settings.browser.origin);
  if (!party) {
    return fail(party.error().code, "browser.origin: " + party.error().detail);
  }
  return std::optional{std::move(party).value()};
}

std::optional<dpop::Proofs> proofs_of(const std::optional<webauthn::RelyingParty>& party) {
  return party ? std::optional<dpop::Proofs>{party->origin()} : std::nullopt;
}

api::Pages pages_of(config::BrowserCertificate certificate) {
  return certificate == config::BrowserCertificate::kNotRequired ? api::Pages::kWithoutCertificate
                                                                 : api::Pages::kWithCertificate;
}

api::StoreCheck::Verdict verdict(bool sound) {
  return sound ? api::StoreCheck::Verdict::kSound : api::StoreCheck::Verdict::kDamaged;
}

}  // namespace

// Every path with what it needs; built once the store and the secrets are there.
struct Service::Paths {
  Paths(flow::House built_house, const config::Settings& settings, egress::AllowList allow_list,
        std::unique_ptr<CompanyClients> company_clients,
        std::unique_ptr<CompanyWebhooks> company_webhooks,
        std::unique_ptr<CompanyDirectory> company_directory,
        std::unique_ptr<CompanyMail> company_mail, std::unique_ptr<CompanySignOn> company_sign_on,
        std::unique_ptr<MetadataFetcher> metadata_fetcher,
        std::unique_ptr<CompanyOidc> company_oidc, std::optional<webauthn::RelyingParty> party)
      : house{std::move(built_house)},
        agents{house.store, identity::PasswordRules{settings.login.password_words}},
        sessions{{settings.session.idle, settings.session.absolute, settings.session.max_per_agent,
                  settings.session.admin_absolute, settings.session.admin_max},
                 directory_word,
                 second_factor_policy(settings)},
        second_factors{second_factor_policy(settings)},
        proofs{proofs_of(party)},
        passkeys{std::move(party), second_factor_policy(settings)},
        devices{second_factor_policy(settings)},
        email_codes{second_factor_policy(settings)},
        throttle{settings.login.max_failures, settings.directory.max_failures},
        authoriser{identity::Policy::defaults()},
        dialer{std::move(allow_list)},
        clients{std::move(company_clients)},
        webhooks{std::move(company_webhooks)},
        directory{std::move(company_directory)},
        mail{std::move(company_mail)},
        providers{std::move(company_sign_on)},
        fetcher{std::move(metadata_fetcher)},
        openid{std::move(company_oidc)},
        receive_message{house},
        show_inbox{house},
        send_reply{house},
        work_conversation{house},
        keep_consent{house},
        keep_leads{house},
        reveal{house, settings.inbox.reveals_per_hour},
        show_evidence{house},
        erase_lead{house, settings.inbox.journal},
        hold_lead{house},
        end_epoch{house,
                  [file = settings.store.root_key_file] { return store::load_root_key(file); },
                  settings.store.epoch},
        refuse{house},
        admit_client{house, clients->registry(), refuse},
        enrol_client{house, clients->registry(), clients->authority(),
                     settings.clients.certificate_life, refuse},
        manage_clients{house, clients->registry()},
        manage_webhooks{house, clients->registry(),
                        [this](const std::string& url) { return webhooks->check(url); }},
        deliver_webhooks{house,
                         clients->registry(),
                         authoriser,
                         [this](const std::string& url) { return webhooks->check(url); },
                         api::event_body,
                         [this](const std::string& url, const std::string& body,
                                const flow::DeliverWebhooks::Fields& fields) {
                           return webhooks->post(url, body, fields);
                         }},
        log_in{house,
               prover(),
               {second_factors, passkeys, devices, email_codes, sign_on_answers},
               sessions,
               throttle,
               refuse,
               mail && !settings.second_factor.email_code_for.empty() ? &mail->mailer() : nullptr,
               settings.login.refusal},
        manage_agents{house, agents},
        change_password{house, agents, sessions, devices, throttle},
        enrol_second_factor{house, second_factors, sessions, agents},
        enrol_passkey{house, passkeys, sessions},
        keep_devices{house, devices, sessions, agents},
        own_sessions{house, sessions},
        delegate_session{house, clients->registry(), sessions},
        end_sessions{house, sessions, agents},
        open_break_glass{house, sessions, throttle, refuse, settings.login.refusal},
        sign_on{house,
                providers ? &providers->service() : nullptr,
                [this](const saml::ResponseJob& job) { return providers->reader().judge(job); },
                sign_on_requests,
                sign_on_answers,
                throttle,
                refuse},
        single_logout{house,
                      providers ? &providers->service() : nullptr,
                      [this](const auto& job) { return providers->reader().judge_logout(job); },
                      log_in,
                      sessions,
                      sign_on_answers,
                      refuse},
        oidc_sign_on{house,
                     openid ? &openid->service() : nullptr,
                     sign_on_requests,
                     sign_on_answers,
                     throttle,
                     refuse},
        oidc_logout{house, openid ? &openid->service() : nullptr, log_in, sessions, sign_on_answers,
                    refuse} {
    if (directory) {
      const auto look_up = [&people = directory->people()](auto ids) {
        return people.look_up(ids);
      };
      end_leavers.emplace(house, look_up, sessions, devices, directory_word);
    }
    if (fetcher) {
      refresh_metadata.emplace(
          house, providers->service(),
          [this](const std::string& url) { return fetcher->fetch(url); },
          [this](std::string xml, const std::vector<Bytes>& signed_by) {
            return providers->reader().read_metadata(std::move(xml), signed_by);
          });
    }
  }

  [[nodiscard]] std::vector<ProviderEnd> provider_ends() const {
    std::vector<ProviderEnd> ends = providers->ends();
    if (refresh_metadata) {
      for (const Timestamp end : refresh_metadata->certificate_ends()) {
        ends.push_back({ProviderEnd::Of::kCertificate, end});
      }
    }
    return ends;
  }

  flow::Prover prover() {
    return directory ? flow::Prover{&directory->people()} : flow::Prover{&agents};
  }

  flow::House house;
  identity::LocalDirectory agents;
  identity::DirectoryWord directory_word;
  identity::SessionStore sessions;
  identity::SecondFactors second_factors;
  std::optional<dpop::Proofs> proofs;  // nothing: no origin is set, so there are no pages
  identity::Passkeys passkeys;
  identity::RecognisedDevices devices;
  identity::EmailCodes email_codes;
  identity::SignOnRequests sign_on_requests;
  identity::SignOnAnswers sign_on_answers;
  identity::LoginThrottle throttle;
  identity::Authoriser authoriser;
  egress::Dialer dialer;
  std::unique_ptr<CompanyClients> clients;
  std::unique_ptr<CompanyWebhooks> webhooks;
  std::unique_ptr<CompanyDirectory> directory;  // nothing: the local list proves agents
  std::unique_ptr<CompanyMail> mail;            // nothing: no code is sent
  std::unique_ptr<CompanySignOn> providers;     // nothing: no identity provider is asked
  std::unique_ptr<MetadataFetcher> fetcher;     // nothing: no metadata is fetched
  std::unique_ptr<CompanyOidc> openid;          // nothing: no OpenID provider is
  std::unique_ptr<delivery::GraphGateway> gateway;
  std::optional<flow::DeliverMessages> deliver_messages;
  flow::ReceiveMessage receive_message;
  flow::ShowInbox show_inbox;
  flow::SendReply send_reply;
  flow::WorkConversation work_conversation;
  flow::KeepConsent keep_consent;
  flow::KeepLeads keep_leads;
  flow::Reveal reveal;
  flow::ShowEvidence show_evidence;
  flow::EraseLead erase_lead;
  flow::HoldLead hold_lead;
  flow::EndEpoch end_epoch;
  flow::Refuse refuse;
  flow::AdmitClient admit_client;
  flow::EnrolClient enrol_client;
  flow::ManageClients manage_clients;
  flow::ManageWebhooks manage_webhooks;
  flow::DeliverWebhooks deliver_webhooks;
  flow::LogIn log_in;
  flow::ManageAgents manage_agents;
  flow::ChangePassword change_password;
  flow::EnrolSecondFactor enrol_second_factor;
  flow::EnrolPasskey enrol_passkey;
  flow::KeepDevices keep_devices;
  flow::OwnSessions own_sessions;
  flow::DelegateSession delegate_session;
  flow::EndSessions end_sessions;
  flow::OpenBreakGlass open_break_glass;
  flow::SignOn sign_on;
  flow::SingleLogout single_logout;
  flow::OidcSignOn oidc_sign_on;
  flow::OidcLogout oidc_logout;
  std::optional<flow::EndLeavers> end_leavers;            // where there is a directory
  std::optional<flow::RefreshMetadata> refresh_metadata;  // where some is fetched
};

std::unique_ptr<Service> Service::start(const config::Settings& settings,
                                        std::optional<StartFailure>& failure) {
  std::unique_ptr<Service> service{new Service};
  notify_status("Opening the store");
  if (auto opened = service->open_store(settings); !opened) {
    failure = StartFailure{ExitCode::kStore, std::move(opened).error()};
    return nullptr;
  }
  notify_status("Reading the account's secrets");
  if (auto built = service->build_paths(settings); !built) {
    failure = StartFailure{ExitCode::kStart, std::move(built).error()};
    return nullptr;
  }
  notify_status("Opening the doors");
  if (auto opened = service->open_doors(settings); !opened) {
    failure = StartFailure{ExitCode::kStart, std::move(opened).error()};
    return nullptr;
  }
  service->m_state.store(api::Health::State::kReady);
  return service;
}

Service::~Service() {
  m_state.store(api::Health::State::kStopping);
  m_stopping.request_stop();
  if (m_sender) {
    m_sender->begin_stop();  // its last send ends while the doors close
  }
  if (m_webhook_senders) {
    m_webhook_senders->begin_stop();
    m_paths->webhooks->give_up();
  }
  if (m_paths && m_paths->mail) {
    m_paths->mail->mailer().begin_stop();
  }
  if (m_paths && m_paths->openid) {
    m_paths->openid->give_up();
  }
  if (m_paths && m_paths->fetcher) {
    m_paths->fetcher->give_up();
  }
}

Result<void> Service::open_store(const config::Settings& settings) {
  LK_SEEDED_NEED(seeded::remember_directory(settings.store.directory.native()));
  LK_TRY(const crypto::Key256 root, store::load_root_key(settings.store.root_key_file));
  store::StoreOptions options;
  options.directory = settings.store.directory;
  options.map_size = settings.store.map_size.bytes();
  LK_TRY(m_store, store::Store::open(options, root, m_clock, m_metrics));
  return flow::ShowEvidence::prepare(*m_store);
}

Result<void> Service::build_paths(const config::Settings& settings) {
  LK_TRY(AccountSecrets secrets, read_secrets(settings.whatsapp));
  LK_TRY(const privacy::Region region, privacy::Region::parse(settings.inbox.region));
  LK_TRY(egress::AllowList allow_list, allow_list_of(settings.egress.allow));
  LK_TRY(auto clients, CompanyClients::open(settings, *m_store, m_clock));
  LK_TRY(auto webhooks, CompanyWebhooks::open(settings));
  LK_TRY(auto directory, CompanyDirectory::open(settings.directory, m_clock));
  LK_TRY(auto mail, CompanyMail::open(settings.mail));
  LK_TRY(auto sign_on, CompanySignOn::open(settings));
  LK_TRY(auto fetcher, MetadataFetcher::open(settings));
  LK_TRY(auto openid, CompanyOidc::open(settings));
  LK_TRY(auto party, relying_party(settings));
  m_paths = std::make_unique<Paths>(
      flow::House{*m_store, m_clock, m_feed, m_outbox_signal, m_metrics,
                  settings.whatsapp.phone_number_id, region},
      settings, std::move(allow_list), std::move(clients), std::move(webhooks),
      std::move(directory), std::move(mail), std::move(sign_on), std::move(fetcher),
      std::move(openid), std::move(party));

  delivery::GraphOptions graph;
  graph.url = settings.whatsapp.graph_url;
  graph.version = settings.whatsapp.graph_version;
  graph.phone_number_id = settings.whatsapp.phone_number_id;
  graph.ca_file = settings.whatsapp.graph_ca_file;
  graph.timeout = settings.delivery.request_timeout;
  LK_TRY(m_paths->gateway, delivery::GraphGateway::create(
                               std::move(graph), std::move(secrets.access_token), m_paths->dialer));
  flow::DeliveryLimits limits;
  limits.max_attempts = settings.delivery.max_attempts;
  limits.unknown_wait = settings.delivery.unknown_wait;
  limits.backoff_base = settings.delivery.backoff_base;
  m_paths->deliver_messages.emplace(m_paths->house, *m_paths->gateway, limits);
  m_secrets.emplace(std::move(secrets));
  return {};
}

Result<void> Service::open_doors(const config::Settings& settings) {
  Paths& p = *m_paths;
  m_sender = std::make_unique<Sender>(*p.deliver_messages, m_outbox_signal, *p.gateway);
  if (p.webhooks->may_go_anywhere()) {
    m_webhook_senders = std::make_unique<WebhookSenders>(p.deliver_webhooks, m_feed);
  }
  m_keeper = std::make_unique<Keeper>(
      p.house,
      Keeper::Paths{p.receive_message, p.erase_lead, p.end_epoch, p.sessions, p.sign_on_answers},
      settings.inbox.journal, m_stopping.get_token());
  if (p.directory) {
    m_leaver_watch =
        std::make_unique<LeaverWatch>(*p.end_leavers, *p.directory, settings.directory.recheck);
  }
  if (p.providers) {
    m_provider_ends = std::make_unique<ProviderEnds>([&p] { return p.provider_ends(); }, m_clock);
  }
  if (p.refresh_metadata) {
    m_metadata_watch =
        std::make_unique<Recurring>("lk-idp-metadata", [&p] { return p.refresh_metadata->run(); });
  }
  LK_TRY(m_control,
         api::ControlServer::start(
             settings.control.socket,
             api::ControlServices{p.manage_clients, p.manage_webhooks, p.enrol_client,
                                  p.manage_agents, p.change_password, p.end_sessions,
                                  p.enrol_second_factor, p.keep_devices, p.open_break_glass,
                                  p.end_leavers ? &*p.end_leavers : nullptr, p.end_epoch,
                                  m_stopping.get_token(), [this] { return verify_store(); },
                                  [this] { return control_status(); }, m_metrics, m_clock}));
  const api::ApiServices services{
      p.admit_client,
      p.enrol_client,
      p.manage_clients,
      p.manage_webhooks,
      p.log_in,
      p.show_inbox,
      p.send_reply,
      p.work_conversation,
      p.keep_consent,
      p.keep_leads,
      p.reveal,
      p.show_evidence,
      p.erase_lead,
      p.hold_lead,
      p.manage_agents,
      p.change_password,
      p.enrol_second_factor,
      p.enrol_passkey,
      p.keep_devices,
      p.own_sessions,
      p.delegate_session,
      p.end_sessions,
      p.open_break_glass,
      p.sign_on,
      p.single_logout,
      p.oidc_sign_on,
      p.oidc_logout,
      p.refuse,
      p.authoriser,
      m_feed,
      m_metrics,
      m_clock,
      [this] { return health(); },
      settings.events.max_listeners,
      p.proofs ? &*p.proofs : nullptr,
      pages_of(settings.browser.certificate),
      {settings.api.client_requests_per_second, settings.api.agent_requests_per_second,
       settings.api.client_requests_at_once},
      {settings.api.proxy_networks, settings.api.proxy_origin}};
  LK_TRY(m_api, api::ApiServer::start(listener(settings.api.listen, settings.api.tls_certificate,
                                               settings.api.tls_key, settings.api.tls_minimum,
                                               settings.api.max_connections, p.clients->believed()),
                                      services));
  LK_TRY(m_webhook, api::WebhookServer::start(
                        listener(settings.webhook.listen, settings.webhook.tls_certificate,
                                 settings.webhook.tls_key, config::TlsMinimum::kTls12,
                                 settings.webhook.max_connections),
                        api::WebhookServices{p.receive_message, m_secrets->app,
                                             m_secrets->verify_token, m_metrics, m_clock}));
  return {};
}

api::Health Service::health() const {
  const bool broken = m_store->is_broken();
  return {broken ? api::Health::State::kBroken : m_state.load(), LEADKEEP_VERSION};
}

api::ControlStatus Service::control_status() {
  api::ControlStatus status;
  status.health = health();
  const auto rows = [this](store::TableId table) {
    const auto count = m_store->rows(table);
    return count ? count.value() : 0;
  };
  status.figures = {
      {"leads", rows(store::TableId::kLeads)},
      {"conversations", rows(store::TableId::kConversations)},
      {"messages", rows(store::TableId::kMessages)},
      {"outbox", rows(store::TableId::kOutbox)},
      {"deferred_webhooks", rows(store::TableId::kDeferred)},
      {"sessions", rows(store::TableId::kSessions)},
      {"agents", rows(store::TableId::kAgents)},
      {"audit_entries", rows(store::TableId::kAudit)},
  };
  return status;
}

Result<api::StoreCheck> Service::verify_store() {
  LK_TRY(const store::VerifyReport report, m_store->verify(m_stopping.get_token()));
  api::StoreCheck check;
  check.commit_seq = report.commit_seq;
  check.rows = report.rows;
  check.unreadable = report.unreadable;
  check.without_key = report.without_key;
  check.hash = verdict(report.hash_matches);
  check.counts = verdict(report.counts_match);
  const auto trail = flow::ShowEvidence::verify(*m_store, m_stopping.get_token());
  if (!trail && trail.error().code != Errc::kCorrupt) {
    return Fail{trail.error()};
  }
  check.trail = verdict(trail.ok());
  check.all = verdict(report.ok() && trail.ok());
  return check;
}

}  // namespace leadkeep::daemon
