// leadkeep/identity/proven_identity.h — login path: an agent whose identity was proven just now
//
// Only a proof makes one: LocalDirectory for the local list, DirectoryAgents for a person whom the
// company's directory has proven, FederatedAgents for one of an identity provider. An Admission takes
// one, and a session takes an Admission, so a session without a proof does not compile.
//
// A password is checked outside of any transaction and may be another by the time a session is
// opened: require_current() says whether the proof still counts.
#pragma once
#include <leadkeep/base/id.h>
#include <leadkeep/base/result.h>
#include <leadkeep/store/transaction.h>

#include <cstdint>

namespace leadkeep::identity {

class ProvenIdentity {
 public:
  class Key {
    friend class LocalDirectory;
    friend class DirectoryAgents;
    friend class FederatedAgents;
    Key() = default;
  };

  ProvenIdentity(Key, const AgentId& agent, std::uint64_t password_version = 0) noexcept
      : m_agent{agent}, m_password_version{password_version} {}

  [[nodiscard]] const AgentId& agent() const noexcept { return m_agent; }

  // kUnauthenticated if the password was changed since.
  [[nodiscard]] Result<void> require_current(store::ReadTxn& txn) const;

 private:
  AgentId m_agent;
  std::uint64_t m_password_version;  // 0 where there is none here
};

}  // namespace leadkeep::identity
