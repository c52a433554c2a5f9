#include <leadkeep/egress/allow_list.h>

#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::egress {
namespace {

Result<AllowList> parsed(const std::vector<std::string>& entries) {
  return AllowList::parse(entries);
}

Permits permits(const std::vector<std::string>& entries, const Destination& destination) {
  const auto list = parsed(entries);
  EXPECT_TRUE(list.ok());
  return list.ok() ? list.value().permits(destination) : Permits::kNo;
}

TEST(AllowList, PermitsExactlyItsEntries) {
  const std::vector<std::string> entries{"graph.facebook.com:443", "127.0.0.1:8080", "[::1]:8443",
                                         "localhost:65535"};
  EXPECT_EQ(permits(entries, {"graph.facebook.com", 443}), Permits::kYes);
  EXPECT_EQ(permits(entries, {"127.0.0.1", 8080}), Permits::kYes);
  EXPECT_EQ(permits(entries, {"::1", 8443}), Permits::kYes);
  EXPECT_EQ(permits(entries, {"localhost", 65535}), Permits::kYes);
  for (const Destination& other :
       {Destination{"graph.facebook.com", 80}, Destination{"facebook.com", 443},
        Destination{"x.graph.facebook.com", 443}, Destination{"Graph.facebook.com", 443},
        Destination{"graph.facebook.com.", 443},
        Destination{"graph.facebook.com.evil.example", 443}, Destination{"127.0.0.1", 443},
        Destination{"[::1]", 8443}, Destination{"0:0::1", 8443}, Destination{"", 443},
        Destination{"localhost", 0}}) {
    EXPECT_EQ(permits(entries, other), Permits::kNo) << other.host << ':' << other.port;
  }
  EXPECT_EQ(permits(entries, {std::string{"localhost\0", 10}, 65535}), Permits::kNo);
}

TEST(AllowList, PermitsNothingWhenEmpty) {
  EXPECT_EQ(AllowList{}.permits({"localhost", 80}), Permits::kNo);
  EXPECT_EQ(permits({}, {"localhost", 80}), Permits::kNo);
}

TEST(AllowList, RefusesEntriesThatAreNotAHostWithAPort) {
  for (const std::string entry :
       {"", ":", ":443", "host", "host:", "host:0", "host:65536", "host:+1", "host: 1", "host:1 ",
        " host:1", "host:443x", "host:18446744073709551617", "https://host:443", "host:443/",
        "host:1:2", "user@host:443"}) {
    EXPECT_FALSE(parsed({entry}).ok()) << entry;
  }
}

TEST(AllowList, RefusesHostsThatCouldMeanMoreThanOne) {
  for (const std::string entry : {"*:443",
                                  "*.facebook.com:443",
                                  "Graph.facebook.com:443",
                                  "graph.facebook.com.:443",
                                  ".facebook.com:443",
                                  "graph..com:443",
                                  "-a.com:443",
                                  "a-.com:443",
                                  "a_b.com:443",
                                  "gr\xC3\xA4ph.com:443",
                                  "::1:443",
                                  "[::1:443",
                                  "::1]:443",
                                  "[]:443",
                                  "[127.0.0.1]:443",
                                  "[0:0::1]:443",
                                  "[::FFFF]:443",
                                  "[fe80::1%eth0]:443",
                                  "127.1:443",
                                  "127.0.0.01:443",
                                  "2130706433:443",
                                  "0x7f.1:443",
                                  "256.0.0.1:443"}) {
    EXPECT_FALSE(parsed({entry}).ok()) << entry;
  }
  EXPECT_FALSE(parsed({std::string(64, 'a') + ".com:443"}).ok());
  EXPECT_TRUE(parsed({std::string(63, 'a') + ".com:443"}).ok());
  EXPECT_FALSE(parsed({std::string{"host\0:443", 9}}).ok());
}

TEST(AllowList, RefusesTheWholeListForOneBadEntryAndSaysWhich) {
  const auto list = parsed({"a.example:443", "b.example"});
  ASSERT_FALSE(list.ok());
  EXPECT_EQ(list.error().code, Errc::kInvalidInput);
  EXPECT_NE(list.error().detail.find("entry 2"), std::string::npos);
}

}  // namespace
}  // namespace leadkeep::egress
