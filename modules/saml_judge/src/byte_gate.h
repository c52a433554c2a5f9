// Before any XML parser: checks B-01 to B-03.
#pragma once
#include "examination.h"

#include <string_view>

namespace leadkeep::saml_judge {

[[nodiscard]] bool passes_byte_gate(std::string_view xml, Examination& examination);

}  // namespace leadkeep::saml_judge
