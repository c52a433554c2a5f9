// leadkeep/saml_judge/logout.h — what does a logout message say?
//
// Takes    XML that the identity provider has signed as a whole, in the query that it came in
// Yields   LogoutJudgement; whether it was said before is for the caller, who has the rows
// Refuses  by the checks of saml/checks.h: bytes and tree as for a response, then L-03 or L-04
// Source   SAML 2.0 core section 3.7, profiles section 4.4
// Threads  any; stateless
//
// A parser of foreign XML runs here: see judge.h for where it may.
#pragma once
#include <leadkeep/saml/logout.h>
#include <leadkeep/saml/wire.h>

namespace leadkeep::saml_judge {

[[nodiscard]] saml::LogoutJudgement judge_logout(const saml::LogoutJob& job);

}  // namespace leadkeep::saml_judge
