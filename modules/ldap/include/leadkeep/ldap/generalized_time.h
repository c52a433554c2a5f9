// leadkeep/ldap/generalized_time.h — a time as directories write it
//
// Takes    the text of a value, "20261128093000Z"; minutes, seconds, a fraction and another zone
//          than UTC as the RFC has them
// Yields   nothing for anything else
// Threads  any
// Source   RFC 4517 section 3.3.13
#pragma once
#include <leadkeep/base/clock.h>

#include <optional>
#include <string_view>

namespace leadkeep::ldap {

[[nodiscard]] std::optional<Timestamp> parse_generalized_time(std::string_view text) noexcept;

}  // namespace leadkeep::ldap
