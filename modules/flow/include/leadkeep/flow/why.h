// leadkeep/flow/why.h — what somebody does something for, as it stands on the trail
#pragma once
#include <optional>
#include <string>

namespace leadkeep::flow {

// Whoever reads the trail must not learn whom it is about, so neither can be a number of anybody.
struct Why {
  std::string code;  // 1 to 40 of a-z and _
  std::optional<std::string>
      case_reference;  // of the company's own: 1 to 40 letters, digits and - _ . /,
                       // with at most 7 digits
};

}  // namespace leadkeep::flow
