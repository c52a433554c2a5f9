#include "http/problem.h"

#include <leadkeep/json/value.h>

#include <set>

#include <gtest/gtest.h>

namespace leadkeep::api::http {
namespace {

json::Document parse(const Response& response) {
  auto document = json::Document::parse(response.body, {.max_bytes = 10'000});
  EXPECT_TRUE(document.ok());
  return std::move(document).value();
}

TEST(Problem, HasAStatusAndAnAdviceForEveryCode) {
  const std::vector<std::pair<Errc, int>> expected{{Errc::kInvalidInput, 400},
                                                   {Errc::kTooLarge, 413},
                                                   {Errc::kUnauthenticated, 401},
                                                   {Errc::kDpopNonce, 401},
                                                   {Errc::kDpopProof, 401},
                                                   {Errc::kClientNotApproved, 403},
                                                   {Errc::kForbidden, 403},
                                                   {Errc::kSecondFactorRequired, 403},
                                                   {Errc::kStepUpRequired, 403},
                                                   {Errc::kProofRefused, 403},
                                                   {Errc::kPasswordTooEasy, 400},
                                                   {Errc::kNotFound, 404},
                                                   {Errc::kConflict, 409},
                                                   {Errc::kIdempotencyMismatch, 422},
                                                   {Errc::kPreconditionRequired, 428},
                                                   {Errc::kPreconditionFailed, 412},
                                                   {Errc::kConsentWithdrawn, 409},
                                                   {Errc::kWindowClosed, 409},
                                                   {Errc::kUnreachable, 409},
                                                   {Errc::kTooManyRequests, 429},
                                                   {Errc::kUnavailable, 503},
                                                   {Errc::kCorrupt, 500},
                                                   {Errc::kInternal, 500}};
  ASSERT_EQ(expected.size(), static_cast<std::size_t>(Errc::kInternal) + 1);
  std::set<std::string> details;
  for (const auto& [code, status] : expected) {
    const auto response = problem(code);
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.content_type, "application/problem+json");
    const auto document = parse(response);
    const auto root = document.root();
    EXPECT_EQ(root["type"].string(), "/v1/problems/" + std::string{name_of(code)});
    EXPECT_EQ(parse_code(name_of(code)), code);
    EXPECT_EQ(root["status"].integer(), status);
    EXPECT_EQ(root["code"].string(), name_of(code));
    EXPECT_EQ(root["title"].string(), reason_phrase(status));
    EXPECT_TRUE(details.insert(std::string{*root["detail"].string()}).second);
    EXPECT_EQ(root.size(), 5U);
  }
}

TEST(Problem, NamesTheSchemeOn401AndAWaitOn429And503) {
  const auto has = [](const Response& response, std::string_view name) {
    for (const auto& [field, value] : response.fields) {
      if (field == name) {
        return true;
      }
    }
    return false;
  };
  EXPECT_TRUE(has(problem(Errc::kUnauthenticated), "WWW-Authenticate"));
  EXPECT_TRUE(has(problem(Errc::kTooManyRequests), "Retry-After"));
  EXPECT_TRUE(has(problem(Errc::kUnavailable), "Retry-After"));
}

TEST(Problem, ShowsTheReasonToTheOperatorOnly) {
  const Error error{Errc::kConflict, "identity: the username is taken"};
  const auto for_operator = parse(problem_with_reason(error));
  EXPECT_EQ(for_operator.root()["reason"].string(), error.detail);
  const auto for_client = parse(problem(error.code));
  EXPECT_TRUE(for_client.root()["reason"].is_absent());
}

}  // namespace
}  // namespace leadkeep::api::http
