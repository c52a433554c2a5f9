// Builds webhooks in the documented shapes and takes them through verify() and parse().
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/intake/parse.h>
#include <leadkeep/intake/verify.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::intake::test {

inline constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
inline constexpr std::string_view kOurNumber = "106540352242922";
inline constexpr Timestamp kReceivedAt{1'795'535'478'042};
inline constexpr std::string_view kSentAt = "1795535400";
inline constexpr Timestamp kSentAtTime{1'795'535'400'000};

inline SecretBytes secret(std::string_view text) {
  return SecretBytes::copy_of(as_bytes(text));
}

inline AppSecrets app_secrets(std::string_view current = kSecret) {
  return AppSecrets::create(secret(current), std::nullopt).value();
}

inline std::string signature(std::string_view body, std::string_view key = kSecret) {
  return "sha256=" + to_hex(crypto::hmac_sha256(secret(key), as_bytes(body)));
}

inline Result<WebhookUpdates> try_parse(const std::string& body) {
  LK_TRY(auto raw, RawWebhook::take(body, {signature(body)}));
  LK_TRY(const auto verified, verify(std::move(raw), app_secrets()));
  return parse(verified, kOurNumber, kReceivedAt);
}

inline WebhookUpdates parsed(const std::string& body) {
  auto result = try_parse(body);
  EXPECT_TRUE(result.ok()) << body;
  return result.ok() ? std::move(result).value() : WebhookUpdates{};
}

// A webhook with one change; `members` are more members of its value: R"("messages":[…])".
inline std::string webhook(const std::string& members) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[)"
         R"({"field":"messages","value":{"messaging_product":"whatsapp","metadata":)"
         R"({"display_phone_number":"15550783881","phone_number_id":"106540352242922"},)" +
         members + "}}]}]}";
}

inline const InboundMessage& message_at(const WebhookUpdates& webhook, std::size_t index) {
  return std::get<InboundMessage>(webhook.updates.at(index));
}

inline const StatusUpdate& status_at(const WebhookUpdates& webhook, std::size_t index) {
  return std::get<StatusUpdate>(webhook.updates.at(index));
}

// What an optional personal datum holds, or "(none)".
inline std::string shown(const std::optional<Pii<std::string>>& datum) {
  return datum ? datum->expose() : "(none)";
}

}  // namespace leadkeep::intake::test
