#include "directory/account_standing.h"

#include <leadkeep/base/text.h>
#include <leadkeep/ldap/generalized_time.h>

#include <charconv>
#include <limits>

namespace leadkeep::identity {
namespace {

// Bits of userAccountControl and msDS-User-Account-Control-Computed, MS-ADTS 2.2.16.
constexpr std::int64_t kAccountDisabled = 0x2;
constexpr std::int64_t kLockedOut = 0x10;
constexpr std::int64_t kPasswordNotRequired = 0x20;
constexpr std::int64_t kPasswordExpired = 0x80'0000;

// FILETIME: steps of 100 ns since 1601-01-01.
constexpr std::int64_t kStepsPerMillisecond = 10'000;
constexpr std::int64_t kMillisecondsTo1970 = 11'644'473'600'000;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

std::optional<std::int64_t> number_of(const ldap::Entry& entry, std::string_view attribute) {
  const auto text = entry.one(attribute);
  std::int64_t value = 0;
  if (!text) {
    return std::nullopt;
  }
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  return error == std::errc{} && end == text->data() + text->size() ? std::optional{value}
                                                                    : std::nullopt;
}

bool is_over(std::int64_t account_expires, Timestamp now) {
  return account_expires != 0 && account_expires != kNever &&
         account_expires / kStepsPerMillisecond - kMillisecondsTo1970 <= now.ms;
}

Standing active_directory_standing(const ldap::Entry& entry, Timestamp now) {
  const auto control = number_of(entry, "userAccountControl");
  const auto computed = number_of(entry, "msDS-User-Account-Control-Computed");
  const auto expires = number_of(entry, "accountExpires");
  const auto password_set = number_of(entry, "pwdLastSet");
  if (!control || !computed || (*control & kAccountDisabled) != 0) {
    return Standing::kDisabled;
  }
  if (!expires || is_over(*expires, now)) {
    return Standing::kExpired;
  }
  if ((*control & kPasswordNotRequired) != 0) {
    return Standing::kWithoutPassword;
  }
  if ((*computed & kLockedOut) != 0) {
    return Standing::kLocked;
  }
  if (!password_set || *password_set == 0) {
    return Standing::kMustChangePassword;
  }
  return (*computed & kPasswordExpired) != 0 ? Standing::kPasswordExpired : Standing::kActive;
}

bool is_true(const ldap::Entry& entry, std::string_view attribute) {
  const auto text = entry.one(attribute);
  return text && to_lower_ascii(*text) == "true";
}

// A time that cannot be read lets nobody in.
bool is_in_its_time(const ldap::Entry& entry, Timestamp now) {
  if (const auto text = entry.one("pwdStartTime")) {
    const auto begin = ldap::parse_generalized_time(*text);
    if (!begin || now < *begin) {
      return false;
    }
  }
  if (const auto text = entry.one("pwdEndTime")) {
    const auto end = ldap::parse_generalized_time(*text);
    if (!end || *end <= now) {
      return false;
    }
  }
  return true;
}

// slapo-ppolicy: an account that was locked for good has the oldest time there is.
Standing open_ldap_standing(const ldap::Entry& entry, Timestamp now) {
  constexpr std::string_view kForGood = "000001010000Z";
  const auto locked = entry.one("pwdAccountLockedTime");
  if (is_true(entry, "nsAccountLock") || locked == kForGood) {
    return Standing::kDisabled;
  }
  if (!is_in_its_time(entry, now)) {
    return Standing::kExpired;
  }
  if (locked) {
    return Standing::kLocked;
  }
  return is_true(entry, "pwdReset") ? Standing::kMustChangePassword : Standing::kActive;
}

}  // namespace

const std::vector<std::string>& standing_attributes(DirectoryKind kind) {
  static const std::vector<std::string> active_directory{
      "userAccountControl", "msDS-User-Account-Control-Computed", "accountExpires", "pwdLastSet"};
  static const std::vector<std::string> open_ldap{"pwdAccountLockedTime", "pwdReset",
                                                  "pwdStartTime", "pwdEndTime", "nsAccountLock"};
  return kind == DirectoryKind::kActiveDirectory ? active_directory : open_ldap;
}

Standing standing_of(DirectoryKind kind, const ldap::Entry& entry, Timestamp now) {
  return kind == DirectoryKind::kActiveDirectory ? active_directory_standing(entry, now)
                                                 : open_ldap_standing(entry, now);
}

}  // namespace leadkeep::identity
