// What leaves this host is in tests/functional/oidc_log_in.py, with a real server behind it.
#include <leadkeep/transfer/https_client.h>

#include <string>

#include <gtest/gtest.h>

namespace leadkeep::transfer {
namespace {

using Text = std::string;

TEST(HttpsClient, SpeaksToHostsThatAnAddressNamesInOneWay) {
  const auto text_of = [](const Text& url) {
    const auto destination = HttpsClient::destination_of(url);
    return destination ? destination.value().text() : "refused";
  };
  EXPECT_EQ(text_of("https://op.example.test"), "op.example.test:443");
  EXPECT_EQ(text_of("https://op.example.test:8443/realms/a?b=c"), "op.example.test:8443");
  EXPECT_EQ(text_of("https://[::1]:8443/a"), "[::1]:8443");
  for (const Text& url :
       {Text{"http://op.example.test"}, Text{"https://"}, Text{"https:///a"},
        Text{"op.example.test"}, Text{"https://user@op.example.test/"},
        Text{"https://OP.example.test/"}, Text{"https://op.example.test:0/"},
        Text{"https://op.example.test:99999/"}, Text{"https://op.example.test/a b"},
        Text{"https://op.example.test/#a"}, Text{"https://op.example.test\\@evil.example/"},
        Text{"https://op.example.test/\r\nX: y"}, "https://op.example.test/" + Text(2'000, 'a')}) {
    EXPECT_EQ(text_of(url), "refused") << url.substr(0, 50);
  }
}

TEST(HttpsClient, GoesNowhereThatTheDialerMayNot) {
  const egress::Dialer nowhere{egress::AllowList{}};
  HttpsOptions options{};
  options.purpose = egress::Purpose::kIdentityProvider;
  HttpsClient client{std::move(options), nowhere};
  EXPECT_EQ(client.get("https://127.0.0.1:9/").error().code, Errc::kForbidden);
}

}  // namespace
}  // namespace leadkeep::transfer
