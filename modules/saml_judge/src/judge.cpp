#include "base64.h"
#include "decryption.h"
#include "library.h"
#include "message.h"
#include "names.h"
#include "profile.h"
#include "signature.h"

#include <leadkeep/saml_judge/judge.h>

namespace leadkeep::saml_judge {
namespace {

// Where the octets that may be believed are, once all signatures were verified.
struct Verified {
  std::optional<Document> response;   // if it was signed
  std::optional<Document> assertion;  // if it was signed itself
  Bytes key;                          // of the inner one of the two
};

std::optional<std::string> decode(std::string_view posted, Examination& examination) {
  constexpr std::size_t kMaxPosted = kMaxMessage / 3 * 4 + kMaxMessage / 16;  // with line ends
  const auto xml =
      posted.size() <= kMaxPosted ? from_base64(posted, Blanks::kLineEnds) : std::nullopt;
  if (!examination.holds(Check::kT02, posted.size() <= kMaxPosted, "too long") ||
      !examination.holds(Check::kT02, xml && !xml->empty(), "not base64") ||
      !examination.holds(Check::kT02, xml->size() <= kMaxMessage, "too long")) {
    return std::nullopt;
  }
  return std::string{as_text(*xml)};
}

std::optional<Element> plain_assertion_of(const Element& response) {
  return response.child(kAssertion, "Assertion");
}

// P-04, R-03, R-04.
bool is_response(const Document& document, Examination& examination) {
  const Element root = document.root();
  const auto count = [&] {
    return root.children(kAssertion, "Assertion").size() +
           root.children(kAssertion, "EncryptedAssertion").size();
  };
  return examination.holds(Check::kR03, root.is(kProtocol, "Response"), "not a Response") &&
         reports_success(root, examination) &&
         examination.holds(Check::kR04, count() == 1, "no assertion, or more than one");
}

struct Name {
  std::string_view ns;
  std::string_view name;
};

constexpr Name kResponseElement{kProtocol, "Response"};
constexpr Name kAssertionElement{kAssertion, "Assertion"};

// Of the octets that were signed, which must again be such an element alone.
std::optional<Document> reopen(const Document& document, const Signed& part,
                               std::span<const SigningKey> keys, const Name& name, Bytes& key,
                               Examination& examination) {
  auto verified = verified_octets(document, part, keys, examination);
  auto again = verified ? open_message(verified->octets, examination) : std::nullopt;
  if (!again || !examination.holds(Check::kS07, again->root().is(name.ns, name.name),
                                   "signed octets of another kind")) {
    return std::nullopt;
  }
  key = std::move(verified->key);
  return again;
}

// Every signature that is there: S-01 to S-07.
std::optional<Verified> verify_signatures(const Document& document, const Situation& situation,
                                          Examination& examination) {
  const Element response = document.root();
  const auto assertion = plain_assertion_of(response);
  const auto outer = signature_of(response, examination);
  const auto inner = assertion ? signature_of(*assertion, examination) : std::nullopt;
  if (examination.refusal() ||
      !examination.holds(Check::kS01, outer || inner || !assertion, "nothing is signed") ||
      (outer && !has_usual_shape({response, *outer}, examination)) ||
      (inner && !has_usual_shape({*assertion, *inner}, examination))) {
    return std::nullopt;
  }
  // Not before: a stranger's message is not worth reading a key.
  const auto keys =
      outer || inner ? parsed_keys(situation.provider.signing_keys) : std::vector<SigningKey>{};
  Verified verified;
  if (outer) {
    verified.response =
        reopen(document, {response, *outer}, keys, kResponseElement, verified.key, examination);
    if (!verified.response || !is_response(*verified.response, examination)) {
      return std::nullopt;
    }
  }
  if (inner) {
    verified.assertion =
        reopen(document, {*assertion, *inner}, keys, kAssertionElement, verified.key, examination);
    if (!verified.assertion) {
      return std::nullopt;
    }
  }
  return verified;
}

// E-01 to E-03. What comes out is believed because the response around it or it itself is signed.
std::optional<Document> open_encrypted(const Element& response, ResponseIs response_is,
                                       const Situation& situation, Bytes& key,
                                       Examination& examination) {
  const auto element = response.child(kAssertion, "EncryptedAssertion");
  const bool is_signed = response_is == ResponseIs::kSigned;
  const Cbc cbc = situation.provider.accepts_cbc && is_signed ? Cbc::kAllowed : Cbc::kRefused;
  const auto xml = element ? decrypted(*element, situation.keys, cbc, examination) : std::nullopt;
  auto document = xml ? open_message(*xml, examination) : std::nullopt;
  if (!document || !examination.holds(Check::kE03, document->root().is(kAssertion, "Assertion"),
                                      "what was encrypted is not an assertion")) {
    return std::nullopt;
  }
  const Element assertion = document->root();
  const auto signature = signature_of(assertion, examination);
  if (examination.refusal() ||
      !examination.holds(Check::kS01, signature || is_signed, "nothing is signed")) {
    return std::nullopt;
  }
  if (!signature) {
    return document;
  }
  if (!has_usual_shape({assertion, *signature}, examination)) {
    return std::nullopt;
  }
  return reopen(*document, {assertion, *signature}, parsed_keys(situation.provider.signing_keys),
                kAssertionElement, key, examination);
}

std::optional<Identity> examine(std::string_view posted, const Situation& situation,
                                Examination& examination) {
  const auto xml = decode(posted, examination);
  const auto document = xml ? open_message(*xml, examination) : std::nullopt;
  if (!document || !is_response(*document, examination)) {
    return std::nullopt;
  }
  auto verified = verify_signatures(*document, situation, examination);
  if (!verified) {
    return std::nullopt;
  }
  // From here on nothing of the first document is read but where it can only refuse.
  const ResponseIs response_is = verified->response ? ResponseIs::kSigned : ResponseIs::kUnsigned;
  const Element response = verified->response ? verified->response->root() : document->root();
  if (!is_for_us(response, response_is, situation, examination)) {
    return std::nullopt;
  }
  const auto plain = plain_assertion_of(response);
  if (!plain) {
    verified->assertion =
        open_encrypted(response, response_is, situation, verified->key, examination);
    if (!verified->assertion) {
      return std::nullopt;
    }
  }
  auto identity = identity_in(verified->assertion ? verified->assertion->root() : *plain, situation,
                              examination);
  if (identity) {
    identity->signed_with = std::move(verified->key);
  }
  return identity;
}

}  // namespace

void start() {
  start_library();
}

saml::Judgement judge_response(std::string_view posted, const IdentityProvider& provider,
                               const ServiceProvider& us,
                               std::span<const crypto::RsaPrivateKey> keys,
                               const Question& question, Timestamp now) {
  Examination examination;
  const Situation situation{provider, us, keys, question, now};
  auto identity = examine(posted, situation, examination);
  if (examination.refusal()) {
    identity.reset();
  }
  return {examination.held(), examination.refusal(), std::move(identity)};
}

}  // namespace leadkeep::saml_judge
