// A response of an identity provider that an operator has caught, tried out without the daemon.
#pragma once
#include "company_sign_on.h"
#include "ctl/arguments.h"
#include "ctl/commands.h"

#include <memory>

namespace leadkeep::ctl {

struct ResponseTrial {
  std::unique_ptr<daemon::CompanySignOn> sign_on;
  const flow::SamlProvider* provider;  // of sign_on
  saml::ResponseJob job;               // as the daemon would give it to its reader

  // Refused where options, configuration or response cannot be read.
  [[nodiscard]] static Result<ResponseTrial> open(const Arguments& arguments);

  [[nodiscard]] Result<saml::Judgement> judge(const saml::ResponseJob& changed) const {
    return sign_on->reader().judge(changed);
  }
};

// saml test: every check with its verdict, and who it would be.
[[nodiscard]] ExitCode explain_response(const Arguments& arguments);
// saml selftest: attacks made of it, all of which have to be refused.
[[nodiscard]] ExitCode attack_response(const Arguments& arguments);

}  // namespace leadkeep::ctl
