// leadkeep/identity/admission.h — log-in path: a proven agent whose second factor was looked at
//
// SecondFactors makes one, Passkeys, RecognisedDevices and EmailCodes do, and BreakGlass for its own
// agent.
// Opening a session takes one, so a session for which nobody decided about the second factor does
// not compile.
#pragma once
#include <leadkeep/base/id.h>
#include <leadkeep/identity/assurance.h>

namespace leadkeep::identity {

class Admission {
 public:
  class Key {
    friend class BreakGlass;
    friend class EmailCodes;
    friend class Passkeys;
    friend class RecognisedDevices;
    friend class SecondFactors;
    Key() = default;
  };

  Admission(Key, const AgentId& agent, Assurance assurance) noexcept
      : m_agent{agent}, m_assurance{assurance} {}

  [[nodiscard]] const AgentId& agent() const noexcept { return m_agent; }

  [[nodiscard]] Assurance assurance() const noexcept { return m_assurance; }

 private:
  AgentId m_agent;
  Assurance m_assurance;
};

}  // namespace leadkeep::identity
