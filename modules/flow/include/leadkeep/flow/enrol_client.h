// leadkeep/flow/enrol_client.h — login path, program: how a client gets its certificate
//
//   token and request ─► its key waits ─ (somebody approves) ─ the same again ─► certificate
//   an approved client and a request ─► another certificate, for the same key or its next one
//
// The request is a PKCS #10 one, so whoever sends it has the private key. Where the company has an
// authority of its own, that one issues the certificates, and here keys are enrolled only.
// Errors   kUnauthenticated  the token, as clients/registry.h says
//          kInvalidInput     no request that its own key has signed, or a weak key
//          kConflict         the key of another client; a client that was suspended meanwhile
// Threads  any
#pragma once
#include <leadkeep/clients/registry.h>
#include <leadkeep/crypto/certificate_authority.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/refuse.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::flow {

class EnrolClient {
 public:
  // `authority` is nullptr where the company has its own.
  EnrolClient(House& house, const clients::Registry& registry,
              const crypto::CertificateAuthority* authority, std::chrono::hours certificate_life,
              Refuse& refuse) noexcept
      : m_house{house},
        m_registry{registry},
        m_authority{authority},
        m_certificate_life{certificate_life},
        m_refuse{refuse} {}

  struct Certified {
    std::string certificate;  // PEM
    Timestamp until;
  };

  struct Enrolled {
    ClientId id;
    clients::KeyHash fingerprint;  // for whoever approves it to compare
    clients::Registry::Enrolment is;
    std::optional<Certified> certified;  // once it is approved, if we issue any
  };

  [[nodiscard]] Result<Enrolled> enrol(const SecretBytes& token, std::string_view request);
  // nothing: we issue none, and the key is its next one now.
  [[nodiscard]] Result<std::optional<Certified>> renew(const clients::ProvenClient& client,
                                                       std::string_view request);

 private:
  [[nodiscard]] std::optional<Certified> certify(const ClientId& id, ByteView public_key) const;

  House& m_house;
  const clients::Registry& m_registry;
  const crypto::CertificateAuthority* m_authority;
  std::chrono::hours m_certificate_life;
  Refuse& m_refuse;
};

}  // namespace leadkeep::flow
