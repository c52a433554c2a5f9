// leadkeep/ldap/filter.h — search filters that a value cannot get out of
//
// Takes    a template of the operator's, and values of anybody's
// Yields   an RFC 4515 filter
// Refuses  nothing: every byte that is not a letter or a digit of ASCII is written as \xx, which
//          RFC 4515 section 3 allows for all of them
// Threads  any; pure
#pragma once
#include <leadkeep/base/bytes.h>

#include <string>
#include <string_view>

namespace leadkeep::ldap {

[[nodiscard]] std::string escape_filter_value(std::string_view value);
[[nodiscard]] std::string escape_filter_value(ByteView value);

// Puts the escaped value in place of every {user} of the template.
[[nodiscard]] std::string fill_filter(std::string_view filter_template, std::string_view user);

}  // namespace leadkeep::ldap
