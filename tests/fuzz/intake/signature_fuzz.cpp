// The signature headers of a webhook, one a line of the input. Nothing but the one right header
// lets a body in, and every refusal reads the same, so that nobody learns how far an attempt got.
#include "fuzz_target.h"

#include <leadkeep/base/bytes.h>
#include <leadkeep/base/check.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/intake/verify.h>

#include <string>
#include <vector>

namespace leadkeep::intake {
namespace {

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
constexpr std::string_view kBody = R"({"object":"whatsapp_business_account","entry":[]})";

SecretBytes secret() {
  return SecretBytes::copy_of(as_bytes(kSecret));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines{""};
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back().push_back(c);
    }
  }
  return lines;
}

void check_input(std::string_view input) {
  static const AppSecrets secrets = AppSecrets::create(secret(), std::nullopt).value();
  static const std::string right =
      "sha256=" + to_hex(crypto::hmac_sha256(secret(), as_bytes(kBody)));

  auto raw = RawWebhook::take(std::string{kBody}, lines_of(input));
  LK_CHECK(raw.ok());
  const auto verified = verify(std::move(raw).value(), secrets);
  LK_CHECK(verified.ok() == (input == right));
  if (verified.ok()) {
    LK_CHECK(verified.value().body() == kBody);
  } else {
    LK_CHECK(verified.error().code == Errc::kUnauthenticated);
    LK_CHECK(verified.error().detail == "webhook signature");
  }
}

}  // namespace
}  // namespace leadkeep::intake

LK_FUZZ_TARGET(leadkeep::intake::check_input)
