// leadkeep/flow/admit_client.h — login path, program: is this an approved client?
//
//   a connection's certificate, or ──────── its key ─ the list of clients ─► ProvenClient
//   a proof that came with a request ┘
//
// Asked at every request, before anything of it is read but its head; so whoever is suspended is out
// with the next one. The answer to whoever is not approved is the same for every cause; the trail has
// the cause, and the client where there is one.
// Errors   kClientNotApproved
// Threads  any
#pragma once
#include <leadkeep/clients/registry.h>
#include <leadkeep/crypto/certificate_authority.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/refuse.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::flow {

// What a program shows to be known by: the certificate of a connection, looked at once, whose time is
// looked at again with each request; or a key by which a request was signed.
class ShownCredential {
 public:
  // Nothing: none was shown.
  ShownCredential() = default;
  explicit ShownCredential(const crypto::ClientCertificates::Judged& judged);
  [[nodiscard]] static ShownCredential of_proven_key(const clients::KeyHash& key);

  [[nodiscard]] bool is_there() const noexcept { return m_is_there; }

 private:
  friend class AdmitClient;

  bool m_is_there = false;
  crypto::ClientCertificates::Verdict m_verdict = crypto::ClientCertificates::Verdict::kForeign;
  clients::KeyHash m_key{};
  std::vector<std::string> m_uris;
  Timestamp m_from;
  Timestamp m_until;
};

class AdmitClient {
 public:
  AdmitClient(House& house, const clients::Registry& registry, Refuse& refuse) noexcept
      : m_house{house}, m_registry{registry}, m_refuse{refuse} {}

  [[nodiscard]] Result<clients::ProvenClient> admit(const ShownCredential& shown,
                                                    std::string_view source);
  // The same for a connection that was admitted before: leaves no trace.
  [[nodiscard]] Result<clients::ProvenClient> look_again(const ShownCredential& shown,
                                                         std::string_view source);

 private:
  [[nodiscard]] Result<clients::Registry::Verdict> judge(const ShownCredential& shown,
                                                         std::string_view source);

  House& m_house;
  const clients::Registry& m_registry;
  Refuse& m_refuse;
};

}  // namespace leadkeep::flow
