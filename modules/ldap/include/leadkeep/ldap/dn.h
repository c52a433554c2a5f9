// leadkeep/ldap/dn.h — distinguished names, compared
//
// Takes    a DN in any spelling of RFC 4514: spaces after commas, escapes, capital letters
// Yields   one spelling in small letters, or nothing for what is no DN. Two DNs that differ only in
//          the case of a value count as the same, as they do for the attributes that name people and
//          groups.
// Threads  any; pure
#pragma once
#include <optional>
#include <string>

namespace leadkeep::ldap {

[[nodiscard]] std::optional<std::string> canonical_dn(const std::string& dn);

}  // namespace leadkeep::ldap
