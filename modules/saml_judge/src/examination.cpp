#include "examination.h"

namespace leadkeep::saml_judge {

void Examination::note(Check check, bool holds, std::string_view why) {
  if (holds) {
    m_is_held.set(static_cast<std::size_t>(check));
    m_held.push_back(check);
  } else if (!m_refusal) {
    m_refusal = Refusal{check, std::string{why}};
  }
}

}  // namespace leadkeep::saml_judge
