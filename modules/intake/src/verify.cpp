#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/intake/verify.h>

namespace leadkeep::intake {
namespace {

constexpr std::string_view kScheme = "sha256=";

// The 32 bytes of the one well-formed signature header.
std::optional<Bytes> read_signature(const std::vector<std::string>& headers) {
  if (headers.size() != 1 || !headers.front().starts_with(kScheme)) {
    return std::nullopt;
  }
  auto signature = from_hex(std::string_view{headers.front()}.substr(kScheme.size()));
  return signature && signature->size() == 32 ? std::move(signature) : std::nullopt;
}

}  // namespace

Result<AppSecrets> AppSecrets::create(SecretBytes current, std::optional<SecretBytes> previous) {
  if (current.empty() || (previous && previous->empty())) {
    return fail(Errc::kInvalidInput, "app secret is empty");
  }
  return AppSecrets{std::move(current), std::move(previous)};
}

Result<VerifiedWebhook> verify(RawWebhook webhook, const AppSecrets& secrets) {
  using crypto::Compared;
  const auto signature = read_signature(webhook.m_signature_headers);
  if (!signature) {
    return fail(Errc::kUnauthenticated, "webhook signature");
  }
  const auto signed_with = [&](const SecretBytes& secret) {
    return crypto::compare_constant_time(crypto::hmac_sha256(secret, as_bytes(webhook.m_body)),
                                         *signature);
  };
  // Both are computed before either is looked at, so that the time does not tell which one matched.
  const Compared with_current = signed_with(secrets.current());
  const Compared with_previous =
      secrets.previous() ? signed_with(*secrets.previous()) : Compared::kDifferent;
  if (with_current != Compared::kEqual && with_previous != Compared::kEqual) {
    return fail(Errc::kUnauthenticated, "webhook signature");
  }
  return VerifiedWebhook{std::move(webhook.m_body)};
}

VerifiedWebhook reopen_journaled(std::string body) {
  return VerifiedWebhook{std::move(body)};
}

}  // namespace leadkeep::intake
