// The body of a webhook. The platform signs it, but its fields are chosen by whoever writes to the
// company: whatever is in it, what comes out keeps the bounds of updates.h.
#include "fuzz_target.h"

#include <leadkeep/base/bytes.h>
#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/intake/parse.h>
#include <leadkeep/intake/verify.h>
#include <leadkeep/json/value.h>

#include <algorithm>
#include <string>

namespace leadkeep::intake {
namespace {

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
constexpr std::string_view kOurNumber = "106540352242922";
constexpr Timestamp kReceivedAt{1'795'535'478'042};
constexpr Timestamp kEarliest{1'230'768'000'000};  // 2009-01-01

SecretBytes secret() {
  return SecretBytes::copy_of(as_bytes(kSecret));
}

Result<WebhookUpdates> receive(std::string_view body) {
  const std::string signature = "sha256=" + to_hex(crypto::hmac_sha256(secret(), as_bytes(body)));
  LK_TRY(auto raw, RawWebhook::take(std::string{body}, {signature}));
  const auto secrets = AppSecrets::create(secret(), std::nullopt);
  const auto verified = verify(std::move(raw), secrets.value());
  LK_CHECK(verified.ok() && verified.value().body() == body);
  return parse(verified.value(), kOurNumber, kReceivedAt);
}

void check_text(const std::optional<Pii<std::string>>& text, std::size_t max_bytes) {
  if (text) {
    const std::string& value = text->expose();
    LK_CHECK(!value.empty() && value.size() <= max_bytes && is_valid_utf8(value));
  }
}

void check_time(Timestamp time) {
  LK_CHECK(time >= kEarliest && time <= kReceivedAt + std::chrono::hours{1});
}

bool is_type_name(std::string_view type) {
  return !type.empty() && type.size() <= kMaxTypeBytes && std::ranges::all_of(type, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

void check(const InboundMessage& message) {
  check_text(message.wamid, kMaxWamidBytes);
  LK_CHECK(message.sender.whatsapp_id || message.sender.bsuid);
  check_text(message.sender.whatsapp_id, kMaxIdentifierBytes);
  check_text(message.sender.bsuid, kMaxIdentifierBytes);
  check_text(message.sender.profile_name, kMaxWebhookBytes);
  check_text(message.sender.username, kMaxWebhookBytes);
  check_time(message.sent_at);
  LK_CHECK(is_type_name(message.type));
  check_text(message.text, kMaxWebhookBytes);
  LK_CHECK(!message.text || message.type == "text");
  check_text(message.reply_to_wamid, kMaxWamidBytes);

  const std::string& received = message.received_json.expose();
  const auto document = json::Document::parse(received, {.max_bytes = 16 * kMaxWebhookBytes});
  LK_CHECK(document.ok() && document.value().root().dump() == received);
}

void check(const StatusUpdate& status) {
  check_text(status.wamid, kMaxWamidBytes);
  LK_CHECK(name_of(status.status) != "unnamed");
  LK_CHECK(!status.callback_data || is_valid_utf8(*status.callback_data));
  check_time(status.at);
}

void check_input(std::string_view input) {
  const auto result = receive(input);
  if (!result.ok()) {
    const Errc code = result.error().code;
    LK_CHECK(code == Errc::kInvalidInput || code == Errc::kTooLarge);
    return;
  }
  const WebhookUpdates& read = result.value();
  LK_CHECK(read.updates.size() + read.unattributed <= kMaxWebhookUpdates);
  for (const auto& update : read.updates) {
    std::visit([](const auto& one) { check(one); }, update);
  }
}

}  // namespace
}  // namespace leadkeep::intake

LK_FUZZ_TARGET(leadkeep::intake::check_input)
