#include <leadkeep/base/percent.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/identity/totp.h>

#include <algorithm>
#include <iterator>
#include <string>

namespace leadkeep::identity::totp {
namespace {

constexpr std::uint64_t kStepSeconds = 30;

std::string without_spaces(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c != ' '; });
  return digits;
}

}  // namespace

std::uint64_t step_at(Timestamp now) noexcept {
  constexpr std::int64_t kMillisecondsPerStep = 1'000 * static_cast<std::int64_t>(kStepSeconds);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(now.ms, 0) / kMillisecondsPerStep);
}

// Dynamic truncation, RFC 4226 section 5.3.
std::string code_at(const SecretBytes& secret, std::uint64_t step) {
  constexpr std::uint32_t kModulus = 1'000'000;
  Bytes counter;
  append_be(counter, step);
  const auto mac = crypto::hmac_sha1(secret, counter);
  const std::size_t offset = std::to_integer<std::size_t>(mac.back()) & 0xfU;
  const auto number = read_be<std::uint32_t>(ByteView{mac}.subspan(offset, 4)) & 0x7fff'ffffU;
  const std::string digits = std::to_string(number % kModulus);
  return std::string(kDigits - digits.size(), '0') + digits;
}

std::optional<Accepted> check(const SecretBytes& secret, std::string_view text, Timestamp now,
                              std::uint64_t later_than, Drift drift, Window window) {
  constexpr std::size_t kLongestTyped = 32;
  if (text.size() > kLongestTyped) {
    return std::nullopt;
  }
  const std::string typed = without_spaces(text);
  const std::uint64_t current = step_at(now);
  std::optional<Accepted> accepted;
  for (const int away : {-1, 0, 1}) {
    const std::uint64_t step = current + static_cast<std::uint64_t>(away);
    const bool same = crypto::compare_constant_time(as_bytes(code_at(secret, step)),
                                                    as_bytes(typed)) == crypto::Compared::kEqual;
    const bool in_time =
        away == 0 || (window == Window::kUsual && (away < 0 || drift == Drift::kAhead));
    if (same && in_time && step > later_than && !accepted) {
      accepted = Accepted{step, away > 0 ? Drift::kAhead : Drift::kNoneOrBehind};
    }
  }
  return accepted;
}

SecretBytes key_uri(const SecretBytes& secret, std::string_view issuer, std::string_view account) {
  std::string encoded = to_base32(secret.expose());
  const std::string name = percent_encode(issuer);
  std::string uri = "otpauth://totp/" + name + ":" + percent_encode(account);
  uri.reserve(uri.size() + encoded.size() + name.size() + 64);  // grows no more: no copy is left
  uri.append("?secret=").append(encoded).append("&issuer=").append(name);
  SecretBytes kept = SecretBytes::copy_of(as_bytes(uri));
  wipe(encoded);
  wipe(uri);
  return kept;
}

}  // namespace leadkeep::identity::totp
