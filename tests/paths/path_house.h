// The whole house without its doors: every module with a real store; fakes at the network and the
// clock. Write bodies run twice.
#pragma once
#include "approved_client.h"
#include "fake_gateway.h"
#include "test_store.h"

#include <leadkeep/audit/trail.h>
#include <leadkeep/clients/authority.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/flow/admit_client.h>
#include <leadkeep/flow/change_password.h>
#include <leadkeep/flow/delegate_session.h>
#include <leadkeep/flow/deliver_messages.h>
#include <leadkeep/flow/end_epoch.h>
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

#include <stdexcept>
#include <string>

namespace leadkeep::test {

inline constexpr std::string_view kOurNumber = "105500000000001";
inline constexpr std::string_view kAppSecret = "app-secret-of-the-test";
inline constexpr std::string_view kOrigin = "https://inbox.example:8443";
// Longer than a test lets pass.
inline constexpr std::chrono::hours kCertificateLife{24 * 365};
inline constexpr std::string_view kWebhookHost = "https://crm.example.test/";
inline constexpr unsigned kMostReveals = 5;
inline constexpr std::string_view kPassword = "correct horse battery";

template <class T>
T must(Result<T> result) {
  if (!result) {
    throw std::runtime_error{std::string{name_of(result.error().code)} + ": " +
                             result.error().detail};
  }
  return std::move(result).value();
}

inline void must(const Result<void>& result) {
  if (!result) {
    throw std::runtime_error{std::string{name_of(result.error().code)} + ": " +
                             result.error().detail};
  }
}

class PathHouse {
 public:
  // Nobody needs a second factor but those whom a test says.
  explicit PathHouse(store::Rehearsal rehearsal = store::Rehearsal::kEveryWrite,
                     std::set<identity::Role> second_factor_for = {})
      : store{rehearsal},
        second_factor_policy{
            std::move(second_factor_for),
            {.accepted_for = {identity::Role::kAgent, identity::Role::kSupervisor}}},
        house{*store,
              store.clock(),
              feed,
              outbox_signal,
              store.metrics(),
              std::string{kOurNumber},
              must(privacy::Region::parse("DE"))} {}

  // Seconds since 1970 of the clock, as WhatsApp writes them.
  [[nodiscard]] std::string seconds() { return std::to_string(store.clock().now().ms / 1000); }

  [[nodiscard]] intake::VerifiedWebhook signed_webhook(const std::string& body) {
    const auto secret = SecretBytes::copy_of(as_bytes(kAppSecret));
    const std::string signature = "sha256=" + to_hex(crypto::hmac_sha256(secret, as_bytes(body)));
    auto raw = must(intake::RawWebhook::take(body, {signature}));
    auto secrets = must(intake::AppSecrets::create(SecretBytes::copy_of(as_bytes(kAppSecret)), {}));
    return must(intake::verify(std::move(raw), secrets));
  }

  Result<flow::Received> receive(const std::string& value_json) {
    return receive_message.receive(signed_webhook(
        R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":)" +
        value_json + "}]}]}"));
  }

