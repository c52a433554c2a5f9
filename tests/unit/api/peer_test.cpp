#include "http/peer.h"

#include <gtest/gtest.h>

namespace leadkeep::api::http {
namespace {

TEST(PlaceOf, TakesLoopbackPrivateAndLinkLocalAddressesForLocal) {
  for (const char* address : {"127.0.0.1", "127.255.255.255", "10.0.0.1", "172.16.0.1",
                              "172.31.255.255", "192.168.1.1", "169.254.1.1", "::1", "fc00::1",
                              "fdff::1", "fe80::1", "fe80::1%eth0", "febf::1", "::ffff:10.0.0.1"}) {
    EXPECT_EQ(place_of(address), NetworkPlace::kLocal) << address;
  }
}

TEST(PlaceOf, TakesEverythingElseForElsewhere) {
  for (const char* address : {"",
                              "localhost",
                              "8.8.8.8",
                              "172.15.255.255",
                              "172.32.0.0",
                              "192.167.1.1",
                              "192.169.1.1",
                              "11.0.0.1",
                              "128.0.0.1",
                              "169.253.1.1",
                              "::",
                              "::2",
                              "2001:db8::1",
                              "fec0::1",
                              "fe00::1",
                              "::ffff:8.8.8.8",
                              "::10.0.0.1",
                              "10.0.0.1 ",
                              "010.0.0.1",
                              "10.1",
                              "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc"}) {
    EXPECT_EQ(place_of(address), NetworkPlace::kElsewhere) << address;
  }
}

}  // namespace
}  // namespace leadkeep::api::http
