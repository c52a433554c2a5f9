// What a program shows as its certificate, and what it asks one with. No octets are a certificate of an
// authority that did not sign them; a request yields a strong key, in the form in which keys are kept.
#include "fuzz_target.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/certificate_authority.h>
#include <leadkeep/crypto/certificate_request.h>
#include <leadkeep/crypto/public_key.h>

namespace leadkeep::crypto {
namespace {

constexpr Timestamp kNow{1'795'535'478'000};

void check_input(std::string_view input) {
  static const auto authority = CertificateAuthority::generate(
      "Ours", {kNow - std::chrono::hours{1}, kNow + std::chrono::hours{1}});
  static const auto believed = ClientCertificates::of({authority.certificate()}).value();
  const auto judged = believed.judge(as_bytes(input), kNow);
  LK_CHECK(judged.verdict != ClientCertificates::Verdict::kGood);
  LK_CHECK(std::string_view{name_of(judged.verdict)} != "?");
  LK_CHECK(!judged.certificate.public_key.empty() || judged.certificate.uris.empty());
  if (const auto key = read_certificate_request(input)) {
    const auto parsed = PublicKey::parse(*key);
    LK_CHECK(parsed && parsed->kind().is_strong());
  }
}

}  // namespace
}  // namespace leadkeep::crypto

LK_FUZZ_TARGET(leadkeep::crypto::check_input)