  [[nodiscard]] std::string text_message(const std::string& from, const std::string& wamid,
                                         const std::string& text) {
    return R"({"from":")" + from + R"(","from_user_id":"DE.)" + from + R"(","id":")" + wamid +
           R"(","timestamp":")" + seconds() + R"(","type":"text","text":{"body":")" + text +
           R"("}})";
  }

  [[nodiscard]] static std::string value(const std::string& messages,
                                         const std::string& contacts = "[]") {
    return R"({"messaging_product":"whatsapp","metadata":{"phone_number_id":")" +
           std::string{kOurNumber} + R"("},"contacts":)" + contacts + R"(,"messages":[)" +
           messages + "]}";
  }

  [[nodiscard]] std::string status_value(const std::string& wamid, const std::string& status,
                                         const std::string& callback = {}) {
    const std::string token =
        callback.empty() ? "" : R"(,"biz_opaque_callback_data":")" + callback + "\"";
    const std::string errors =
        status == "failed" ? R"(,"errors":[{"code":131047,"title":"Re-engagement message"}])" : "";
    return R"({"messaging_product":"whatsapp","metadata":{"phone_number_id":")" +
           std::string{kOurNumber} + R"("},"statuses":[{"id":")" + wamid + R"(","status":")" +
           status + R"(","timestamp":")" + seconds() + "\"" + token + errors + "}]}";
  }

  identity::Session sign_in(const std::string& name, std::vector<identity::Role> roles) {
    identity::NewAgent agent;
    agent.username = name;
    agent.display_name = name;
    agent.roles = std::move(roles);
    agent.password = SecretBytes::copy_of(as_bytes(kPassword));
    must(manage_agents.add(flow::ManageAgents::By::operator_of_the_host(), std::move(agent)));
    return sign_in_through(a_program(), name);
  }

  // Somebody who is known already.
  identity::Session sign_in_through(const identity::Caller& program, const std::string& name) {
    identity::LoginAttempt attempt{program};
    attempt.username = name;
    attempt.password = SecretBytes::copy_of(as_bytes(kPassword));
    attempt.source = "127.0.0.1";
    return must(log_in.log_in(attempt)).session;
  }

  // One more approved program, as if it had enrolled with this key.
  ClientId approved_program(const clients::Draft& draft, const clients::KeyHash& key) {
    const Timestamp now = store.clock().now();
    const auto start = clients::Registry::Start::draw(now);
    must(store->write([&](store::WriteTxn& txn) -> Result<void> {
      LK_TRY_VOID(registry.add(txn, draft, start, {}, now));
      LK_TRY_VOID(registry.enrol(txn, start.token.expose(), key, now));
      return registry.approve(txn, start.id, key, {}, now);
    }));
    return start.id;
  }

  // The same, with a key that nobody has.
  ClientId approved_program(const std::string& name, const clients::Rights& rights) {
    return approved_program(draft_of_client(name, rights), crypto::sha256({as_bytes(name)}));
  }

  // The same path where the operator has set something else.
  [[nodiscard]] flow::LogIn log_in_with(const flow::Factors& others) {
    return {house,    &directory, others,  sessions,
            throttle, refuse,     nullptr, std::chrono::milliseconds{0}};
  }

  template <identity::Action A>
  [[nodiscard]] identity::Permit<A> permit(const identity::Session& session) {
    return must(authoriser.permit<A>(session));
  }

  [[nodiscard]] inbox::MaskedConversation only_conversation(const identity::Session& agent) {
    auto page = must(
        show_inbox.conversations(permit<identity::Action::kReadInbox>(agent), flow::InboxQuery{}));
    if (page.items.size() != 1) {
      throw std::runtime_error{"expected one conversation"};
    }
    return page.items.front();
  }

  [[nodiscard]] std::vector<inbox::MaskedMessage> messages(const identity::Session& agent,
                                                           const ConversationId& id) {
    return must(show_inbox.messages(permit<identity::Action::kReadConversation>(agent), id, {}))
        .items;
  }

  Result<MessageId> reply(const identity::Session& agent, const ConversationId& id,
                          const std::string& text,
                          const std::optional<flow::RepeatGuard>& guard = std::nullopt) {
    return send_reply.send(permit<identity::Action::kReply>(agent), id, Pii<std::string>{text},
                           guard);
  }

  // Lets the sender do everything that is due now.
  void deliver() {
    for (int i = 0; i < 100; ++i) {
      if (must(deliver_messages.step()).count() > 0) {
        return;
      }
    }
    throw std::runtime_error{"the sender does not come to rest"};
  }

  [[nodiscard]] std::vector<audit::NumberedEntry> trail() {
    return must(store->read([](store::ReadTxn& txn) { return audit::list(txn, 1, 10'000); }));
  }

  TestStore store;
  identity::SecondFactorPolicy second_factor_policy;
  inbox::EventFeed feed;
  delivery::OutboxSignal outbox_signal;
  FakeGateway gateway;
  flow::House house;
  identity::LocalDirectory directory{*store};
  identity::DirectoryWord directory_word;
  identity::SessionStore sessions{identity::SessionLimits{}, directory_word, second_factor_policy};
  identity::SecondFactors second_factors{second_factor_policy};
  identity::Passkeys passkeys{must(webauthn::RelyingParty::at(kOrigin)), second_factor_policy};
  identity::RecognisedDevices devices{second_factor_policy};
  identity::EmailCodes email_codes{second_factor_policy};
  identity::SignOnRequests sign_on_requests;
  identity::SignOnAnswers sign_on_answers;
  identity::LoginThrottle throttle{10, 4};
  identity::Authoriser authoriser{identity::Policy::defaults()};
  flow::ReceiveMessage receive_message{house};
  flow::ShowInbox show_inbox{house};
  flow::SendReply send_reply{house};
  flow::WorkConversation work{house};
  flow::KeepConsent keep_consent{house};
  flow::KeepLeads keep_leads{house};
  flow::Reveal reveal{house, kMostReveals};
  flow::ShowEvidence show_evidence{house};
  flow::EraseLead erase_lead{house, std::chrono::days{7}};
  flow::HoldLead hold_lead{house};
  flow::EndEpoch end_epoch{house, [this] { return Result{store.root_key().clone()}; },
                           std::chrono::hours{12}};
  flow::Refuse refuse{house};
  clients::Registry registry{clients::Registry::Approval::kOnePerson};
  crypto::CertificateAuthority authority{clients::make_authority(store.clock().now())};
  flow::AdmitClient admit_client{house, registry, refuse};
  flow::EnrolClient enrol_client{house, registry, &authority, kCertificateLife, refuse};
  flow::ManageClients manage_clients{house, registry};
  flow::ManageWebhooks manage_webhooks{house, registry, [](const std::string& url) {
                                         return url.starts_with(kWebhookHost)
                                                    ? Result<void>{}
                                                    : fail(Errc::kInvalidInput, "not allowed");
                                       }};
  flow::Factors factors{second_factors, passkeys, devices, email_codes, sign_on_answers};
  flow::LogIn log_in{house,    &directory, factors, sessions,
                     throttle, refuse,     nullptr, std::chrono::milliseconds{0}};
  flow::ManageAgents manage_agents{house, directory};
  flow::ChangePassword change_password{house, directory, sessions, devices, throttle};
  flow::EnrolSecondFactor enrol_second_factor{house, second_factors, sessions, directory};
  flow::EnrolPasskey enrol_passkey{house, passkeys, sessions};
  flow::KeepDevices keep_devices{house, devices, sessions, directory};
  flow::OwnSessions own_sessions{house, sessions};
  flow::DelegateSession delegate_session{house, registry, sessions};
  flow::EndSessions end_sessions{house, sessions, directory};
  flow::OpenBreakGlass open_break_glass{house, sessions, throttle, refuse,
                                        std::chrono::milliseconds{0}};
  flow::SignOn no_sign_on{house, nullptr, {}, sign_on_requests, sign_on_answers, throttle, refuse};
  flow::SingleLogout no_single_logout{house,    nullptr,         {},    log_in,
                                      sessions, sign_on_answers, refuse};
  flow::OidcSignOn no_oidc_sign_on{house,           nullptr,  sign_on_requests,
                                   sign_on_answers, throttle, refuse};
  flow::OidcLogout no_oidc_logout{house, nullptr, log_in, sessions, sign_on_answers, refuse};
  flow::DeliverMessages deliver_messages{house, gateway, flow::DeliveryLimits{}};
};

}  // namespace leadkeep::test
