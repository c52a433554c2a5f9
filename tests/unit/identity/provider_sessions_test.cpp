#include "sign_on/provider_sessions.h"

#include <gtest/gtest.h>

namespace leadkeep::identity {
namespace {

std::optional<ProviderSession> at(const char* entity, const char* index) {
  return ProviderSession{entity, {Pii<std::string>{"alice"}, "", "", ""}, index};
}

TEST(ProviderSessions, FollowAStepUpAtTheSameIdentityProviderOnly) {
  EXPECT_EQ(followed(at("one", "_1"), at("one", "_2")), at("one", "_2"));
  EXPECT_EQ(followed(at("one", "_1"), at("two", "_2")), at("one", "_1"));
  EXPECT_EQ(followed(at("one", "_1"), std::nullopt), at("one", "_1"));
  EXPECT_EQ(followed(std::nullopt, at("two", "_2")), at("two", "_2"));
  EXPECT_EQ(followed(std::nullopt, std::nullopt), std::nullopt);
}

TEST(ProviderSessions, AreMeantByTheirIdentityProviderTheirPersonAndTheirIndex) {
  const std::string entity = "one";
  const Pii<std::string> alice{"alice"};
  const auto meant = [&](const char* of, const char* name, const char* index,
                         const std::vector<std::string>& named) {
    records::ProviderSession there;
    there.set_entity_id(of);
    there.set_name_id(name);
    there.set_index(index);
    return is_meant(there, {entity, alice, named});
  };
  EXPECT_TRUE(meant("one", "alice", "_1", {}));
  EXPECT_TRUE(meant("one", "alice", "_1", {"_0", "_1"}));
  EXPECT_TRUE(meant("one", "alice", "", {"_1"})) << "it has named none at the log-in";
  EXPECT_FALSE(meant("one", "alice", "_1", {"_2"}));
  EXPECT_FALSE(meant("one", "Alice", "_1", {}));
  EXPECT_FALSE(meant("two", "alice", "_1", {}));
  EXPECT_FALSE(meant("", "", "", {}));
}

}  // namespace
}  // namespace leadkeep::identity
