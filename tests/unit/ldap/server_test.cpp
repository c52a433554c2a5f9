#include <leadkeep/ldap/server.h>

#include <gtest/gtest.h>

namespace leadkeep::ldap {
namespace {

TEST(Server, TakesThePortOfItsSchemeUnlessOneIsGiven) {
  const auto tls = Server::parse("ldaps://dc1.example.com");
  ASSERT_TRUE(tls.ok());
  EXPECT_EQ(tls.value(), (Server{{"dc1.example.com", 636}, Protection::kTls}));
  EXPECT_EQ(tls.value().url(), "ldaps://dc1.example.com:636");
  const auto start_tls = Server::parse("ldap://10.0.0.5");
  ASSERT_TRUE(start_tls.ok());
  EXPECT_EQ(start_tls.value(), (Server{{"10.0.0.5", 389}, Protection::kStartTls}));
  const auto catalog = Server::parse("ldaps://[::1]:3269");
  ASSERT_TRUE(catalog.ok());
  EXPECT_EQ(catalog.value().url(), "ldaps://[::1]:3269");
  EXPECT_EQ(Server::parse("ldaps://[::1]").value().destination.port, 636);
}

TEST(Server, RefusesEverythingElse) {
  for (const char* url : {"", "dc1.example.com", "ldapi:///", "http://dc1", "ldaps://",
                          "ldaps://DC1", "ldaps://dc1/", "ldaps://dc1:0", "ldaps://dc1:65536",
                          "ldaps://dc1:", "ldaps://anna@dc1", "ldaps://dc1?base", "ldaps://*"}) {
    const auto server = Server::parse(url);
    ASSERT_FALSE(server.ok()) << url;
    EXPECT_EQ(server.error().code, Errc::kInvalidInput) << url;
  }
}

}  // namespace
}  // namespace leadkeep::ldap
