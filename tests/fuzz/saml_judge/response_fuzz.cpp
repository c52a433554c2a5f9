// What a browser posts as SAMLResponse. The first byte of the input chooses the part: XML of a
// response, a form field, or an assertion whose signature is taken for granted. Nobody is proven by
// what no identity provider signed, and whoever is proven has a plain name, for us and for now.
#include "fuzz_target.h"
#include "message.h"
#include "profile.h"
#include "saml/forger.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>
#include <leadkeep/saml_judge/judge.h>

namespace leadkeep::saml_judge {
namespace {

struct House {
  IdentityProvider idp{std::string{test::kIdp}, {test::idp_key().public_key()}, true};
  ServiceProvider us{std::string{test::kSp}, std::string{test::kAcs}};
  std::vector<crypto::RsaPrivateKey> keys = [] {
    std::vector<crypto::RsaPrivateKey> made;
    made.push_back(crypto::RsaPrivateKey::parse(test::sp_key().pkcs8()).value());
    return made;
  }();
  Question question{std::string{test::kRequest}, test::kNow - std::chrono::seconds{30}, true};
};

const House& house() {
  static const House made;
  return made;
}

void check_response(std::string_view posted) {
  const auto judgement =
      judge_response(posted, house().idp, house().us, house().keys, house().question, test::kNow);
  LK_CHECK(!judgement.identity && judgement.refusal);
  LK_CHECK(!judgement.refusal->why.empty() && !saml::id_of(judgement.refusal->check).empty());
}

void check_assertion(std::string_view xml) {
  Examination examination;
  const auto document = open_message(xml, examination);
  LK_CHECK(document.has_value() != examination.refusal().has_value());
  if (!document) {
    return;
  }
  const Situation situation{house().idp, house().us, house().keys, house().question, test::kNow};
  const auto identity = identity_in(document->root(), situation, examination);
  LK_CHECK(identity.has_value() != examination.refusal().has_value());
  if (!identity) {
    return;
  }
  const std::string& name = identity->name_id.value.expose();
  LK_CHECK(!name.empty() && name.size() <= 256 && is_valid_utf8(name) && trim(name) == name);
  LK_CHECK(!identity->assertion_id.empty());
  LK_CHECK(identity->assertion_ends > test::kNow);
  LK_CHECK(identity->authenticated <= test::kNow + kSkew);
  LK_CHECK(identity->authenticated >= house().question.asked - kSkew);
  for (const std::string_view needed : {test::kIdp, test::kSp, test::kAcs, test::kRequest}) {
    // Unless a character of it is written as a reference.
    LK_CHECK(xml.find(needed) != std::string_view::npos || xml.find('&') != std::string_view::npos);
  }
}

void check_input(std::string_view input) {
  if (input.empty()) {
    return;
  }
  const std::string_view rest = input.substr(1);
  switch (static_cast<unsigned char>(input[0]) % 3) {
    case 0:
      check_response(test::to_base64(as_bytes(rest)));
      break;
    case 1:
      check_response(rest);
      break;
    default:
      check_assertion(rest);
      break;
  }
}

}  // namespace
}  // namespace leadkeep::saml_judge

LK_FUZZ_TARGET(leadkeep::saml_judge::check_input)
