#include <leadkeep/base/text.h>
#include <leadkeep/ldap/dn.h>

#include <memory>

#include <ldap.h>

namespace leadkeep::ldap {

std::optional<std::string> canonical_dn(const std::string& dn) {
  LDAPDN parsed = nullptr;
  if (dn.empty() || dn.find('\0') != std::string::npos ||  // what is behind it would not be read
      ::ldap_str2dn(dn.c_str(), &parsed, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS) {
    return std::nullopt;
  }
  char* text = nullptr;
  const int rc = ::ldap_dn2str(parsed, &text, LDAP_DN_FORMAT_LDAPV3);
  ::ldap_dnfree(parsed);
  if (rc != LDAP_SUCCESS || text == nullptr) {
    return std::nullopt;
  }
  std::string out = to_lower_ascii(text);
  ::ldap_memfree(text);
  return out;
}

}  // namespace leadkeep::ldap
