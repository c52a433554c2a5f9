// A logout message in the query of an address. The first byte of the input chooses the part: the
// query, what is compressed in it, or its XML, a request's or an answer's, whose signature is taken for
// granted. What nobody known has signed is not unpacked; what is unpacked is bounded; and what is
// believed is for us, for now and about somebody.
#include "fuzz_target.h"
#include "redirect.h"
#include "saml/logout_draft.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>
#include <leadkeep/saml/response.h>
#include <leadkeep/saml/signed_query.h>
#include <leadkeep/saml_judge/logout.h>

#include <algorithm>
#include <vector>

namespace leadkeep::saml_judge {
namespace {

void check_query(std::string_view query) {
  static const std::vector<Bytes> keys{test::idp_key().public_key()};
  const auto parsed = saml::SignedQuery::parse(query);
  if (!parsed) {
    LK_CHECK(parsed.error().code == Errc::kInvalidInput);
    return;
  }
  LK_CHECK(parsed.value().relay_state().size() <= 1024);
  LK_CHECK(std::ranges::count(query, '&') <= 3);
  LK_CHECK(parsed.value().open(keys).error().code == Errc::kUnauthenticated);
}

void check_unpacking(std::string_view packed) {
  constexpr std::size_t kLimit = 4 * 1024;
  const auto text = saml::inflated(as_bytes(packed), kLimit);
  LK_CHECK(!text || text->size() <= kLimit);
}

void check_message(std::string_view xml, saml::LogoutKind kind) {
  const saml::LogoutJudgement judgement = judge_logout(
      {std::string{xml}, kind, std::string{test::kIdp}, std::string{test::kSlo}, test::kNow});
  LK_CHECK(judgement.refusal.has_value() != judgement.message.has_value());
  const auto wired = saml::read_logout(saml::write_logout(judgement));
  LK_CHECK(wired && wired->message.has_value() == judgement.message.has_value());
  if (!judgement.message) {
    LK_CHECK(!judgement.refusal->why.empty());
    return;
  }
  const saml::LogoutMessage& message = *judgement.message;
  LK_CHECK(!message.id.empty() && message.ends > test::kNow);
  const std::string& name = message.name_id.expose();
  const bool is_request = kind == saml::LogoutKind::kRequest;
  LK_CHECK(name.empty() != is_request && message.in_response_to.empty() == is_request);
  LK_CHECK(name.size() <= 256 && is_valid_utf8(name) && trim(name) == name);
  LK_CHECK(message.session_indexes.size() <= 100);
  for (const std::string_view needed : {test::kIdp, test::kSlo}) {
    // Unless a character of it is written as a reference.
    LK_CHECK(xml.find(needed) != std::string_view::npos || xml.find('&') != std::string_view::npos);
  }
}

void check_input(std::string_view input) {
  if (input.empty()) {
    return;
  }
  const std::string_view rest = input.substr(1);
  switch (static_cast<unsigned char>(input[0]) % 4) {
    case 0:
      check_query(rest);
      break;
    case 1:
      check_unpacking(rest);
      break;
    case 2:
      check_message(rest, saml::LogoutKind::kRequest);
      break;
    default:
      check_message(rest, saml::LogoutKind::kResponse);
      break;
  }
}

}  // namespace
}  // namespace leadkeep::saml_judge

LK_FUZZ_TARGET(leadkeep::saml_judge::check_input)
