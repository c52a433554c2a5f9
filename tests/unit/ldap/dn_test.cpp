#include <leadkeep/ldap/dn.h>

#include <gtest/gtest.h>

namespace leadkeep::ldap {
namespace {

TEST(CanonicalDn, IsTheSameForEverySpelling) {
  const auto expected = canonical_dn("cn=agents,ou=groups,dc=example,dc=test");
  ASSERT_TRUE(expected.has_value());
  EXPECT_EQ(canonical_dn("CN=Agents, OU=Groups, DC=example, DC=test"), expected);
  EXPECT_EQ(canonical_dn("cn=\\61gents,ou=groups,dc=example,dc=test"), expected);
}

TEST(CanonicalDn, KeepsNamesThatDifferApart) {
  EXPECT_NE(canonical_dn("cn=a\\,b,dc=test"), canonical_dn("cn=a,cn=b,dc=test"));
  EXPECT_NE(canonical_dn("cn=a,dc=test"), canonical_dn("cn=a ,cn=dc,dc=test"));
}

TEST(CanonicalDn, IsNothingForWhatIsNoName) {
  for (const char* text : {"", "agents", "=x", "cn=a,,dc=test", "cn=a,dc", "cn=\"a"}) {
    EXPECT_EQ(canonical_dn(text), std::nullopt) << text;
  }
}

TEST(CanonicalDn, IsNothingForANameWithANulInIt) {
  using namespace std::string_literals;
  EXPECT_EQ(canonical_dn("cn=agents,dc=test\0,dc=other"s), std::nullopt);
  EXPECT_EQ(canonical_dn("\0cn=agents,dc=test"s), std::nullopt);
}

}  // namespace
}  // namespace leadkeep::ldap
