// leadkeep/clients/webhook_signature.h — how a program knows that an event comes from here, whole and now
//
//   webhook-id         stays the same when an event is sent again
//   webhook-timestamp  seconds of UTC, of this sending
//   webhook-signature  v1,base64(HMAC-SHA256(secret, id.timestamp.body)), one for each secret in force,
//                      with spaces between
//
// Source   Standard Webhooks 1.0.0, symmetric signatures
// Threads  any
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/secret.h>

#include <string>
#include <string_view>

namespace leadkeep::clients {

inline constexpr std::size_t kWebhookSecretBytes = 32;

// As whoever runs the program gets it: whsec_ and base64.
[[nodiscard]] SecretBytes text_of_webhook_secret(const SecretBytes& secret);

struct SignedContent {
  std::string_view id;
  Timestamp sent_at;
  std::string_view body;
};

[[nodiscard]] std::string webhook_signature(const SecretBytes& secret,
                                            const SignedContent& content);
// The value of webhook-timestamp.
[[nodiscard]] std::string webhook_timestamp(Timestamp sent_at);

}  // namespace leadkeep::clients
