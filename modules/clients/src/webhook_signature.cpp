#include <leadkeep/clients/webhook_signature.h>
#include <leadkeep/crypto/hash.h>

namespace leadkeep::clients {

SecretBytes text_of_webhook_secret(const SecretBytes& secret) {
  std::string text = "whsec_" + to_base64(secret.expose());
  SecretBytes kept = SecretBytes::copy_of(as_bytes(text));
  wipe(text);
  return kept;
}

std::string webhook_timestamp(Timestamp sent_at) {
  constexpr std::int64_t kMsInSecond = 1'000;
  return std::to_string(sent_at.ms / kMsInSecond);
}

std::string webhook_signature(const SecretBytes& secret, const SignedContent& content) {
  std::string signed_text;
  signed_text.append(content.id).append(".").append(webhook_timestamp(content.sent_at));
  signed_text.append(".").append(content.body);
  return "v1," + to_base64(crypto::hmac_sha256(secret, as_bytes(signed_text)));
}

}  // namespace leadkeep::clients
