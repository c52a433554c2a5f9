#include <leadkeep/saml/checks.h>

#include <algorithm>
#include <array>

namespace leadkeep::saml {
namespace {

struct Text {
  Check check;
  std::string_view id;
  std::string_view meaning;
};

constexpr std::array kTexts{
    Text{Check::kT02, "T-02", "base64 without stray characters, within 256 KiB"},
    Text{Check::kB01, "B-01", "UTF-8 without control characters or byte order mark"},
    Text{Check::kB02, "B-02", "no XML declaration or a usual one of version 1.0 in UTF-8"},
    Text{Check::kB03, "B-03", "no DTD, comment, CDATA section or processing instruction"},
    Text{Check::kB04, "B-04", "well-formed XML"},
    Text{Check::kR01, "R-01", "a small, flat tree of elements in absolute namespaces"},
    Text{Check::kR02, "R-02", "ids that are plain and unique, no xml: attribute but xml:lang"},
    Text{Check::kR03, "R-03", "Response, Assertion and Signature only where they belong"},
    Text{Check::kP04, "P-04", "the identity provider reports success"},
    Text{Check::kR04, "R-04", "exactly one assertion, encrypted or not"},
    Text{Check::kS01, "S-01", "the response, the assertion or both are signed"},
    Text{Check::kS02, "S-02", "signatures of the usual parts and nothing else"},
    Text{Check::kS03, "S-03", "exclusive canonicalisation; RSA or ECDSA with SHA-2"},
    Text{Check::kS04, "S-04", "one reference, to the element that holds the signature"},
    Text{Check::kS05, "S-05", "every signature verifies with a key of this identity provider"},
    Text{Check::kS06, "S-06", "the library kept exactly the octets that were signed"},
    Text{Check::kS07, "S-07", "the signed octets alone are again such a message"},
    Text{Check::kP01, "P-01", "version 2.0, issued within the last five minutes"},
    Text{Check::kP02, "P-02", "issued by this identity provider"},
    Text{Check::kP03, "P-03", "sent to our assertion consumer service"},
    Text{Check::kP05, "P-05", "the answer to the request that is open"},
    Text{Check::kE01, "E-01", "encrypted with OAEP and GCM, or with CBC where that is allowed"},
    Text{Check::kE02, "E-02", "one key, which opens the assertion"},
    Text{Check::kE03, "E-03", "what was encrypted is an assertion that passes all of the above"},
    Text{Check::kA01, "A-01", "an assertion of version 2.0, fresh, by the same issuer"},
    Text{Check::kA02, "A-02", "one subject with one plain NameID"},
    Text{Check::kA03, "A-03", "a bearer confirmation for us, for this request and for now"},
    Text{Check::kA04, "A-04", "conditions that hold now and name us as audience"},
    Text{Check::kA05, "A-05", "one authentication, not of the future"},
    Text{Check::kA06, "A-06", "times in UTC and in form"},
    Text{Check::kA08, "A-08", "the person was asked again where we asked for that"},
    Text{Check::kA09, "A-09", "attributes named once, within bounds, not encrypted"},
    Text{Check::kL02, "L-02", "a logout message whose query is signed as it stands"},
    Text{Check::kL03, "L-03", "a logout request by this identity provider, to us, new and for now"},
    Text{Check::kL04, "L-04", "the answer to a logout that we have asked for"},
};

constexpr std::size_t kOfLogout = 3;

constexpr std::array<Check, kTexts.size() - kOfLogout> list_checks_of_response() {
  std::array<Check, kTexts.size() - kOfLogout> checks{};
  std::ranges::transform(std::span{kTexts}.first<checks.size()>(), checks.begin(), &Text::check);
  return checks;
}

constexpr std::array kOfResponse = list_checks_of_response();

const Text& text_of(Check check) noexcept {
  return *std::ranges::find(kTexts, check, &Text::check);
}

}  // namespace

std::span<const Check> checks_of_response() noexcept {
  return kOfResponse;
}

std::string_view id_of(Check check) noexcept {
  return text_of(check).id;
}

std::string_view meaning_of(Check check) noexcept {
  return text_of(check).meaning;
}

std::optional<Check> check_of(std::string_view id) noexcept {
  const auto* found = std::ranges::find(kTexts, id, &Text::id);
  return found == kTexts.end() ? std::nullopt : std::optional{found->check};
}

}  // namespace leadkeep::saml
