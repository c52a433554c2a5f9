#include <leadkeep/api/openapi.h>
#include <leadkeep/json/value.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace leadkeep::api {
namespace {

std::string line_of(const RouteInfo& route) {
  return route.verb + " " + route.path + " " + route.access + " " +
         std::to_string(route.body_limit);
}

std::vector<RouteInfo> all_routes() {
  auto routes = api_routes();
  std::ranges::copy(webhook_routes(), std::back_inserter(routes));
  return routes;
}

json::Document document() {
  return json::Document::parse(openapi_document(), {.max_bytes = openapi_document().size()})
      .value();
}

TEST(Routes, AreThoseOfTheGoldenList) {
  std::ifstream file{std::string{LEADKEEP_SOURCE_ROOT} + "/tests/unit/api/routes.golden"};
  std::stringstream golden;
  golden << file.rdbuf();
  std::string actual;
  for (const auto& route : all_routes()) {
    actual += line_of(route) + "\n";
  }
  EXPECT_EQ(actual, golden.str());
}

TEST(Routes, AreThoseOfTheOpenApiDocument) {
  std::set<std::string> served;
  for (const auto& route : all_routes()) {
    EXPECT_TRUE(served.insert(line_of(route)).second) << "twice: " << line_of(route);
  }
  std::set<std::string> described;
  const auto openapi = document();
  for (const auto& [path, item] : openapi.root()["paths"].members()) {
    for (const auto& [verb, operation] : item.members()) {
      std::string upper{verb};
      std::ranges::transform(upper, upper.begin(),
                             [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      described.insert(line_of(
          {upper, std::string{path}, std::string{operation["x-access"].string().value_or("?")},
           static_cast<std::size_t>(operation["x-body-limit"].integer().value_or(-1))}));
    }
  }
  EXPECT_EQ(served, described);
}

TEST(OpenApi, SaysForEveryOperationWhetherATokenIsNeeded) {
  const auto openapi = document();
  EXPECT_EQ(openapi.root()["openapi"].string(), "3.1.0");
  for (const auto& [path, item] : openapi.root()["paths"].members()) {
    for (const auto& [verb, operation] : item.members()) {
      const auto access = operation["x-access"].string().value_or("");
      const bool open = access == "public" || access == "local_network" || access == "client" ||
                        access == "local_client";
      EXPECT_EQ(!operation["security"].is_absent(), open) << verb << " " << path;
      // Where none is needed, what is sent may be a proof all the same, in a body or in a query; an
      // answer that is "accepted" whatever was sent says nothing about it, and that to a logout token
      // is 400 by its standard.
      const auto& responses = operation["responses"];
      const bool in_query = path == "/v1/saml/logout" || path == "/v1/oidc/callback/{provider}";
      const bool judges = (!operation["requestBody"].is_absent() || in_query) &&
                          (responses["202"].is_absent() || path == "/v1/client-enrolments") &&
                          path != "/v1/oidc/logout/{provider}";
      // A program that signs its request may have done so wrongly.
      const bool knows_caller = access != "public" && access != "local_network";
      EXPECT_EQ(!responses["401"].is_absent(), knows_caller || judges) << verb << " " << path;
      EXPECT_EQ(!operation["requestBody"].is_absent(), operation["x-body-limit"].integer() != 0)
          << verb << " " << path;
    }
  }
}

TEST(OpenApi, RefersToNothingThatIsNotThere) {
  const auto openapi = document();
  const std::string text{openapi_document()};
  constexpr std::string_view kReference = "\"#/components/";
  std::size_t references = 0;
  for (auto at = text.find(kReference); at != std::string::npos;
       at = text.find(kReference, at + 1)) {
    const auto start = at + kReference.size();
    const auto slash = text.find('/', start);
    const auto quote = text.find('"', start);
    const auto name = text.substr(slash + 1, quote - slash - 1);
    EXPECT_TRUE(openapi.root()["components"][text.substr(start, slash - start)][name].is_object())
        << name;
    ++references;
  }
  EXPECT_GT(references, 50U);
}

}  // namespace
}  // namespace leadkeep::api
