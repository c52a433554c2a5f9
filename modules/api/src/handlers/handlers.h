// handlers/handlers.h — one function for each route; the table is routes/api_routes.cpp
#pragma once
#include "handlers/context.h"

namespace leadkeep::api {

// clients.cpp
[[nodiscard]] Answer enrol_client(const ApiContext& context, http::Request& request);
[[nodiscard]] Answer show_client(const ApiContext& context, http::Request& request,
                                 const identity::Caller& caller);
[[nodiscard]] Answer renew_client(const ApiContext& context, http::Request& request);
[[nodiscard]] Answer list_clients(const ApiContext& context, http::Request& request,
                                  const identity::Permit<identity::Action::kListClients>& permit);
[[nodiscard]] Answer add_client(const ApiContext& context, http::Request& request,
                                const identity::Permit<identity::Action::kManageClients>& permit);
[[nodiscard]] Answer show_one_client(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kListClients>& permit);
[[nodiscard]] Answer change_client(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageClients>& permit);
[[nodiscard]] Answer invite_client(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageClients>& permit);
[[nodiscard]] Answer approve_client(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageClients>& permit);
[[nodiscard]] Answer suspend_client(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageClients>& permit);
[[nodiscard]] Answer resume_client(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageClients>& permit);
[[nodiscard]] Answer revoke_client(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageClients>& permit);

// client_webhooks.cpp
[[nodiscard]] Answer show_client_webhook(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kListClients>& permit);
[[nodiscard]] Answer set_client_webhook(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageClients>& permit);
[[nodiscard]] Answer change_client_webhook_secret(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageClients>& permit);
[[nodiscard]] Answer resume_client_webhook(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageClients>& permit);
[[nodiscard]] Answer remove_client_webhook(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageClients>& permit);

// sessions.cpp
[[nodiscard]] Answer open_session(const ApiContext& context, http::Request& request,
                                  const identity::Caller& caller);
[[nodiscard]] Answer ask_for_email_code(const ApiContext& context, http::Request& request,
                                        const identity::Caller& caller);
[[nodiscard]] Answer show_session(const ApiContext& context, http::Request& request,
                                  const identity::Session& session);
[[nodiscard]] Answer close_session(const ApiContext& context, http::Request& request,
                                   const identity::Session& session);

[[nodiscard]] Answer open_break_glass(const ApiContext& context, http::Request& request,
                                      const identity::Caller& caller);
[[nodiscard]] Answer step_up(const ApiContext& context, http::Request& request,
                             const identity::Session& session);
[[nodiscard]] Answer delegate_session(const ApiContext& context, http::Request& request,
                                      const identity::Session& session);
[[nodiscard]] Answer list_sessions(const ApiContext& context, http::Request& request,
                                   const identity::Session& session);
[[nodiscard]] Answer list_log_ins(const ApiContext& context, http::Request& request,
                                  const identity::Session& session);
[[nodiscard]] Answer end_session(const ApiContext& context, http::Request& request,
                                 const identity::Session& session);
[[nodiscard]] Answer end_sessions(const ApiContext& context, http::Request& request,
                                  const identity::Session& session);

// second_factor.cpp
[[nodiscard]] Answer show_second_factor(const ApiContext& context, http::Request& request,
                                        const identity::Session& session);
[[nodiscard]] Answer offer_totp(const ApiContext& context, http::Request& request,
                                const identity::Session& session);
[[nodiscard]] Answer confirm_totp(const ApiContext& context, http::Request& request,
                                  const identity::Session& session);
[[nodiscard]] Answer replace_recovery_codes(const ApiContext& context, http::Request& request,
                                            const identity::Session& session);
[[nodiscard]] Answer reset_second_factor(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageAgents>& permit);

// passwords.cpp
[[nodiscard]] Answer change_password(const ApiContext& context, http::Request& request,
                                     const identity::Session& session);

// passkeys.cpp
[[nodiscard]] Answer ask_for_passkey(const ApiContext& context, http::Request& request);
[[nodiscard]] Answer ask_for_passkey_again(const ApiContext& context, http::Request& request,
                                           const identity::Session& session);
[[nodiscard]] Answer ask_for_new_passkey(const ApiContext& context, http::Request& request,
                                         const identity::Session& session);
[[nodiscard]] Answer enrol_passkey(const ApiContext& context, http::Request& request,
                                   const identity::Session& session);
[[nodiscard]] Answer remove_passkey(const ApiContext& context, http::Request& request,
                                    const identity::Session& session);

// sign_on.cpp
[[nodiscard]] Answer show_saml_metadata(const ApiContext& context, http::Request& request);
[[nodiscard]] Answer begin_saml_log_in(const ApiContext& context, http::Request& request);
[[nodiscard]] Answer begin_saml_step_up(const ApiContext& context, http::Request& request,
                                        const identity::Session& session);
[[nodiscard]] Answer take_saml_answer(const ApiContext& context, http::Request& request);

// single_logout.cpp
[[nodiscard]] Answer begin_saml_logout(const ApiContext& context, http::Request& request,
                                       const identity::Session& session);
[[nodiscard]] Answer take_saml_logout(const ApiContext& context, http::Request& request);

// oidc.cpp
[[nodiscard]] Answer show_oidc_keys(const ApiContext& context, http::Request& request);
[[nodiscard]] Answer begin_oidc_log_in(const ApiContext& context, http::Request& request);
[[nodiscard]] Answer begin_oidc_step_up(const ApiContext& context, http::Request& request,
                                        const identity::Session& session);
[[nodiscard]] Answer take_oidc_answer(const ApiContext& context, http::Request& request);
[[nodiscard]] Answer begin_oidc_logout(const ApiContext& context, http::Request& request,
                                       const identity::Session& session);
[[nodiscard]] Answer take_oidc_logout(const ApiContext& context, http::Request& request);

// conversations.cpp
[[nodiscard]] Answer list_conversations(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kReadInbox>& permit);
[[nodiscard]] Answer show_conversation(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kReadConversation>& permit);
[[nodiscard]] Answer change_conversation(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kChangeConversation>& permit,
    const identity::Session& session);

// messages.cpp
[[nodiscard]] Answer list_messages(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kReadConversation>& permit);
[[nodiscard]] Answer send_message(const ApiContext& context, http::Request& request,
                                  const identity::Permit<identity::Action::kReply>& permit);

// notes.cpp
[[nodiscard]] Answer add_note(const ApiContext& context, http::Request& request,
                              const identity::Permit<identity::Action::kWriteNote>& permit);

// leads.cpp
[[nodiscard]] Answer list_leads(const ApiContext& context, http::Request& request,
                                const identity::Permit<identity::Action::kReadLead>& permit);
[[nodiscard]] Answer search_leads(const ApiContext& context, http::Request& request,
                                  const identity::Permit<identity::Action::kReadLead>& permit);
[[nodiscard]] Answer show_lead(const ApiContext& context, http::Request& request,
                               const identity::Permit<identity::Action::kReadLead>& permit);
[[nodiscard]] Answer enter_lead(const ApiContext& context, http::Request& request,
                                const identity::Permit<identity::Action::kWriteLead>& permit);
[[nodiscard]] Answer change_lead(const ApiContext& context, http::Request& request,
                                 const identity::Permit<identity::Action::kWriteLead>& permit);
[[nodiscard]] Answer reveal_identifiers(const ApiContext& context, http::Request& request,
                                        const identity::Permit<identity::Action::kReveal>& permit);

[[nodiscard]] Answer erase_lead(const ApiContext& context, http::Request& request,
                                const identity::Permit<identity::Action::kErase>& permit);
[[nodiscard]] Answer show_erasure(const ApiContext& context, http::Request& request,
                                  const identity::Permit<identity::Action::kErase>& permit);
[[nodiscard]] Answer hold_lead(const ApiContext& context, http::Request& request,
                               const identity::Permit<identity::Action::kHold>& permit);
[[nodiscard]] Answer release_lead(const ApiContext& context, http::Request& request,
                                  const identity::Permit<identity::Action::kHold>& permit);

// audit.cpp
[[nodiscard]] Answer list_trail(const ApiContext& context, http::Request& request,
                                const flow::ShowEvidence::Permit& permit);
[[nodiscard]] Answer sign_checkpoint(const ApiContext& context, http::Request& request,
                                     const flow::ShowEvidence::Permit& permit);
[[nodiscard]] Answer prove_entry(const ApiContext& context, http::Request& request,
                                 const flow::ShowEvidence::Permit& permit);
[[nodiscard]] Answer prove_consistency(const ApiContext& context, http::Request& request,
                                       const flow::ShowEvidence::Permit& permit);

// consents.cpp
[[nodiscard]] Answer list_consents(const ApiContext& context, http::Request& request,
                                   const identity::Permit<identity::Action::kReadConsents>& permit);
[[nodiscard]] Answer record_consent(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kRecordConsent>& permit);

// agents.cpp
[[nodiscard]] Answer list_colleagues(const ApiContext& context, http::Request& request,
                                     const identity::Permit<identity::Action::kListAgents>& permit);
[[nodiscard]] Answer list_accounts(const ApiContext& context, http::Request& request,
                                   const identity::Permit<identity::Action::kListAccounts>& permit);
[[nodiscard]] Answer add_account(const ApiContext& context, http::Request& request,
                                 const identity::Permit<identity::Action::kManageAgents>& permit);
[[nodiscard]] Answer disable_account(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageAgents>& permit);
[[nodiscard]] Answer enable_account(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageAgents>& permit);
[[nodiscard]] Answer sign_out_account(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageAgents>& permit);
[[nodiscard]] Answer sign_out_everybody(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageAgents>& permit);

// events.cpp
[[nodiscard]] Answer follow_events(const ApiContext& context, http::Request& request,
                                   const identity::Permit<identity::Action::kFollowEvents>& permit,
                                   const identity::Session* session);

[[nodiscard]] Answer poll_events(const ApiContext& context, http::Request& request,
                                 const identity::Permit<identity::Action::kFollowEvents>& permit,
                                 const identity::Session* session);

// devices.cpp
[[nodiscard]] Answer remember_device(const ApiContext& context, http::Request& request,
                                     const identity::Session& session);
[[nodiscard]] Answer list_devices(const ApiContext& context, http::Request& request,
                                  const identity::Session& session);
[[nodiscard]] Answer forget_device(const ApiContext& context, http::Request& request,
                                   const identity::Session& session);
[[nodiscard]] Answer list_devices_of(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageAgents>& permit);
[[nodiscard]] Answer forget_devices_of(
    const ApiContext& context, http::Request& request,
    const identity::Permit<identity::Action::kManageAgents>& permit);

// openapi.cpp
[[nodiscard]] Answer show_openapi(const ApiContext& context, http::Request& request);

// problems.cpp
[[nodiscard]] Answer show_problem(const ApiContext& context, http::Request& request);

// health.cpp
[[nodiscard]] Answer show_alive(const ApiContext& context, http::Request& request);
[[nodiscard]] Answer show_ready(const ApiContext& context, http::Request& request);
[[nodiscard]] Answer show_metrics(const ApiContext& context, http::Request& request);

// webhook.cpp
[[nodiscard]] Answer answer_subscription(const WebhookServices& services, http::Request& request);
[[nodiscard]] Answer receive_notification(const WebhookServices& services, http::Request& request);

// control.cpp
[[nodiscard]] Answer show_status(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer list_clients_locally(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer add_client_locally(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer enrol_client_locally(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer invite_client_locally(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer approve_client_locally(const ControlServices& services,
                                            http::Request& request);
[[nodiscard]] Answer suspend_client_locally(const ControlServices& services,
                                            http::Request& request);
[[nodiscard]] Answer resume_client_locally(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer revoke_client_locally(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer show_client_webhook_locally(const ControlServices& services,
                                                 http::Request& request);
[[nodiscard]] Answer set_client_webhook_locally(const ControlServices& services,
                                                http::Request& request);
[[nodiscard]] Answer change_client_webhook_secret_locally(const ControlServices& services,
                                                          http::Request& request);
[[nodiscard]] Answer resume_client_webhook_locally(const ControlServices& services,
                                                   http::Request& request);
[[nodiscard]] Answer remove_client_webhook_locally(const ControlServices& services,
                                                   http::Request& request);
[[nodiscard]] Answer list_agents_locally(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer add_agent_locally(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer disable_agent_locally(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer enable_agent_locally(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer reset_second_factor_locally(const ControlServices& services,
                                                 http::Request& request);
[[nodiscard]] Answer sign_out_agent_locally(const ControlServices& services,
                                            http::Request& request);
[[nodiscard]] Answer sign_out_everybody_locally(const ControlServices& services,
                                                http::Request& request);
[[nodiscard]] Answer set_password_locally(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer list_devices_locally(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer forget_devices_locally(const ControlServices& services,
                                            http::Request& request);
[[nodiscard]] Answer issue_break_glass(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer list_held_leavers(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer end_held_leavers(const ControlServices& services, http::Request& request);
// keys.cpp
[[nodiscard]] Answer show_keys_locally(const ControlServices& services, http::Request& request);
[[nodiscard]] Answer end_epoch_locally(const ControlServices& services, http::Request& request);

[[nodiscard]] Answer verify_store_locally(const ControlServices& services, http::Request& request);

}  // namespace leadkeep::api
