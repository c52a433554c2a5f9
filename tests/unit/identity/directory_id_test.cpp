#include "directory/directory_id.h"

#include <gtest/gtest.h>

namespace leadkeep::identity {
namespace {

ldap::Entry with(const std::string& attribute, std::string value) {
  ldap::Entry entry{"uid=anna,dc=example,dc=test"};
  entry.add(attribute, std::move(value));
  return entry;
}

TEST(DirectoryIdOfAnEntry, IsTheUuidOfOpenLdap) {
  const auto id =
      id_of(DirectoryKind::kOpenLdap, with("entryUUID", "597ae2f6-16a6-1027-98f4-ABCDEF012345"));
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(filter_for(DirectoryKind::kOpenLdap, *id),
            "(entryUUID=597ae2f6\\2d16a6\\2d1027\\2d98f4\\2dabcdef012345)");
}

TEST(DirectoryIdOfAnEntry, IsTheGuidOfActiveDirectory) {
  const auto id = id_of(DirectoryKind::kActiveDirectory, with("objectGUID", "0123456789abcdef"));
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(filter_for(DirectoryKind::kActiveDirectory, *id), "(objectGUID=0123456789abcdef)");
}

TEST(DirectoryIdOfAnEntry, IsNothingForAnythingElse) {
  for (const char* text :
       {"", "597ae2f6", "597ae2f6-16a6-1027-98f4-abcdef01234",
        "597ae2f6-16a6-1027-98f4-abcdef0123456", "597ae2f6x16a6-1027-98f4-abcdef012345",
        "597ae2f6-16a6-1027-98f4-abcdef01234g"}) {
    EXPECT_EQ(id_of(DirectoryKind::kOpenLdap, with("entryUUID", text)), std::nullopt) << text;
  }
  EXPECT_EQ(id_of(DirectoryKind::kActiveDirectory, with("objectGUID", "0123456789abcde")),
            std::nullopt);
  EXPECT_EQ(id_of(DirectoryKind::kOpenLdap, ldap::Entry{"uid=anna"}), std::nullopt);
  ldap::Entry two = with("entryUUID", "597ae2f6-16a6-1027-98f4-abcdef012345");
  two.add("entryUUID", "597ae2f6-16a6-1027-98f4-abcdef012346");
  EXPECT_EQ(id_of(DirectoryKind::kOpenLdap, two), std::nullopt);
}

}  // namespace
}  // namespace leadkeep::identity
