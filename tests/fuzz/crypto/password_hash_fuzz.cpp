// A stored password hash that was changed, and passwords of any bytes. Only the string that was
// stored opens, a changed one costs no more than the limits of password_hash.h.
#include "fuzz_target.h"

#include <leadkeep/base/bytes.h>
#include <leadkeep/base/check.h>
#include <leadkeep/crypto/password_hash.h>

#include <algorithm>
#include <string>

namespace leadkeep::crypto {
namespace {

constexpr std::string_view kPassword = "correct horse battery";

PasswordMatch match(std::string_view password, std::string_view phc) {
  return check_password(SecretBytes::copy_of(as_bytes(password)), phc);
}

std::string hash_of(std::string_view password) {
  auto hash = hash_password(SecretBytes::copy_of(as_bytes(password)));
  LK_CHECK(hash.ok());
  return std::move(hash).value();
}

// The genuine string with the input laid over it.
std::string tampered(const std::string& genuine, std::string_view changes) {
  std::string out{genuine};
  out.resize(std::max(genuine.size(), changes.size()));
  for (std::size_t i = 0; i < changes.size(); ++i) {
    out[i] = static_cast<char>(out[i] ^ changes[i]);
  }
  return out;
}

void check_input(std::string_view input) {
  static const std::string genuine = hash_of(kPassword);
  LK_CHECK(match(kPassword, input) == PasswordMatch::kDiffers || input == genuine);
  const std::string changed = tampered(genuine, input);
  LK_CHECK((match(kPassword, changed) == PasswordMatch::kMatches) == (changed == genuine));
  LK_CHECK((match(input, genuine) == PasswordMatch::kMatches) == (input == kPassword));
  if (input.size() % 16 == 0) {
    const std::string hash = hash_of(input);
    LK_CHECK(hash != genuine && match(input, hash) == PasswordMatch::kMatches);
    LK_CHECK(match(std::string{input} + "x", hash) == PasswordMatch::kDiffers);
  }
}

}  // namespace
}  // namespace leadkeep::crypto

LK_FUZZ_TARGET(leadkeep::crypto::check_input)
