#include "token_answer.h"

#include "claims.h"

#include <leadkeep/json/value.h>

#include <algorithm>
#include <array>

namespace leadkeep::oidc {
namespace {

constexpr std::size_t kMaxAnswer = 4 * kMaxToken;
constexpr std::size_t kMaxDepth = 8;
constexpr long kOk = 200;
constexpr long kServersFault = 500;

constexpr std::array<std::string_view, 5> kOursToMend{"invalid_client", "unauthorized_client",
                                                      "unsupported_grant_type", "invalid_request",
                                                      "invalid_scope"};

Fail refusal(long status, std::string_view error) {
  if (error == "invalid_grant") {
    return fail(Errc::kUnauthenticated, "oidc_code");
  }
  if (status >= kServersFault) {
    return fail(Errc::kUnavailable, "the provider's token endpoint has a fault of its own");
  }
  const auto* const known = std::ranges::find(kOursToMend, error);
  return fail(Errc::kForbidden,
              "the provider's token endpoint refuses us: " +
                  std::string{known == kOursToMend.end() ? "for another reason" : *known});
}

}  // namespace

Result<TokenAnswer> read_token_answer(long status, std::string_view body) {
  const auto document =
      json::Document::parse(body, {.max_bytes = kMaxAnswer, .max_depth = kMaxDepth});
  if (status != kOk) {
    return refusal(status, document ? document.value().root()["error"].string().value_or("") : "");
  }
  const auto id_token =
      document ? document.value().root()["id_token"].string() : std::optional<std::string_view>{};
  if (!id_token) {
    return fail(Errc::kForbidden,
                "the provider's token endpoint gives no ID token; is openid among the scopes?");
  }
  return TokenAnswer{std::string{*id_token},
                     std::string{document.value().root()["access_token"].string().value_or("")}};
}

}  // namespace leadkeep::oidc
