#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/intake/challenge.h>

#include <algorithm>

namespace leadkeep::intake {
namespace {

constexpr std::size_t kMaxChallengeLength = 256;

bool is_harmless(std::string_view challenge) noexcept {
  return !challenge.empty() && challenge.size() <= kMaxChallengeLength &&
         std::ranges::all_of(challenge, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
         });
}

}  // namespace

Result<std::string> answer_challenge(std::string_view mode, std::string_view token,
                                     std::string_view challenge, const SecretBytes& verify_token) {
  // Hashes are compared, so that not even the length of the token shows in the time.
  const auto compared = crypto::compare_constant_time(crypto::sha256({as_bytes(token)}),
                                                      crypto::sha256({verify_token.expose()}));
  if (verify_token.empty() || compared != crypto::Compared::kEqual || mode != "subscribe" ||
      !is_harmless(challenge)) {
    return fail(Errc::kForbidden, "webhook challenge");
  }
  return std::string{challenge};
}

}  // namespace leadkeep::intake
