#include "http/cookies.h"

#include <gtest/gtest.h>

namespace leadkeep::api::http {
namespace {

using namespace std::chrono_literals;

TEST(Cookies, AreFoundByTheirWholeName) {
  EXPECT_EQ(find_cookie("__Host-session=abc", kSessionCookie), "abc");
  EXPECT_EQ(find_cookie("a=b; __Host-session=abc; c=d", kSessionCookie), "abc");
  EXPECT_EQ(find_cookie("a=b;__Host-session=abc;c=d", kSessionCookie), "abc");
  EXPECT_EQ(find_cookie("__Host-device=d.s; __Host-session=abc", kDeviceCookie), "d.s");
  EXPECT_EQ(find_cookie("__Host-session=a=b", kSessionCookie), "a=b");
  EXPECT_EQ(find_cookie("__Host-session=", kSessionCookie), "");
  for (const char* other : {"", "__host-session=abc", "x__Host-session=abc", "__Host-session",
                            "__Host-sessionx=abc", "a=__Host-session=abc", ";;;", "=", "=abc"}) {
    EXPECT_EQ(find_cookie(other, kSessionCookie), std::nullopt) << other;
  }
}

TEST(Cookies, OfOneNameTwiceAreNone) {
  EXPECT_EQ(find_cookie("__Host-session=a; __Host-session=b", kSessionCookie), std::nullopt);
  EXPECT_EQ(find_cookie("__Host-session=a; __Host-session=a", kSessionCookie), std::nullopt);
}

TEST(Cookies, OfARequestToAnIdentityProviderComeWithItsPagesAnswer) {
  EXPECT_EQ(set_cookie_for_all_sites(kSignOnCookie, "a.b.c", 900s),
            "__Host-sign-on=a.b.c; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=900");
}

TEST(Cookies, CanBeReadByNoScriptAndAreSentToNoOtherHost) {
  EXPECT_EQ(set_cookie(kSessionCookie, "abc"),
            "__Host-session=abc; Path=/; Secure; HttpOnly; SameSite=Strict");
  EXPECT_EQ(set_cookie(kDeviceCookie, "d.s", 48h),
            "__Host-device=d.s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=172800");
  EXPECT_EQ(set_cookie(kDeviceCookie, "d.s", -1s),
            "__Host-device=d.s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
  EXPECT_EQ(drop_cookie(kSessionCookie),
            "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
}

}  // namespace
}  // namespace leadkeep::api::http
