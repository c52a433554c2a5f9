#include <leadkeep/intake/raw_webhook.h>

namespace leadkeep::intake {

Result<RawWebhook> RawWebhook::take(std::string body, std::vector<std::string> signature_headers) {
  if (body.size() > kMaxWebhookBytes) {
    return fail(Errc::kTooLarge, "webhook is over its size limit");
  }
  return RawWebhook{std::move(body), std::move(signature_headers)};
}

}  // namespace leadkeep::intake
