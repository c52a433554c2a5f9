// xs:dateTime as SAML writes it (core section 1.3.3): UTC.
#pragma once
#include <leadkeep/base/clock.h>

#include <optional>
#include <string_view>

namespace leadkeep::saml_judge {

// Whole milliseconds; what is finer is cut off. Nothing for another zone than Z, for more than nine
// digits of a second, for a leap second, and for a day or hour that no calendar has.
[[nodiscard]] std::optional<Timestamp> parse_date_time(std::string_view text) noexcept;

}  // namespace leadkeep::saml_judge
