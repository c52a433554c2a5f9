// A provider's JWK Set, as its server sends it. No set that was not made with our key verifies what
// our key has signed, by whatever algorithm it is said to be.
#include "fuzz_target.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/es256.h>
#include <leadkeep/jose/key_set.h>

#include <array>
#include <string>

namespace leadkeep::jose {
namespace {

std::string signed_as(std::string_view header) {
  static const auto key = crypto::Es256Key::generate();
  std::string text = to_base64url(as_bytes(header)) + ".e30";
  const auto signature = key.sign(as_bytes(text));
  return text.append(".").append(to_base64url(signature));
}

void check_input(std::string_view input) {
  static const std::array tokens{signed_as(R"({"alg":"ES256"})"), signed_as(R"({"alg":"EdDSA"})"),
                                 signed_as(R"({"alg":"RS256","kid":"a"})"),
                                 signed_as(R"({"alg":"PS256"})"), signed_as(R"({"alg":"none"})")};
  const auto keys = KeySet::parse(input);
  if (!keys) {
    return;
  }
  LK_CHECK(keys.value().size() >= 1 && keys.value().size() <= 64);
  for (const std::string& token : tokens) {
    LK_CHECK(keys.value().verify(*Jws::parse(token)) != KeySet::Verdict::kGood);
  }
}

}  // namespace
}  // namespace leadkeep::jose

LK_FUZZ_TARGET(leadkeep::jose::check_input)
