#include "bind_answer.h"

#include <array>
#include <utility>

#include <ldap.h>

namespace leadkeep::ldap {
namespace {

constexpr BindAnswer refused(std::string_view cause) {
  return {BindAnswer::Verdict::kRefused, cause};
}

// Codes of Active Directory, in the text of an answer with invalidCredentials.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kActiveDirectoryCauses{{
    {"525", "unknown_agent"},
    {"52e", "wrong_password"},
    {"530", "outside_logon_hours"},
    {"531", "workstation_not_allowed"},
    {"532", "password_expired"},
    {"533", "account_disabled"},
    {"701", "account_expired"},
    {"773", "must_change_password"},
    {"775", "account_locked"},
}};

std::string_view cause_in(std::string_view diagnostic) {
  constexpr std::string_view kMark = "data ";
  const std::size_t at = diagnostic.find(kMark);
  if (at == std::string_view::npos) {
    return "wrong_password";
  }
  const std::string_view code = diagnostic.substr(at + kMark.size());
  for (const auto& [text, cause] : kActiveDirectoryCauses) {
    if (code.starts_with(text)) {
      return cause;
    }
  }
  return "wrong_password";
}

std::optional<std::string_view> cause_of(PolicyError policy) {
  switch (policy) {
    case PolicyError::kNone:
      return std::nullopt;
    case PolicyError::kPasswordExpired:
      return "password_expired";
    case PolicyError::kAccountLocked:
      return "account_locked";
    case PolicyError::kMustChange:
      return "must_change_password";
  }
  return std::nullopt;
}

}  // namespace

Result<BindAnswer> read_bind_answer(int result_code, std::string_view diagnostic,
                                    PolicyError policy) {
  const auto cause = cause_of(policy);
  switch (result_code) {
    case LDAP_SUCCESS:
      // A password that must be changed opens nothing but its own change.
      return cause ? refused(*cause) : BindAnswer{BindAnswer::Verdict::kProven, {}};
    case LDAP_INVALID_CREDENTIALS:
      return refused(cause.value_or(cause_in(diagnostic)));
    case LDAP_NO_SUCH_OBJECT:
      return refused("unknown_agent");
    case LDAP_INAPPROPRIATE_AUTH:
    case LDAP_CONSTRAINT_VIOLATION:
    case LDAP_UNWILLING_TO_PERFORM:
      return refused(cause.value_or("refused_by_directory"));
    default:
      return fail(Errc::kUnavailable,
                  std::string{"directory: bind: "} + ::ldap_err2string(result_code));
  }
}

}  // namespace leadkeep::ldap
