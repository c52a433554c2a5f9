// leadkeep/identity/totp.h — log-in path: the one-time codes of an authenticator app
//
// Six digits, steps of 30 seconds, HMAC-SHA-1: what every app computes. A code is good in its own
// step and the next one, for the time it takes to type. An app whose clock is ahead gets one step
// more, if that was seen when it was enrolled.
//
// Yields   the step whose code it is; who keeps it and asks for a later one next time has no code
//          taken twice
// Threads  any
// Source   RFC 6238, RFC 4226; otpauth: the Key URI format of the apps
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/secret.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::identity::totp {

inline constexpr std::size_t kSecretBytes = 20;  // as many as the hash has, RFC 4226 section 4
inline constexpr std::size_t kDigits = 6;

[[nodiscard]] std::uint64_t step_at(Timestamp now) noexcept;

// kDigits digits.
[[nodiscard]] std::string code_at(const SecretBytes& secret, std::uint64_t step);

// The clock of the app, in steps before or after ours.
enum class Drift : std::int8_t { kNoneOrBehind = 0, kAhead = 1 };

// How long a code is taken: as people and clocks need it, or as long as it is shown.
enum class Window : std::uint8_t { kUsual, kStrict };

struct Accepted {
  std::uint64_t step;
  Drift drift;
};

// `text` as it was typed: spaces do not count. Every candidate is computed, whichever it is.
[[nodiscard]] std::optional<Accepted> check(const SecretBytes& secret, std::string_view text,
                                            Timestamp now, std::uint64_t later_than, Drift drift,
                                            Window window = Window::kUsual);

// What the app reads from the QR code. A secret: it holds the secret.
[[nodiscard]] SecretBytes key_uri(const SecretBytes& secret, std::string_view issuer,
                                  std::string_view account);

}  // namespace leadkeep::identity::totp
