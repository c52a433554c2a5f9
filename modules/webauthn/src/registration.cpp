#include "authenticator_data.h"
#include "cbor.h"
#include "fido_bytes.h"
#include "signed_parts.h"

#include <leadkeep/base/check.h>
#include <leadkeep/webauthn/registration.h>

#include <optional>

namespace leadkeep::webauthn {
namespace {

constexpr std::size_t kMaxObject = 8 * 1024;     // bytes
constexpr std::size_t kIdLengthAt = kHead + 16;  // behind the AAGUID
constexpr std::size_t kIdAt = kIdLengthAt + 2;

// {"fmt": …, "attStmt": …, "authData": …}, in whichever order.
struct AttestationObject {
  std::string_view format;
  ByteView statement;  // a whole CBOR item
  ByteView data;
};

std::optional<AttestationObject> read(ByteView encoded) {
  CborReader reader{encoded};
  AttestationObject object;
  if (reader.map() != 3U) {
    return std::nullopt;
  }
  for (int i = 0; i < 3; ++i) {
    const auto key = reader.text();
    if (key == "fmt") {
      object.format = reader.text().value_or("");
    } else if (key == "attStmt") {
      object.statement = reader.any().value_or(ByteView{});
    } else if (key == "authData") {
      object.data = reader.bytes().value_or(ByteView{});
    } else {
      return std::nullopt;
    }
  }
  if (!reader.is_at_end() || object.format.empty() || object.statement.empty()) {
    return std::nullopt;
  }
  return object;
}

// The library is given nothing whose lengths do not fit.
bool is_well_formed(ByteView data) {
  if (data.size() < kIdAt) {
    return false;
  }
  const std::uint8_t flags = flags_of(data);
  const std::size_t id_length = read_be<std::uint16_t>(data.subspan(kIdLengthAt));
  if ((flags & kKeyIncluded) == 0 || id_length == 0 || id_length > kMaxCredentialId ||
      data.size() < kIdAt + id_length) {
    return false;
  }
  CborReader rest{data.subspan(kIdAt + id_length)};
  return rest.any() && ((flags & kExtensionsIncluded) == 0 || rest.any()) && rest.is_at_end();
}

// The library reads a key of the algorithm that it is told, so each is tried. Null for none.
FidoCredential read_data(ByteView data) {
  for (const std::int32_t algorithm : kAlgorithms) {
    FidoCredential credential{::fido_cred_new()};
    LK_CHECK(credential != nullptr);
    if (::fido_cred_set_type(credential.get(), algorithm) == FIDO_OK &&
        ::fido_cred_set_authdata_raw(credential.get(), data_of(data), data.size()) == FIDO_OK) {
      return credential;
    }
  }
  return nullptr;
}

std::optional<Defect> check_statement(fido_cred_t* credential, const AttestationObject& object,
                                      const SignedFor& asked) {
  if (object.format == "none") {
    constexpr std::byte kEmptyMap{0xa0};
    return object.statement.size() == 1 && object.statement.front() == kEmptyMap
               ? std::nullopt
               : std::optional{Defect::kAttestation};
  }
  const auto& hash = asked.client_data_hash;
  if (object.format != "packed" || ::fido_cred_set_fmt(credential, "packed") != FIDO_OK ||
      ::fido_cred_set_rp(credential, asked.party.id().c_str(), nullptr) != FIDO_OK ||
      ::fido_cred_set_clientdata_hash(credential, data_of(hash), hash.size()) != FIDO_OK ||
      ::fido_cred_set_attstmt(credential, data_of(object.statement), object.statement.size()) !=
          FIDO_OK ||
      ::fido_cred_x5c_ptr(credential) != nullptr) {
    return Defect::kAttestation;
  }
  return ::fido_cred_verify_self(credential) == FIDO_OK ? std::nullopt
                                                        : std::optional{Defect::kSignature};
}

Bytes copy_of(ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace

Checked<NewPasskey> verify_registration(const AnsweredChallenge& challenge,
                                        const Registration& registration) {
  return verify_attested({challenge.party(), challenge.client_data_hash()},
                         registration.attestation_object);
}

Checked<NewPasskey> verify_attested(const SignedFor& asked, ByteView attestation_object) {
  if (attestation_object.size() > kMaxObject) {
    return Defect::kTooLarge;
  }
  const auto object = read(attestation_object);
  if (!object || !is_well_formed(object->data)) {
    return Defect::kAttestation;
  }
  if (!is_for(asked.party, object->data)) {
    return Defect::kRelyingParty;
  }
  const FidoCredential credential = read_data(object->data);
  if (!credential) {
    return Defect::kKey;
  }
  const auto state = state_of(object->data);
  if (const auto* defect = std::get_if<Defect>(&state)) {
    return *defect;
  }
  if (const auto defect = check_statement(credential.get(), *object, asked)) {
    return *defect;
  }
  NewPasskey passkey;
  passkey.credential_id =
      copy_of(view_of(::fido_cred_id_ptr(credential.get()), ::fido_cred_id_len(credential.get())));
  passkey.key.algorithm = ::fido_cred_type(credential.get());
  passkey.key.value = copy_of(
      view_of(::fido_cred_pubkey_ptr(credential.get()), ::fido_cred_pubkey_len(credential.get())));
  passkey.state = std::get<AuthenticatorState>(state);
  return passkey;
}

}  // namespace leadkeep::webauthn
