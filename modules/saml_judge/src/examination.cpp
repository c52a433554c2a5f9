#include "examination.h"

#include <algorithm>

namespace leadkeep::saml_judge {

bool Examination::holds(Check check, bool holds, std::string_view why) {
  if (!holds) {
    if (!m_refusal) {
      m_refusal = Refusal{check, std::string{why}};
    }
  } else if (std::ranges::find(m_held, check) == m_held.end()) {
    m_held.push_back(check);
  }
  return holds;
}

}  // namespace leadkeep::saml_judge
