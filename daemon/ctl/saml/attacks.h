// Attacks made of a response that is accepted: what somebody could do to it on its way, or who holds
// it could try elsewhere. None of them has a key of the identity provider.
#pragma once
#include <leadkeep/saml/wire.h>

#include <string>
#include <vector>

namespace leadkeep::ctl {

struct Attack {
  std::string name;  // what is done, in words
  saml::ResponseJob job;
};

// Without those that this response gives no occasion for: of one whose assertion is encrypted, what
// is inside cannot be changed.
[[nodiscard]] std::vector<Attack> attacks_on(const saml::ResponseJob& accepted);

}  // namespace leadkeep::ctl
