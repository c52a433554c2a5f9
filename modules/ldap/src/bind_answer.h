// What the server meant by its answer to a bind.
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/ldap/connection.h>

#include <optional>
#include <string_view>

namespace leadkeep::ldap {

// Of the control that answers a request for the password policy.
enum class PolicyError { kNone, kPasswordExpired, kAccountLocked, kMustChange };

// `diagnostic` is the server's text, where Active Directory hides its code: "… data 52e, v1db1".
[[nodiscard]] Result<BindAnswer> read_bind_answer(int result_code, std::string_view diagnostic,
                                                  PolicyError policy);

}  // namespace leadkeep::ldap
