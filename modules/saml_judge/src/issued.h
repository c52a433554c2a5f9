// What Response, Assertion and the messages of a logout have in common: version, id, time and issuer.
#pragma once
#include "document.h"
#include "examination.h"

#include <leadkeep/base/clock.h>

#include <chrono>
#include <optional>
#include <string_view>

namespace leadkeep::saml_judge {

inline constexpr std::chrono::minutes kOldest{5};  // since it was issued, beside the skew

// Of an attribute; refused as A-06 where it is not in form. Nothing and no refusal where it is absent.
[[nodiscard]] std::optional<Timestamp> time_in(const Element& element, std::string_view attribute,
                                               Examination& examination);

[[nodiscard]] bool is_freshly_issued(const Element& element, Check check, Timestamp now,
                                     Examination& examination);

[[nodiscard]] bool is_issued_by(const Element& element, Check check, std::string_view entity_id,
                                Examination& examination);

}  // namespace leadkeep::saml_judge
