// http/page.h — the few pages that a person sees: on the way to and from an identity provider, and of
// what an answer says of a problem
//
// What goes into a page is escaped. A page may run the one script that is named by its hash, or none.
// Source   W3C Content Security Policy Level 3; SAML 2.0 bindings section 3.5.4
#pragma once
#include "http/response.h"

#include <leadkeep/base/result.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leadkeep::api::http {

// Posts the fields to `action` by itself, or where scripts are off by a button.
[[nodiscard]] Response form_page(std::string_view action,
                                 const std::vector<std::pair<std::string, std::string>>& fields);

enum class Attempt : std::uint8_t { kSignIn, kSignOut };

// Says that it did not work, never why, and what to do next; `reference` finds it in the log.
[[nodiscard]] Response refusal_page(Attempt attempt, Errc code, std::string_view home,
                                    std::string_view reference);

// What its code means and what to do: where the type of a problem leads.
[[nodiscard]] Response problem_page(Errc code);

}  // namespace leadkeep::api::http
