#include "json/passkey_json.h"

#include <chrono>

namespace leadkeep::api {
namespace {

constexpr std::string_view kRelyingPartyName = "Leadkeep";
constexpr std::chrono::milliseconds kTimeout = webauthn::Challenges::kLife;

Result<Bytes> bytes_of(const Members& members, std::string_view name, json::Value object,
                       std::string_view member) {
  auto bytes = from_base64url(object[member].string().value_or("!"));
  if (!bytes) {
    return members.refuse(name);
  }
  return std::move(*bytes);
}

// The JSON that the authenticator has signed, which travels as base64url like everything else.
Result<std::string> client_data_of(const Members& members, std::string_view name,
                                   json::Value response) {
  LK_TRY(const Bytes bytes, bytes_of(members, name, response, "clientDataJSON"));
  return std::string{as_text(bytes)};
}

void write_credentials(json::Writer& writer, std::string_view name,
                       const std::vector<Bytes>& credentials) {
  writer.key(name).begin_array();
  for (const Bytes& id : credentials) {
    writer.begin_object().field("type", "public-key").field("id", to_base64url(id)).end_object();
  }
  writer.end_array();
}

}  // namespace

Result<webauthn::Assertion> parse_assertion(const Members& members, std::string_view name) {
  const json::Value credential = members[name];
  const json::Value response = credential["response"];
  webauthn::Assertion assertion;
  LK_TRY(assertion.credential_id, bytes_of(members, name, credential, "id"));
  LK_TRY(assertion.client_data_json, client_data_of(members, name, response));
  LK_TRY(assertion.authenticator_data, bytes_of(members, name, response, "authenticatorData"));
  LK_TRY(assertion.signature, bytes_of(members, name, response, "signature"));
  const json::Value handle = response["userHandle"];
  if (!handle.is_absent() && !handle.is_null()) {
    LK_TRY(assertion.user_handle, bytes_of(members, name, response, "userHandle"));
  }
  return assertion;
}

Result<webauthn::Registration> parse_registration(const Members& members, std::string_view name) {
  const json::Value response = members[name]["response"];
  webauthn::Registration registration;
  LK_TRY(registration.client_data_json, client_data_of(members, name, response));
  LK_TRY(registration.attestation_object, bytes_of(members, name, response, "attestationObject"));
  return registration;
}

std::string request_options(const identity::Passkeys::Question& question) {
  json::Writer writer;
  writer.begin_object()
      .field("challenge", to_base64url(question.challenge))
      .field("rpId", question.party)
      .field("timeout", kTimeout.count())
      .field("userVerification", "required");
  write_credentials(writer, "allowCredentials", question.credentials);
  writer.end_object();
  return std::move(writer).take();
}

std::string creation_options(const identity::Passkeys::Question& question,
                             const identity::Session& session) {
  json::Writer writer;
  writer.begin_object()
      .field("challenge", to_base64url(question.challenge))
      .key("rp")
      .begin_object()
      .field("id", question.party)
      .field("name", kRelyingPartyName)
      .end_object()
      .key("user")
      .begin_object()
      .field("id", to_base64url(session.agent().bytes()))
      .field("name", session.username())
      .field("displayName", session.display_name())
      .end_object()
      .key("pubKeyCredParams")
      .begin_array();
  for (const std::int32_t algorithm : webauthn::kAlgorithms) {
    writer.begin_object().field("type", "public-key").field("alg", algorithm).end_object();
  }
  writer.end_array()
      .field("timeout", kTimeout.count())
      .field("attestation", "none")
      .key("authenticatorSelection")
      .begin_object()
      .field("residentKey", "required")
      .field("requireResidentKey", true)
      .field("userVerification", "required")
      .end_object();
  write_credentials(writer, "excludeCredentials", question.credentials);
  writer.end_object();
  return std::move(writer).take();
}

}  // namespace leadkeep::api
