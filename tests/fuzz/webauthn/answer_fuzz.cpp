// What browsers and authenticators send. The first byte of the input chooses the part; the rest is
// client data, an attestation object, an assertion's data and signature, or CBOR. No client data is
// taken without our origin in it, no passkey without our party and a verified user, and no assertion
// that nobody has signed.
#include "cbor.h"
#include "client_data.h"
#include "fuzz_target.h"
#include "signed_parts.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>
#include <leadkeep/crypto/hash.h>

#include <algorithm>

namespace leadkeep::webauthn {
namespace {

constexpr std::string_view kOrigin = "https://example.org";
constexpr std::size_t kSignature = 72;  // bytes, as most of ES256 have

const RelyingParty& party() {
  static const RelyingParty at_example = RelyingParty::at(kOrigin).value();
  return at_example;
}

const ByteArray<32>& client_data_hash() {
  static const auto hash = crypto::sha256({as_bytes("{}")});
  return hash;
}

// The base point of P-256: a key, and nothing in the corpus is signed with it.
const PublicKey& key_of_nobody() {
  static const PublicKey key{
      -7, from_hex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                   "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
              .value()};
  return key;
}

void check_client_data(std::string_view json) {
  for (const auto ceremony : {Ceremony::kRegister, Ceremony::kLogIn}) {
    const auto read = read_client_data(party(), ceremony, json);
    if (const auto* challenge = std::get_if<Bytes>(&read)) {
      LK_CHECK(is_valid_utf8(json));
      // JSON has more spellings of it, all with an escape.
      LK_CHECK(json.find(kOrigin) != std::string_view::npos ||
               json.find('\\') != std::string_view::npos);
      LK_CHECK(challenge->size() <= json.size());
    }
  }
}

void check_attestation(ByteView object) {
  const auto verified = verify_attested({party(), client_data_hash()}, object);
  const auto* passkey = std::get_if<NewPasskey>(&verified);
  if (passkey == nullptr) {
    return;
  }
  LK_CHECK(!passkey->credential_id.empty() && passkey->credential_id.size() <= kMaxCredentialId);
  LK_CHECK(std::ranges::find(kAlgorithms, passkey->key.algorithm) != kAlgorithms.end());
  LK_CHECK(std::ranges::search(object, passkey->credential_id).begin() != object.end());
  const auto hash = crypto::sha256({as_bytes(party().id())});
  const auto found = std::ranges::search(object, hash);
  LK_CHECK(!found.empty() && found.end() != object.end());
  constexpr std::byte kPresentAndVerified{0x05};
  LK_CHECK((*found.end() & kPresentAndVerified) == kPresentAndVerified);
  const auto shorter =
      verify_attested({party(), client_data_hash()}, object.first(object.size() - 1));
  LK_CHECK(std::holds_alternative<Defect>(shorter));
  Assertion assertion;
  assertion.authenticator_data = Bytes{object.begin(), object.end()};
  LK_CHECK(std::holds_alternative<Defect>(
      verify_signed({party(), client_data_hash()}, passkey->key, assertion)));
}

void check_assertion(ByteView input) {
  const std::size_t size = input.size() - std::min(input.size(), kSignature);
  Assertion assertion;
  assertion.authenticator_data =
      Bytes{input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size)};
  assertion.signature = Bytes{input.begin() + static_cast<std::ptrdiff_t>(size), input.end()};
  const auto verified = verify_signed({party(), client_data_hash()}, key_of_nobody(), assertion);
  LK_CHECK(std::holds_alternative<Defect>(verified));
}

void check_cbor(ByteView input) {
  CborReader reader{input};
  const auto item = reader.any();
  if (!item) {
    return;
  }
  LK_CHECK(item->data() == input.data() && !item->empty() && item->size() <= input.size());
  LK_CHECK(reader.is_at_end() == (item->size() == input.size()));
  CborReader again{*item};
  const auto same = again.any();
  LK_CHECK(same && same->size() == item->size() && again.is_at_end());
  CborReader cut{item->first(item->size() - 1)};
  LK_CHECK(!cut.any());
}

void check_input(std::string_view input) {
  if (input.empty()) {
    return;
  }
  const std::string_view rest = input.substr(1);
  switch (input.front()) {
    case 'c':
      return check_client_data(rest);
    case 'r':
      return check_attestation(as_bytes(rest));
    case 's':
      return check_assertion(as_bytes(rest));
    default:
      return check_cbor(as_bytes(rest));
  }
}

}  // namespace
}  // namespace leadkeep::webauthn

LK_FUZZ_TARGET(leadkeep::webauthn::check_input)
