// What a response of an identity provider costs: in the process of its own that reads it, beside the
// same work without that process.
#pragma once
#include "figures.h"

namespace leadkeep::bench {

// Milliseconds for one whose response and assertion are signed, and lets its person in.
[[nodiscard]] Figure saml_response(const std::string& name, const Effort& effort);

// Milliseconds for the attack that costs most, of all that tests/saml has.
[[nodiscard]] Figure saml_attack(const std::string& name, const Effort& effort);

}  // namespace leadkeep::bench
