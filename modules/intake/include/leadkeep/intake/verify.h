// leadkeep/intake/verify.h — message path, verify: who sent these bytes
//
// Takes    RawWebhook       exact bytes received
// Yields   VerifiedWebhook  the same bytes, signed by the platform; made by verify(), and by
//                           reopen_journaled() for bytes that verify() let in earlier
// Refuses  kUnauthenticated signature missing, repeated, malformed or wrong — one answer for all
// Source   WhatsApp Cloud API: webhooks, "validating payloads": one header `sha256=` and 64
//          lower-case hexadecimal digits, HMAC-SHA256 of the body keyed with the app secret
// Threads  any; stateless
//
// The signature covers the bytes on the wire. The platform escapes `/`, `@` and all non-ASCII in
// them, so a body that was parsed and written again does not verify: nothing is parsed before this.
#pragma once
#include <leadkeep/base/secret.h>
#include <leadkeep/intake/raw_webhook.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace leadkeep::intake {

// While the app secret is being changed, the platform may sign with either.
class AppSecrets {
 public:
  // Refuses (kInvalidInput) an empty secret: everybody can sign with that.
  [[nodiscard]] static Result<AppSecrets> create(SecretBytes current,
                                                 std::optional<SecretBytes> previous);

  [[nodiscard]] const SecretBytes& current() const& noexcept { return m_current; }

  [[nodiscard]] const std::optional<SecretBytes>& previous() const& noexcept { return m_previous; }

 private:
  AppSecrets(SecretBytes current, std::optional<SecretBytes> previous) noexcept
      : m_current{std::move(current)}, m_previous{std::move(previous)} {}

  SecretBytes m_current;
  std::optional<SecretBytes> m_previous;
};

class VerifiedWebhook {
 public:
  VerifiedWebhook(VerifiedWebhook&&) noexcept = default;
  VerifiedWebhook& operator=(VerifiedWebhook&&) noexcept = default;

  [[nodiscard]] std::string_view body() const& noexcept { return m_body; }

  std::string_view body() const&& = delete;

 private:
  friend Result<VerifiedWebhook> verify(RawWebhook webhook, const AppSecrets& secrets);
  friend VerifiedWebhook reopen_journaled(std::string body);

  explicit VerifiedWebhook(std::string body) noexcept : m_body{std::move(body)} {}

  std::string m_body;
};

[[nodiscard]] Result<VerifiedWebhook> verify(RawWebhook webhook, const AppSecrets& secrets);

// For a body that was verified when it came and has been sealed in our own journal since.
[[nodiscard]] VerifiedWebhook reopen_journaled(std::string body);

}  // namespace leadkeep::intake
