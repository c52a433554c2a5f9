// The address that an authenticator app reads from the picture, for whatever user name: it has two
// fields and no third one, and its label is the name again; the picture, which is drawn for one name
// in 64, has none of it in words.
#include "fuzz_target.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/identity/qr_code.h>
#include <leadkeep/identity/totp.h>

#include <algorithm>
#include <string>

namespace leadkeep::identity {
namespace {

constexpr std::string_view kStart = "otpauth://totp/Leadkeep:";
constexpr std::string_view kMiddle = "?secret=";
constexpr std::string_view kEnd = "&issuer=Leadkeep";
constexpr std::string_view kPicture = "<svg ";

unsigned digit_of(char c) {
  LK_CHECK((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'));
  return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'A' + 10);
}

// RFC 3986 section 2.1, and nothing but unreserved characters beside it.
std::string decoded(std::string_view text) {
  static constexpr std::string_view kMarks = "-._~";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      LK_CHECK(i + 2 < text.size());
      out.push_back(static_cast<char>(digit_of(text[i + 1]) << 4U | digit_of(text[i + 2])));
      i += 2;
      continue;
    }
    LK_CHECK((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             kMarks.find(c) != std::string_view::npos);
    out.push_back(c);
  }
  return out;
}

void check_input(std::string_view input) {
  const SecretBytes secret{totp::kSecretBytes};
  const SecretBytes uri = totp::key_uri(secret, "Leadkeep", input);
  const std::string_view text = as_text(uri.expose());
  const std::string query = std::string{kMiddle}.append(to_base32(secret.expose())).append(kEnd);
  LK_CHECK(text.starts_with(kStart) && text.ends_with(query));
  const auto label = text.substr(kStart.size(), text.size() - kStart.size() - query.size());
  LK_CHECK(decoded(label) == input);
  // Drawing takes milliseconds, a key URI microseconds: one in so many is enough.
  constexpr std::uint8_t kOneIn64 = 4;
  const auto hash = crypto::sha256({as_bytes(input)});
  if (std::to_integer<std::uint8_t>(hash.front()) >= kOneIn64) {
    return;
  }
  const auto picture = qr_code_svg(uri);
  if (picture) {
    LK_CHECK(as_text(picture.value().expose()).starts_with(kPicture));
    LK_CHECK(std::ranges::none_of(as_text(picture.value().expose()),
                                  [](char c) { return c == '%' || c == '&'; }));
  }
}

}  // namespace
}  // namespace leadkeep::identity

LK_FUZZ_TARGET(leadkeep::identity::check_input)
