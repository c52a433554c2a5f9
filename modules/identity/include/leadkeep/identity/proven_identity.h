// leadkeep/identity/proven_identity.h — login path: an agent whose identity was proven just now
//
// Only a directory makes one: LocalDirectory now, the corporate directory and SAML later. Opening a
// session takes one, so a session without a proof does not compile.
#pragma once
#include <leadkeep/base/id.h>

namespace leadkeep::identity {

class ProvenIdentity {
 public:
  class Key {
    friend class LocalDirectory;
    Key() = default;
  };

  ProvenIdentity(Key, const AgentId& agent) noexcept : m_agent{agent} {}

  [[nodiscard]] const AgentId& agent() const noexcept { return m_agent; }

 private:
  AgentId m_agent;
};

}  // namespace leadkeep::identity
