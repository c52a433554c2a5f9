#include <leadkeep/saml/checks.h>

#include <set>

#include <gtest/gtest.h>

namespace leadkeep::saml {
namespace {

TEST(Checks, HaveOneIdEachByWhichTheyAreFound) {
  std::set<std::string_view> ids;
  for (const Check check : checks_of_response()) {
    EXPECT_TRUE(ids.insert(id_of(check)).second) << id_of(check);
    EXPECT_EQ(check_of(id_of(check)), check);
    EXPECT_FALSE(meaning_of(check).empty());
  }
  EXPECT_EQ(id_of(Check::kS04), "S-04");
  for (const Check check : {Check::kL02, Check::kL03, Check::kL04}) {
    EXPECT_FALSE(ids.contains(id_of(check))) << "of a logout, not of a response";
    EXPECT_EQ(check_of(id_of(check)), check);
    EXPECT_FALSE(meaning_of(check).empty());
  }
}

TEST(Checks, AreNotFoundByAnythingElse) {
  for (const std::string_view id : {"", "S", "S-4", "s-04", "S-04 ", "Z-01"}) {
    EXPECT_FALSE(check_of(id).has_value()) << id;
  }
}

}  // namespace
}  // namespace leadkeep::saml
