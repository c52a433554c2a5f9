// The checks as they are made.
#pragma once
#include <leadkeep/saml/checks.h>

#include <optional>
#include <string_view>
#include <vector>

namespace leadkeep::saml_judge {

using saml::Check;
using saml::Refusal;

// Notes which checks held, and the first that did not.
class Examination {
 public:
  // Returns `holds`. `why` is a literal.
  bool holds(Check check, bool holds, std::string_view why);

  // In the order in which they first held.
  [[nodiscard]] const std::vector<Check>& held() const noexcept { return m_held; }

  [[nodiscard]] const std::optional<Refusal>& refusal() const noexcept { return m_refusal; }

 private:
  std::vector<Check> m_held;
  std::optional<Refusal> m_refusal;
};

}  // namespace leadkeep::saml_judge
