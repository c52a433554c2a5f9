// The doors of a sign-out that an identity provider takes part in.
#include "house_with_doors.h"
#include "saml/corp.h"
#include "saml/logout_draft.h"

#include <leadkeep/saml/reader.h>

#include <gmock/gmock.h>

namespace leadkeep::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class LogoutDoors : public HouseWithDoors {
 protected:
  LogoutDoors() {
    store.clock().set(kNow);
    open_doors(no_sign_on, logout, no_oidc_sign_on, no_oidc_logout);
  }

  saml::Reader reader{LEADKEEP_SAML_READER, {}};
  flow::SamlService service = service_with_corp();
  flow::SingleLogout logout{
      house,  &service, [this](const auto& job) { return reader.judge_logout(job); },
      log_in, sessions, sign_on_answers,
      refuse};
};

TEST_F(HouseWithDoors, SignsOutHereWhereNoIdentityProviderIsNamed) {
  const auto token = token_field_of("alice", {identity::Role::kAgent});
  auto c = client();
  const auto out = c.ask("POST", "/v1/session/logout/saml", token);
  EXPECT_EQ(out.status, 200);
  EXPECT_EQ(out.body, "{}");
  EXPECT_EQ(c.ask("GET", "/v1/session", token).status, 401);
  EXPECT_EQ(c.ask("GET", "/v1/saml/logout?" + query_with({}).text()).status, 404);
}

TEST_F(LogoutDoors, AnswersASignedRequestThroughTheRealReader) {
  auto c = client();
  const auto answered = c.ask("GET", "/v1/saml/logout?" + query_with({}).text());
  EXPECT_EQ(answered.status, 303) << answered.body;
  EXPECT_THAT(answered.field("location"),
              StartsWith("https://idp.example.test/slo-answer?SAMLResponse="));
  EXPECT_EQ(answered.field("cache-control"), "no-store");
}

TEST_F(LogoutDoors, SaysNeverWhyAndAlwaysWhatToDoWithAReference) {
  auto c = client();
  const auto refused = c.ask("GET", "/v1/saml/logout?" + query_with({}).text(other_key()));
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.field("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(refused.body, AllOf(HasSubstr(refused.field("x-request-id")), HasSubstr(kOrigin),
                                  HasSubstr("Signing out"), Not(HasSubstr("L-0"))));
  EXPECT_EQ(c.ask("GET", "/v1/saml/logout").status, 401);
  EXPECT_EQ(c.ask("POST", "/v1/saml/logout").status, 405);
}

TEST_F(LogoutDoors, IsInTheMetadata) {
  EXPECT_THAT(
      must(flow::SignOn{house, &service, {}, sign_on_requests, sign_on_answers, throttle, refuse}
               .metadata()),
      HasSubstr(std::string{kSlo}));
}

}  // namespace
}  // namespace leadkeep::test
