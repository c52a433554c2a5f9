#include <leadkeep/base/network.h>

#include <gtest/gtest.h>

namespace leadkeep {
namespace {

bool has(std::string_view network, std::string_view address) {
  const auto parsed = Network::parse(network);
  EXPECT_TRUE(parsed.has_value()) << network;
  return parsed && parsed->contains(address);
}

TEST(Network, HoldsTheAddressesOfItsPrefix) {
  EXPECT_TRUE(has("10.1.0.0/16", "10.1.255.255"));
  EXPECT_FALSE(has("10.1.0.0/16", "10.2.0.0"));
  EXPECT_TRUE(has("10.1.2.128/25", "10.1.2.128"));
  EXPECT_FALSE(has("10.1.2.128/25", "10.1.2.127"));
  EXPECT_TRUE(has("0.0.0.0/0", "203.0.113.9"));
  EXPECT_TRUE(has("fd00:12::/32", "fd00:12:ffff::1"));
  EXPECT_FALSE(has("fd00:12::/32", "fd00:13::1"));
}

TEST(Network, IsOneAddressWithoutAPrefix) {
  EXPECT_TRUE(has("10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(has("10.1.2.3", "10.1.2.4"));
  EXPECT_EQ(Network::parse("10.1.2.3")->text(), "10.1.2.3/32");
}

TEST(Network, KnowsAnAddressOfIpv4InsideOfIpv6) {
  EXPECT_TRUE(has("10.1.0.0/16", "::ffff:10.1.2.3"));
  EXPECT_FALSE(has("0.0.0.0/0", "fd00::1"));
}

TEST(Network, LooksAtNoZone) {
  EXPECT_TRUE(has("fe80::/10", "fe80::1%eth0"));
}

TEST(Network, HoldsNothingThatIsNoAddress) {
  EXPECT_FALSE(has("0.0.0.0/0", ""));
  EXPECT_FALSE(has("0.0.0.0/0", "10.1.2"));
  EXPECT_FALSE(has("::/0", "localhost"));
}

TEST(Network, IsReadAsItIsWritten) {
  for (const auto* text : {"10.1.0.0/16", "0.0.0.0/0", "fd00:12::/32", "::1/128"}) {
    const auto network = Network::parse(text);
    ASSERT_TRUE(network) << text;
    EXPECT_EQ(network->text(), text);
  }
}

TEST(Network, IsNoTextThatSaysTwoThings) {
  for (const auto* text :
       {"", "/", "10.1.0.0/33", "10.1.0.1/16", "10.1.0.0/-1", "10.1.0.0/016x", "10.1.0.0/",
        "fd00::/129", "fd00::1/64", "10.1.0.0 /16", "example.com"}) {
    EXPECT_FALSE(Network::parse(text)) << text;
  }
}

}  // namespace
}  // namespace leadkeep
