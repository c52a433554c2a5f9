// leadkeep/flow/by.h — who acts: the holder of a permit, or the operator on the host
#pragma once
#include <leadkeep/identity/permit.h>

#include <optional>

namespace leadkeep::flow {

template <identity::Action A>
class By {
 public:
  By(const identity::Permit<A>& permit) : m_actor{permit.actor()} {}

  [[nodiscard]] static By operator_of_the_host() { return By{}; }

  // Nothing: the operator.
  [[nodiscard]] const std::optional<identity::Actor>& actor() const noexcept { return m_actor; }

 private:
  By() = default;

  std::optional<identity::Actor> m_actor;
};

}  // namespace leadkeep::flow
