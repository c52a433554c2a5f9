// Message path, receive: HTTP → RawWebhook. The counters tell the operator whether WhatsApp gets
// through; nothing of a notification is in the log.
#include "handlers/handlers.h"

#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/intake/challenge.h>

namespace leadkeep::api {
namespace {

Result<flow::Received> receive(const WebhookServices& services, http::Request& request) {
  LK_TRY(auto raw,
         intake::RawWebhook::take(request.take_body(), request.head().all("x-hub-signature-256")));
  LK_TRY(const auto verified, intake::verify(std::move(raw), services.secrets));
  return services.receive_message.receive(verified);
}

}  // namespace

Answer answer_subscription(const WebhookServices& services, http::Request& request) {
  LK_TRY(const auto query, http::Query::parse_leniently(request));
  LK_TRY(auto challenge,
         intake::answer_challenge(query.find("hub.mode").value_or(""),
                                  query.find("hub.verify_token").value_or(""),
                                  query.find("hub.challenge").value_or(""), services.verify_token));
  http::Response response{200, std::move(challenge)};
  response.content_type = "text/plain; charset=utf-8";
  return response;
}

Answer receive_notification(const WebhookServices& services, http::Request& request) {
  LK_SEEDED_LEAK(
      refused_body_echoed, if (!request.body().starts_with("{\"object\"")) {
        return http::Response{400, request.body()};
      });
  const auto received = receive(services, request);
  if (!received) {
    services.metrics.webhooks_refused.add();
    return Fail{received.error()};
  }
  services.metrics.webhooks_accepted.add();
  return http::Response{200, "{}"};
}

}  // namespace leadkeep::api
