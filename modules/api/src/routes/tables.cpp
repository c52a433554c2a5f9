#include "routes/tables.h"

#include "handlers/handlers.h"

#include <leadkeep/api/openapi.h>
#include <leadkeep/intake/raw_webhook.h>

namespace leadkeep::api {
namespace {

using http::Verb;
using identity::Action;

constexpr BodyLimit kSmall{4 * 1024};
constexpr BodyLimit kMedium{16 * 1024};
constexpr BodyLimit kText{64 * 1024};  // 4,096 characters, each escaped in the longest way
constexpr BodyLimit kSamlAnswer{400 * 1024};
constexpr BodyLimit kLogoutToken{64 * 1024};
constexpr BodyLimit kNotification{intake::kMaxWebhookBytes};

// The handler with its services, callable with what the access of a route gives.
template <class Services, class Handler>
auto with(const Services* services, Handler handler) {
  return [services, handler](auto&... proofs) -> decltype(handler(*services, proofs...)) {
    return handler(*services, proofs...);
  };
}

std::vector<RouteInfo> info_of(const std::vector<Route>& routes) {
  std::vector<RouteInfo> infos;
  infos.reserve(routes.size());
  for (const auto& route : routes) {
    infos.push_back({std::string{name_of(route.verb)}, std::string{route.path},
                     std::string{route.access}, route.body_limit});
  }
  return infos;
}

}  // namespace

std::vector<Route> make_api_routes(const ApiContext* c) {
  return {
      route(Verb::kPost, "/v1/client-enrolments", kPublic, kMedium, with(c, enrol_client)),
      route(Verb::kGet, "/v1/client", kClient, kNoBody, with(c, show_client)),
      route(Verb::kPost, "/v1/client/certificate", kClient, kMedium, with(c, renew_client)),

      route(Verb::kPost, "/v1/sessions", kClient, kSmall, with(c, open_session)),
      route(Verb::kPost, "/v1/break-glass", kLocalClient, kSmall, with(c, open_break_glass)),
      route(Verb::kGet, "/v1/sessions", kSession, kNoBody, with(c, list_sessions)),
      route(Verb::kDelete, "/v1/sessions", kSession, kNoBody, with(c, end_sessions)),
      route(Verb::kDelete, "/v1/sessions/{id}", kSession, kNoBody, with(c, end_session)),
      route(Verb::kGet, "/v1/session", kAnySession, kNoBody, with(c, show_session)),
      route(Verb::kDelete, "/v1/session", kAnySession, kNoBody, with(c, close_session)),
      route(Verb::kPost, "/v1/session/delegations", kSession, kSmall, with(c, delegate_session)),
      route(Verb::kGet, "/v1/session/log-ins", kSession, kNoBody, with(c, list_log_ins)),
      route(Verb::kPost, "/v1/session/step-up", kSession, kSmall, with(c, step_up)),
      route(Verb::kGet, "/v1/saml/metadata", kPublic, kNoBody, with(c, show_saml_metadata)),
      route(Verb::kGet, "/v1/saml/login", kClient, kNoBody, with(c, begin_saml_log_in)),
      route(Verb::kPost, "/v1/saml/acs", kClient, kSamlAnswer, with(c, take_saml_answer)),
      route(Verb::kPost, "/v1/session/step-up/saml", kSession, kNoBody,
            with(c, begin_saml_step_up)),
      route(Verb::kPost, "/v1/session/logout/saml", kSession, kNoBody, with(c, begin_saml_logout)),
      route(Verb::kGet, "/v1/saml/logout", kClient, kNoBody, with(c, take_saml_logout)),
      route(Verb::kGet, "/v1/oidc/jwks", kPublic, kNoBody, with(c, show_oidc_keys)),
      route(Verb::kGet, "/v1/oidc/login", kClient, kNoBody, with(c, begin_oidc_log_in)),
      route(Verb::kGet, "/v1/oidc/callback/{provider}", kClient, kNoBody,
            with(c, take_oidc_answer)),
      route(Verb::kPost, "/v1/oidc/logout/{provider}", kPublic, kLogoutToken,
            with(c, take_oidc_logout)),
      route(Verb::kPost, "/v1/session/step-up/oidc", kSession, kNoBody,
            with(c, begin_oidc_step_up)),
      route(Verb::kPost, "/v1/session/logout/oidc", kSession, kNoBody, with(c, begin_oidc_logout)),
      route(Verb::kPost, "/v1/email-codes", kClient, kSmall, with(c, ask_for_email_code)),
      route(Verb::kPost, "/v1/passkey-options", kClient, kNoBody, with(c, ask_for_passkey)),
      route(Verb::kPost, "/v1/session/passkey-options", kSession, kNoBody,
            with(c, ask_for_passkey_again)),
      route(Verb::kGet, "/v1/session/second-factor", kSession, kNoBody,
            with(c, show_second_factor)),
      route(Verb::kPost, "/v1/session/second-factor/totp", kSession, kSmall, with(c, offer_totp)),
      route(Verb::kPost, "/v1/session/second-factor/totp/confirm", kSession, kSmall,
            with(c, confirm_totp)),
      route(Verb::kPost, "/v1/session/second-factor/recovery-codes", kSession, kSmall,
            with(c, replace_recovery_codes)),
      route(Verb::kPost, "/v1/session/second-factor/passkey-options", kSession, kNoBody,
            with(c, ask_for_new_passkey)),
      route(Verb::kPost, "/v1/session/second-factor/passkeys", kSession, kMedium,
            with(c, enrol_passkey)),
      route(Verb::kDelete, "/v1/session/second-factor/passkeys/{id}", kSession, kNoBody,
            with(c, remove_passkey)),
      route(Verb::kPost, "/v1/session/password", kSession, kSmall, with(c, change_password)),
      route(Verb::kGet, "/v1/session/second-factor/devices", kSession, kNoBody,
            with(c, list_devices)),
      route(Verb::kPost, "/v1/session/second-factor/devices", kSession, kSmall,
            with(c, remember_device)),
      route(Verb::kDelete, "/v1/session/second-factor/devices/{id}", kSession, kNoBody,
            with(c, forget_device)),

      route(Verb::kGet, "/v1/conversations", kPermit<Action::kReadInbox>, kNoBody,
            with(c, list_conversations)),
      route(Verb::kGet, "/v1/conversations/{id}", kPermit<Action::kReadConversation>, kNoBody,
            with(c, show_conversation)),
      route(Verb::kPatch, "/v1/conversations/{id}", kPermit<Action::kChangeConversation>, kMedium,
            with(c, change_conversation)),
      route(Verb::kGet, "/v1/conversations/{id}/messages", kPermit<Action::kReadConversation>,
            kNoBody, with(c, list_messages)),
      route(Verb::kPost, "/v1/conversations/{id}/messages", kPermit<Action::kReply>, kText,
            with(c, send_message)),
      route(Verb::kPost, "/v1/conversations/{id}/notes", kPermit<Action::kWriteNote>, kText,
            with(c, add_note)),

      route(Verb::kGet, "/v1/leads", kPermit<Action::kReadLead>, kNoBody, with(c, list_leads)),
      route(Verb::kPost, "/v1/leads", kPermit<Action::kWriteLead>, kMedium, with(c, enter_lead)),
      route(Verb::kPost, "/v1/leads/search", kPermit<Action::kReadLead>, kSmall,
            with(c, search_leads)),
      route(Verb::kGet, "/v1/leads/{id}", kPermit<Action::kReadLead>, kNoBody, with(c, show_lead)),
      route(Verb::kPatch, "/v1/leads/{id}", kPermit<Action::kWriteLead>, kMedium,
            with(c, change_lead)),
      route(Verb::kPost, "/v1/leads/{id}/reveal", kPermit<Action::kReveal>, kSmall,
            with(c, reveal_identifiers)),
      route(Verb::kPost, "/v1/leads/{id}/erasure", kPermit<Action::kErase>, kSmall,
            with(c, erase_lead)),
      route(Verb::kGet, "/v1/leads/{id}/erasure", kPermit<Action::kErase>, kNoBody,
            with(c, show_erasure)),
      route(Verb::kPost, "/v1/leads/{id}/hold", kPermit<Action::kHold>, kSmall, with(c, hold_lead)),
      route(Verb::kDelete, "/v1/leads/{id}/hold", kPermit<Action::kHold>, kNoBody,
            with(c, release_lead)),
      route(Verb::kGet, "/v1/leads/{id}/consents", kPermit<Action::kReadConsents>, kNoBody,
            with(c, list_consents)),
      route(Verb::kPost, "/v1/leads/{id}/consents", kPermit<Action::kRecordConsent>, kMedium,
            with(c, record_consent)),

      route(Verb::kGet, "/v1/audit", kPermit<Action::kReadAudit>, kNoBody, with(c, list_trail)),
      route(Verb::kGet, "/v1/audit/checkpoint", kPermit<Action::kReadAudit>, kNoBody,
            with(c, sign_checkpoint)),
      route(Verb::kGet, "/v1/audit/proof", kPermit<Action::kReadAudit>, kNoBody,
            with(c, prove_entry)),
      route(Verb::kGet, "/v1/audit/consistency", kPermit<Action::kReadAudit>, kNoBody,
            with(c, prove_consistency)),

      route(Verb::kGet, "/v1/events", kPermit<Action::kFollowEvents>, kNoBody,
            with(c, follow_events)),

      route(Verb::kGet, "/v1/events/poll", kPermit<Action::kFollowEvents>, kNoBody,
            with(c, poll_events)),

      route(Verb::kGet, "/v1/agents", kPermit<Action::kListAgents>, kNoBody,
            with(c, list_colleagues)),
      route(Verb::kGet, "/v1/admin/agents", kPermit<Action::kListAccounts>, kNoBody,
            with(c, list_accounts)),
      route(Verb::kPost, "/v1/admin/agents", kPermit<Action::kManageAgents>, kSmall,
            with(c, add_account)),
      route(Verb::kPost, "/v1/admin/agents/disable", kPermit<Action::kManageAgents>, kSmall,
            with(c, disable_account)),
      route(Verb::kPost, "/v1/admin/agents/enable", kPermit<Action::kManageAgents>, kSmall,
            with(c, enable_account)),
      route(Verb::kPost, "/v1/admin/agents/sign-out", kPermit<Action::kManageAgents>, kSmall,
            with(c, sign_out_account)),
      route(Verb::kPost, "/v1/admin/agents/sign-out-everybody", kPermit<Action::kManageAgents>,
            kNoBody, with(c, sign_out_everybody)),
      route(Verb::kPost, "/v1/admin/agents/devices", kPermit<Action::kManageAgents>, kSmall,
            with(c, list_devices_of)),
      route(Verb::kPost, "/v1/admin/agents/forget-devices", kPermit<Action::kManageAgents>, kSmall,
            with(c, forget_devices_of)),
      route(Verb::kPost, "/v1/admin/agents/reset-second-factor", kPermit<Action::kManageAgents>,
            kSmall, with(c, reset_second_factor)),

      route(Verb::kGet, "/v1/admin/clients", kPermit<Action::kListClients>, kNoBody,
            with(c, list_clients)),
      route(Verb::kPost, "/v1/admin/clients", kPermit<Action::kManageClients>, kMedium,
            with(c, add_client)),
      route(Verb::kGet, "/v1/admin/clients/{id}", kPermit<Action::kListClients>, kNoBody,
            with(c, show_one_client)),
      route(Verb::kPatch, "/v1/admin/clients/{id}", kPermit<Action::kManageClients>, kMedium,
            with(c, change_client)),
      route(Verb::kPost, "/v1/admin/clients/{id}/invite", kPermit<Action::kManageClients>, kNoBody,
            with(c, invite_client)),
      route(Verb::kPost, "/v1/admin/clients/{id}/approve", kPermit<Action::kManageClients>, kSmall,
            with(c, approve_client)),
      route(Verb::kPost, "/v1/admin/clients/{id}/suspend", kPermit<Action::kManageClients>, kNoBody,
            with(c, suspend_client)),
      route(Verb::kPost, "/v1/admin/clients/{id}/resume", kPermit<Action::kManageClients>, kNoBody,
            with(c, resume_client)),
      route(Verb::kPost, "/v1/admin/clients/{id}/revoke", kPermit<Action::kManageClients>, kNoBody,
            with(c, revoke_client)),
      route(Verb::kGet, "/v1/admin/clients/{id}/webhook", kPermit<Action::kListClients>, kNoBody,
            with(c, show_client_webhook)),
      route(Verb::kPost, "/v1/admin/clients/{id}/webhook", kPermit<Action::kManageClients>, kSmall,
            with(c, set_client_webhook)),
      route(Verb::kDelete, "/v1/admin/clients/{id}/webhook", kPermit<Action::kManageClients>,
            kNoBody, with(c, remove_client_webhook)),
      route(Verb::kPost, "/v1/admin/clients/{id}/webhook/secret", kPermit<Action::kManageClients>,
            kNoBody, with(c, change_client_webhook_secret)),
      route(Verb::kPost, "/v1/admin/clients/{id}/webhook/resume", kPermit<Action::kManageClients>,
            kNoBody, with(c, resume_client_webhook)),

      route(Verb::kGet, "/v1/openapi.json", kClient, kNoBody, with(c, show_openapi)),
      route(Verb::kGet, "/v1/problems/{code}", kClient, kNoBody, with(c, show_problem)),
      route(Verb::kGet, "/healthz", kLocalNetwork, kNoBody, with(c, show_alive)),
      route(Verb::kGet, "/readyz", kLocalNetwork, kNoBody, with(c, show_ready)),
      route(Verb::kGet, "/metrics", kLocalNetwork, kNoBody, with(c, show_metrics)),
  };
}

std::vector<Route> make_webhook_routes(const WebhookServices* s) {
  return {
      route(Verb::kGet, "/webhooks/whatsapp", kPublic, kNoBody, with(s, answer_subscription)),
      route(Verb::kPost, "/webhooks/whatsapp", kPublic, kNotification,
            with(s, receive_notification)),
  };
}

std::vector<Route> make_control_routes(const ControlServices* s) {
  return {
      route(Verb::kGet, "/status", kOperator, kNoBody, with(s, show_status)),
      route(Verb::kGet, "/agents", kOperator, kNoBody, with(s, list_agents_locally)),
      route(Verb::kPost, "/agents", kOperator, kSmall, with(s, add_agent_locally)),
      route(Verb::kPost, "/agents/disable", kOperator, kSmall, with(s, disable_agent_locally)),
      route(Verb::kPost, "/agents/enable", kOperator, kSmall, with(s, enable_agent_locally)),
      route(Verb::kPost, "/agents/sign-out", kOperator, kSmall, with(s, sign_out_agent_locally)),
      route(Verb::kPost, "/agents/sign-out-everybody", kOperator, kNoBody,
            with(s, sign_out_everybody_locally)),
      route(Verb::kPost, "/agents/reset-second-factor", kOperator, kSmall,
            with(s, reset_second_factor_locally)),
      route(Verb::kPost, "/agents/set-password", kOperator, kSmall, with(s, set_password_locally)),
      route(Verb::kPost, "/agents/devices", kOperator, kSmall, with(s, list_devices_locally)),
      route(Verb::kPost, "/agents/forget-devices", kOperator, kSmall,
            with(s, forget_devices_locally)),
      route(Verb::kGet, "/clients", kOperator, kNoBody, with(s, list_clients_locally)),
      route(Verb::kPost, "/clients", kOperator, kMedium, with(s, add_client_locally)),
      route(Verb::kPost, "/clients/enrol", kOperator, kMedium, with(s, enrol_client_locally)),
      route(Verb::kPost, "/clients/invite", kOperator, kSmall, with(s, invite_client_locally)),
      route(Verb::kPost, "/clients/approve", kOperator, kSmall, with(s, approve_client_locally)),
      route(Verb::kPost, "/clients/suspend", kOperator, kSmall, with(s, suspend_client_locally)),
      route(Verb::kPost, "/clients/resume", kOperator, kSmall, with(s, resume_client_locally)),
      route(Verb::kPost, "/clients/revoke", kOperator, kSmall, with(s, revoke_client_locally)),
      route(Verb::kPost, "/clients/webhook", kOperator, kSmall,
            with(s, set_client_webhook_locally)),
      route(Verb::kPost, "/clients/webhook/show", kOperator, kSmall,
            with(s, show_client_webhook_locally)),
      route(Verb::kPost, "/clients/webhook/secret", kOperator, kSmall,
            with(s, change_client_webhook_secret_locally)),
      route(Verb::kPost, "/clients/webhook/resume", kOperator, kSmall,
            with(s, resume_client_webhook_locally)),
      route(Verb::kPost, "/clients/webhook/remove", kOperator, kSmall,
            with(s, remove_client_webhook_locally)),
      route(Verb::kPost, "/break-glass", kRoot, kNoBody, with(s, issue_break_glass)),
      route(Verb::kGet, "/leavers", kOperator, kNoBody, with(s, list_held_leavers)),
      route(Verb::kPost, "/leavers/end", kOperator, kNoBody, with(s, end_held_leavers)),
      route(Verb::kGet, "/keys", kOperator, kNoBody, with(s, show_keys_locally)),
      route(Verb::kPost, "/keys/end-epoch", kOperator, kNoBody, with(s, end_epoch_locally)),
      route(Verb::kPost, "/store/verify", kOperator, kNoBody, with(s, verify_store_locally)),
  };
}

std::vector<RouteInfo> api_routes() {
  return info_of(make_api_routes(nullptr));
}

std::vector<RouteInfo> webhook_routes() {
  return info_of(make_webhook_routes(nullptr));
}

}  // namespace leadkeep::api
