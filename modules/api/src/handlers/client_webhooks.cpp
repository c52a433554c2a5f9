// Where programs are told of what happens: for administrators, and for the operator of the host.
#include "handlers/client_bodies.h"
#include "handlers/handlers.h"
#include "json/views.h"

namespace leadkeep::api {

using flow::ManageWebhooks;
using ManageClientsPermit = identity::Permit<identity::Action::kManageClients>;

namespace {

ManageWebhooks::By operator_of_the_host() {
  return ManageWebhooks::By::operator_of_the_host();
}

Answer webhook_response(const Result<ManageWebhooks::Shown>& shown) {
  LK_TRY(const auto& found, shown);
  const auto& [webhook, held_because] = found;
  const bool is_halted = webhook.state() == clients::Webhook::State::kHalted;
  const bool waits = webhook.state() == clients::Webhook::State::kFailing;
  json::Writer writer;
  writer.begin_object().field("url", webhook.url);
  writer.field("state", held_because.empty() || is_halted ? name_of(webhook.state()) : "held");
  write_or_null(writer, "held_because",
                held_because.empty() ? std::nullopt : std::optional{held_because});
  write_or_null(writer, "set_by", webhook.set_by);
  writer.field("set_at", to_rfc3339(webhook.set_at));
  write_or_null(writer, "failing_since", webhook.failing_since);
  write_or_null(writer, "last_failure",
                webhook.last_failure.empty() ? std::nullopt : std::optional{webhook.last_failure});
  write_or_null(writer, "next_try_at", waits ? std::optional{webhook.next_try} : std::nullopt);
  write_or_null(writer, "halted_at", webhook.halted_at);
  write_or_null(writer, "earlier_secret_until", webhook.earlier_secret_until);
  writer.end_object();
  return http::Response{200, std::move(writer).take()};
}

// Shown this once.
Answer secret_response(http::Request& request, const Result<SecretBytes>& secret) {
  if (!secret) {
    return secret.error().code == Errc::kInvalidInput
               ? request.refuse(400,
                                "The address of a webhook is https://host/path, with a port or "
                                "without; the operator of the host has to name the host and port "
                                "in clients.webhook_allow.",
                                "url")
               : Fail{secret.error()};
  }
  json::Writer writer;
  writer.begin_object().field("secret", as_text(secret.value().expose())).end_object();
  return http::Response{201, std::move(writer).take()};
}

Answer done(const Result<void>& outcome) {
  LK_TRY_VOID(outcome);
  return http::Response{204, {}};
}

}  // namespace

Answer show_client_webhook(const ApiContext& context, http::Request& request,
                           const identity::Permit<identity::Action::kListClients>& permit) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto id, id_of<ClientId>(request));
  return webhook_response(context.services.manage_webhooks.show(permit, id.text()));
}

Answer set_client_webhook(const ApiContext& context, http::Request& request,
                          const ManageClientsPermit& permit) {
  LK_TRY(const auto id, id_of<ClientId>(request));
  LK_TRY(const auto url, parse_webhook(request));
  return secret_response(request, context.services.manage_webhooks.set(permit, id.text(), url));
}

Answer change_client_webhook_secret(const ApiContext& context, http::Request& request,
                                    const ManageClientsPermit& permit) {
  LK_TRY(const auto id, id_of<ClientId>(request));
  return secret_response(request,
                         context.services.manage_webhooks.change_secret(permit, id.text()));
}

Answer resume_client_webhook(const ApiContext& context, http::Request& request,
                             const ManageClientsPermit& permit) {
  LK_TRY(const auto id, id_of<ClientId>(request));
  return done(context.services.manage_webhooks.resume(permit, id.text()));
}

Answer remove_client_webhook(const ApiContext& context, http::Request& request,
                             const ManageClientsPermit& permit) {
  LK_TRY(const auto id, id_of<ClientId>(request));
  return done(context.services.manage_webhooks.remove(permit, id.text()));
}

Answer show_client_webhook_locally(const ControlServices& services, http::Request& request) {
  LK_TRY(const auto client, parse_client(request));
  return webhook_response(services.manage_webhooks.show(operator_of_the_host(), client));
}

Answer set_client_webhook_locally(const ControlServices& services, http::Request& request) {
  LK_TRY(const auto named, parse_named_webhook(request));
  return secret_response(
      request, services.manage_webhooks.set(operator_of_the_host(), named.client, named.url));
}

Answer change_client_webhook_secret_locally(const ControlServices& services,
                                            http::Request& request) {
  LK_TRY(const auto client, parse_client(request));
  return secret_response(request,
                         services.manage_webhooks.change_secret(operator_of_the_host(), client));
}

Answer resume_client_webhook_locally(const ControlServices& services, http::Request& request) {
  LK_TRY(const auto client, parse_client(request));
  return done(services.manage_webhooks.resume(operator_of_the_host(), client));
}

Answer remove_client_webhook_locally(const ControlServices& services, http::Request& request) {
  LK_TRY(const auto client, parse_client(request));
  return done(services.manage_webhooks.remove(operator_of_the_host(), client));
}

}  // namespace leadkeep::api
