#include "acting.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/clients/authority.h>
#include <leadkeep/crypto/certificate_request.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/flow/enrol_client.h>

namespace leadkeep::flow {
namespace {

using clients::Registry;

Result<Bytes> key_of(std::string_view request) {
  auto key = crypto::read_certificate_request(request);
  return key ? Result<Bytes>{*std::move(key)}
             : fail(Errc::kInvalidInput, "client: no certificate request of a strong key");
}

// Nothing for the question whether the key was approved.
Result<void> append_enrolment(store::WriteTxn& txn, const Registry::EnrolmentOutcome& outcome,
                              Timestamp now) {
  audit::Entry entry = entry_by(std::nullopt, audit::Act::kClientEnrolled);
  if (const auto* taken = std::get_if<Registry::TokenTaken>(&outcome)) {
    entry.object = audit::object_of(taken->client);
    entry.outcome = audit::Outcome::kRefused;
    entry.reason = "token_in_two_hands";
    return audit::append(txn, entry, now);
  }
  const auto& enrolled = std::get<Registry::Enrolled>(outcome);
  entry.object = audit::object_of(enrolled.id);
  return enrolled.is_new ? audit::append(txn, entry, now) : Result<void>{};
}

}  // namespace

// The token first: whoever has none costs no signature.
Result<EnrolClient::Enrolled> EnrolClient::enrol(const SecretBytes& token,
                                                 std::string_view request) {
  const Timestamp now = m_house.clock.now();
  auto open = m_house.store.read(
      [&](store::ReadTxn& txn) { return m_registry.require_token(txn, token.expose(), now); });
  if (!open) {
    m_refuse.record_client({"no_enrolment_token"});
    return Fail{std::move(open).error()};
  }
  LK_TRY(const Bytes key, key_of(request));
  const clients::KeyHash hash = crypto::sha256({key});
  LK_TRY(const auto outcome,
         m_house.store.write([&](store::WriteTxn& txn) -> Result<Registry::EnrolmentOutcome> {
           LK_TRY(const auto taken, m_registry.enrol(txn, token.expose(), hash, now));
           LK_TRY_VOID(append_enrolment(txn, taken, now));
           return taken;
         }));
  if (const auto* stolen = std::get_if<Registry::TokenTaken>(&outcome)) {
    log_error("CLIENT_TOKEN_IN_TWO_HANDS", Field{"client", stolen->client});
    return fail(Errc::kUnauthenticated, "client: the token came with another key before");
  }
  const auto& enrolled = std::get<Registry::Enrolled>(outcome);
  return Enrolled{
      enrolled.id, hash, enrolled.is,
      enrolled.is == Registry::Enrolment::kApproved ? certify(enrolled.id, key) : std::nullopt};
}

Result<std::optional<EnrolClient::Certified>> EnrolClient::renew(
    const clients::ProvenClient& client, std::string_view request) {
  audit::Entry entry =
      entry_by(std::nullopt, audit::Act::kClientRenewed, audit::object_of(client.id()));
  entry.client = client.id();
  LK_TRY(const Bytes key, key_of(request));
  LK_TRY(const auto renewed, act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry&) {
           return m_registry.renew(txn, client, crypto::sha256({key}));
         }));
  if (renewed == Registry::Renewed::kNextKey) {
    log_warn("CLIENT_KEY_CHANGED", Field{"client", client.id()});
  }
  return certify(client.id(), key);
}

std::optional<EnrolClient::Certified> EnrolClient::certify(const ClientId& id,
                                                           ByteView public_key) const {
  if (m_authority == nullptr) {
    return std::nullopt;
  }
  const Bytes certificate = clients::certificate_for(*m_authority, id, public_key,
                                                     m_certificate_life, m_house.clock.now());
  return Certified{crypto::certificate_to_pem(certificate),
                   crypto::key_of_certificate(certificate)->certificate_ends};
}

}  // namespace leadkeep::flow
