// The checks as they are made.
#pragma once
#include <leadkeep/saml/checks.h>

#include <bitset>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace leadkeep::saml_judge {

using saml::Check;
using saml::Refusal;

// Notes which checks held, and the first that did not.
class Examination {
 public:
  // Returns `holds`. `why` is a literal. Asked of every node of a message, so that the usual answer is
  // quick.
  bool holds(Check check, bool holds, std::string_view why) {
    if (!holds || !m_is_held.test(static_cast<std::size_t>(check))) {
      note(check, holds, why);
    }
    return holds;
  }

  // In the order in which they first held.
  [[nodiscard]] const std::vector<Check>& held() const noexcept { return m_held; }

  [[nodiscard]] const std::optional<Refusal>& refusal() const noexcept { return m_refusal; }

 private:
  void note(Check check, bool holds, std::string_view why);

  std::bitset<64> m_is_held;
  std::vector<Check> m_held;
  std::optional<Refusal> m_refusal;
};

}  // namespace leadkeep::saml_judge
