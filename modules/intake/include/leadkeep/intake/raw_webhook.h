// leadkeep/intake/raw_webhook.h — message path, receive: bytes of which nothing is known yet
//
// Takes    the exact body of a POST and every value of its X-Hub-Signature-256 header
// Yields   RawWebhook, which only verify() can read
// Refuses  kTooLarge  more than kMaxWebhookBytes
// Source   WhatsApp Cloud API: webhooks (payloads of up to 3 MB, up to 1,000 updates in one)
// Units    bytes
// Threads  any
#pragma once
#include <leadkeep/base/result.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace leadkeep::intake {

class AppSecrets;
class VerifiedWebhook;

inline constexpr std::size_t kMaxWebhookBytes = 3'000'000;
inline constexpr std::size_t kMaxWebhookUpdates = 1'000;  // messages and statuses together

class RawWebhook {
 public:
  [[nodiscard]] static Result<RawWebhook> take(std::string body,
                                               std::vector<std::string> signature_headers);

 private:
  friend Result<VerifiedWebhook> verify(RawWebhook webhook, const AppSecrets& secrets);

  RawWebhook(std::string body, std::vector<std::string> signature_headers) noexcept
      : m_body{std::move(body)}, m_signature_headers{std::move(signature_headers)} {}

  std::string m_body;
  std::vector<std::string> m_signature_headers;
};

}  // namespace leadkeep::intake
