#include "authenticator_data.h"
#include "cbor.h"
#include "fido_bytes.h"
#include "signed_parts.h"

#include <leadkeep/base/check.h>
#include <leadkeep/webauthn/assertion.h>

#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>

namespace leadkeep::webauthn {
namespace {

constexpr std::size_t kMaxData = 1024;       // bytes; 37 and what extensions say
constexpr std::size_t kMaxSignature = 1024;  // bytes; an RSA one of 2,048 bits has 256

template <class Key, Key* (*make)(), void (*release)(Key**),
          int (*read)(Key*, const void*, std::size_t)>
bool is_signed(const fido_assert_t* assertion, const PublicKey& key) {
  Key* parsed = make();
  LK_CHECK(parsed != nullptr);
  const bool good = read(parsed, key.value.data(), key.value.size()) == FIDO_OK &&
                    ::fido_assert_verify(assertion, 0, key.algorithm, parsed) == FIDO_OK;
  release(&parsed);
  return good;
}

Checked<bool> is_signed(const fido_assert_t* assertion, const PublicKey& key) {
  switch (key.algorithm) {
    case COSE_ES256:
      return is_signed<es256_pk_t, ::es256_pk_new, ::es256_pk_free, ::es256_pk_from_ptr>(assertion,
                                                                                         key);
    case COSE_EDDSA:
      return is_signed<eddsa_pk_t, ::eddsa_pk_new, ::eddsa_pk_free, ::eddsa_pk_from_ptr>(assertion,
                                                                                         key);
    case COSE_RS256:
      return is_signed<rs256_pk_t, ::rs256_pk_new, ::rs256_pk_free, ::rs256_pk_from_ptr>(assertion,
                                                                                         key);
    default:
      return Defect::kKey;
  }
}

// An assertion carries no key; what extensions say is a map, and the end of it.
bool is_well_formed(ByteView data) {
  const std::uint8_t flags = flags_of(data);
  if ((flags & kKeyIncluded) != 0) {
    return false;
  }
  CborReader rest{data.subspan(kHead)};
  if ((flags & kExtensionsIncluded) == 0) {
    return rest.is_at_end();
  }
  return CborReader{data.subspan(kHead)}.map().has_value() && rest.any().has_value() &&
         rest.is_at_end();
}

}  // namespace

Checked<AuthenticatorState> verify_assertion(const AnsweredChallenge& challenge,
                                             const PublicKey& key, const Assertion& assertion) {
  return verify_signed({challenge.party(), challenge.client_data_hash()}, key, assertion);
}

Checked<AuthenticatorState> verify_signed(const SignedFor& asked, const PublicKey& key,
                                          const Assertion& assertion) {
  const ByteView data = assertion.authenticator_data;
  if (data.size() > kMaxData || assertion.signature.size() > kMaxSignature) {
    return Defect::kTooLarge;
  }
  if (data.size() < kHead || !is_well_formed(data)) {
    return Defect::kSignature;
  }
  if (!is_for(asked.party, data)) {
    return Defect::kRelyingParty;
  }
  const auto state = state_of(data);
  if (std::holds_alternative<Defect>(state)) {
    return state;
  }
  const FidoAssertion answer{::fido_assert_new()};
  LK_CHECK(answer != nullptr);
  const auto& hash = asked.client_data_hash;
  if (::fido_assert_set_count(answer.get(), 1) != FIDO_OK ||
      ::fido_assert_set_clientdata_hash(answer.get(), data_of(hash), hash.size()) != FIDO_OK ||
      ::fido_assert_set_rp(answer.get(), asked.party.id().c_str()) != FIDO_OK ||
      ::fido_assert_set_up(answer.get(), FIDO_OPT_TRUE) != FIDO_OK ||
      ::fido_assert_set_uv(answer.get(), FIDO_OPT_TRUE) != FIDO_OK ||
      ::fido_assert_set_authdata_raw(answer.get(), 0, data_of(data), data.size()) != FIDO_OK ||
      ::fido_assert_set_sig(answer.get(), 0, data_of(assertion.signature),
                            assertion.signature.size()) != FIDO_OK) {
    return Defect::kSignature;
  }
  const auto good = is_signed(answer.get(), key);
  if (const auto* defect = std::get_if<Defect>(&good)) {
    return *defect;
  }
  return std::get<bool>(good) ? state : Checked<AuthenticatorState>{Defect::kSignature};
}

}  // namespace leadkeep::webauthn
