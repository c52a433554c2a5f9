#include "directory/account_standing.h"

#include <gtest/gtest.h>

namespace leadkeep::identity {
namespace {

constexpr Timestamp kNow{1'780'000'000'000};
constexpr const char* kNever = "9223372036854775807";

struct ActiveDirectoryAccount {
  std::string control = "512";
  std::string computed = "0";
  std::string expires = kNever;
  std::string password_set = "133000000000000000";

  [[nodiscard]] Standing standing() const {
    ldap::Entry entry{"CN=Anna Blum,DC=ad,DC=test"};
    entry.add("useraccountcontrol", control);
    entry.add("msDS-User-Account-Control-Computed", computed);
    entry.add("accountExpires", expires);
    entry.add("pwdLastSet", password_set);
    return standing_of(DirectoryKind::kActiveDirectory, entry, kNow);
  }
};

Standing open_ldap(std::initializer_list<std::pair<const char*, const char*>> attributes) {
  ldap::Entry entry{"uid=anna,dc=example,dc=test"};
  for (const auto& [name, value] : attributes) {
    entry.add(name, value);
  }
  return standing_of(DirectoryKind::kOpenLdap, entry, kNow);
}

// FILETIME of so many milliseconds after kNow.
std::string filetime(std::int64_t after_ms) {
  return std::to_string((kNow.ms + after_ms + 11'644'473'600'000) * 10'000);
}

TEST(AccountStanding, OfActiveDirectoryIsReadFromItsBits) {
  EXPECT_EQ(ActiveDirectoryAccount{}.standing(), Standing::kActive);
  EXPECT_EQ(ActiveDirectoryAccount{.control = "514"}.standing(), Standing::kDisabled);
  EXPECT_EQ(ActiveDirectoryAccount{.control = "544"}.standing(), Standing::kWithoutPassword);
  EXPECT_EQ(ActiveDirectoryAccount{.computed = "16"}.standing(), Standing::kLocked);
  EXPECT_EQ(ActiveDirectoryAccount{.computed = "8388608"}.standing(), Standing::kPasswordExpired);
  EXPECT_EQ(ActiveDirectoryAccount{.password_set = "0"}.standing(), Standing::kMustChangePassword);
}

TEST(AccountStanding, OfActiveDirectoryEndsWithTheAccount) {
  EXPECT_EQ(ActiveDirectoryAccount{.expires = "0"}.standing(), Standing::kActive);
  EXPECT_EQ(ActiveDirectoryAccount{.expires = filetime(1)}.standing(), Standing::kActive);
  EXPECT_EQ(ActiveDirectoryAccount{.expires = filetime(0)}.standing(), Standing::kExpired);
  EXPECT_EQ(ActiveDirectoryAccount{.expires = "1"}.standing(), Standing::kExpired);
}

TEST(AccountStanding, OfActiveDirectoryFailsClosed) {
  EXPECT_EQ(ActiveDirectoryAccount{.control = "x"}.standing(), Standing::kDisabled);
  EXPECT_EQ(ActiveDirectoryAccount{.computed = ""}.standing(), Standing::kDisabled);
  EXPECT_EQ(ActiveDirectoryAccount{.expires = "soon"}.standing(), Standing::kExpired);
  EXPECT_EQ(ActiveDirectoryAccount{.password_set = ""}.standing(), Standing::kMustChangePassword);
  EXPECT_EQ(standing_of(DirectoryKind::kActiveDirectory, ldap::Entry{"CN=x"}, kNow),
            Standing::kDisabled);
}

TEST(AccountStanding, OfOpenLdapIsReadFromThePasswordPolicy) {
  EXPECT_EQ(open_ldap({}), Standing::kActive);
  EXPECT_EQ(open_ldap({{"pwdAccountLockedTime", "20260101000000Z"}}), Standing::kLocked);
  EXPECT_EQ(open_ldap({{"pwdAccountLockedTime", "000001010000Z"}}), Standing::kDisabled);
  EXPECT_EQ(open_ldap({{"nsAccountLock", "TRUE"}}), Standing::kDisabled);
  EXPECT_EQ(open_ldap({{"pwdReset", "TRUE"}}), Standing::kMustChangePassword);
  EXPECT_EQ(open_ldap({{"pwdReset", "FALSE"}}), Standing::kActive);
}

TEST(AccountStanding, OfOpenLdapIsExpiredOutsideOfItsTime) {
  EXPECT_EQ(open_ldap({{"pwdEndTime", "20260528202639Z"}}), Standing::kExpired);
  EXPECT_EQ(open_ldap({{"pwdEndTime", "20260528202641Z"}}), Standing::kActive);
  EXPECT_EQ(open_ldap({{"pwdStartTime", "20260528202641Z"}}), Standing::kExpired);
  EXPECT_EQ(open_ldap({{"pwdStartTime", "20260528202639Z"}}), Standing::kActive);
  EXPECT_EQ(open_ldap({{"pwdEndTime", "some day"}}), Standing::kExpired);
  EXPECT_EQ(
      open_ldap({{"pwdEndTime", "20260101000000Z"}, {"pwdAccountLockedTime", "20260101000000Z"}}),
      Standing::kExpired);
}

}  // namespace
}  // namespace leadkeep::identity
