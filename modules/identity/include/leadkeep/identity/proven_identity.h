// leadkeep/identity/proven_identity.h — login path: an agent whose identity was proven just now
//
// Only a proof makes one: LocalDirectory for the local list, DirectoryAgents for a person whom the
// company's directory has proven. An Admission takes one, and a session takes an Admission, so a
// session without a proof does not compile.
#pragma once
#include <leadkeep/base/id.h>

namespace leadkeep::identity {

class ProvenIdentity {
 public:
  class Key {
    friend class LocalDirectory;
    friend class DirectoryAgents;
    Key() = default;
  };

  ProvenIdentity(Key, const AgentId& agent) noexcept : m_agent{agent} {}

  [[nodiscard]] const AgentId& agent() const noexcept { return m_agent; }

 private:
  AgentId m_agent;
};

}  // namespace leadkeep::identity
