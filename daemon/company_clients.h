// The company's clients: whose certificates are believed, and how one becomes a client.
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/clients/authority.h>
#include <leadkeep/clients/registry.h>
#include <leadkeep/config/settings.h>
#include <leadkeep/store/store.h>

#include <memory>
#include <optional>
#include <vector>

namespace leadkeep::daemon {

class CompanyClients {
 public:
  // Makes our own authority where there is none and the company has not one of its own. kInvalidInput
  // names the setting that cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<CompanyClients>> open(
      const config::Settings& settings, store::Store& store, const Clock& clock);

  [[nodiscard]] const clients::Registry& registry() const noexcept { return m_registry; }

  // nullptr: the company's issue the certificates.
  [[nodiscard]] const crypto::CertificateAuthority* authority() const noexcept {
    return m_authority ? &*m_authority : nullptr;
  }

  // DER, at least one.
  [[nodiscard]] const std::vector<Bytes>& believed() const noexcept { return m_believed; }

 private:
  explicit CompanyClients(clients::Registry::Approval approval) : m_registry{approval} {}

  clients::Registry m_registry;
  std::optional<crypto::CertificateAuthority> m_authority;
  std::vector<Bytes> m_believed;
};

}  // namespace leadkeep::daemon
