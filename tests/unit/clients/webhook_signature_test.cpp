#include <leadkeep/clients/webhook_signature.h>

#include <gtest/gtest.h>

namespace leadkeep::clients {
namespace {

// The example in the specification of Standard Webhooks.
constexpr std::string_view kSecret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SignedContent kContent{"msg_p5jXN8AQM9LWM0D4loKWxJek", Timestamp{1'614'265'330'000},
                             R"({"test": 2432232314})"};

TEST(WebhookSignature, IsThatOfTheSpecification) {
  const auto key = from_base64(kSecret);
  EXPECT_EQ(webhook_signature(SecretBytes::copy_of(*key), kContent),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, CoversIdTimeAndBody) {
  const auto key = SecretBytes::copy_of(*from_base64(kSecret));
  const std::string genuine = webhook_signature(key, kContent);
  EXPECT_NE(webhook_signature(key, {"msg_other", kContent.sent_at, kContent.body}), genuine);
  EXPECT_NE(webhook_signature(key, {kContent.id, Timestamp{1'614'265'331'000}, kContent.body}),
            genuine);
  EXPECT_NE(webhook_signature(key, {kContent.id, kContent.sent_at, "{}"}), genuine);
}

TEST(WebhookSignature, ComesWithASecretThatSaysWhatItIs) {
  const auto key = SecretBytes::copy_of(*from_base64(kSecret));
  const SecretBytes text = text_of_webhook_secret(key);
  EXPECT_EQ(as_text(text.expose()), "whsec_" + std::string{kSecret});
}

}  // namespace
}  // namespace leadkeep::clients
