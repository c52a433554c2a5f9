// The one NameID of a Subject or of a LogoutRequest.
#pragma once
#include "document.h"
#include "examination.h"

#include <leadkeep/saml/response.h>

#include <optional>

namespace leadkeep::saml_judge {

inline constexpr std::size_t kLongestSessionIndex = 1024;

// Refused as `check` where it is not exactly one plain name.
[[nodiscard]] std::optional<saml::NameId> name_id_in(const Element& parent, Check check,
                                                     Examination& examination);

}  // namespace leadkeep::saml_judge
