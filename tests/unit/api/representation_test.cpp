#include "http/representation.h"

#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/hash.h>

#include <set>
#include <sstream>

#include <Poco/InflatingStream.h>
#include <gtest/gtest.h>

namespace leadkeep::api::http {
namespace {

std::string inflated(const std::string& zipped) {
  std::istringstream in{zipped};
  Poco::InflatingInputStream stream{in, Poco::InflatingStreamBuf::STREAM_GZIP};
  std::ostringstream out;
  out << stream.rdbuf();
  return out.str();
}

RequestHead get(const std::string& fields, const char* verb = "GET") {
  static std::string kept;  // the head points into it
  kept = std::string{verb} + " /v1/things HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
  auto head = RequestHead::parse(kept);
  EXPECT_TRUE(head.ok());
  return std::move(head).value();
}

std::string field(const Response& response, std::string_view name) {
  for (const auto& [other, value] : response.fields) {
    if (other == name) {
      return value;
    }
  }
  return {};
}

Response suited(const std::string& fields, Response response, const char* verb = "GET") {
  suit(get(fields, verb), response);
  return response;
}

const std::string kLong = "{\"a\":\"" + std::string(5'000, 'x') + "\"}";

TEST(EntityTag, IsTheSameForTheSameBytesOnly) {
  const auto tag = field(suited("", {200, "{}"}), "ETag");
  EXPECT_TRUE(tag.starts_with("W/\"")) << tag;
  EXPECT_EQ(field(suited("", {200, "{}"}), "ETag"), tag);
  EXPECT_NE(field(suited("", {200, "[]"}), "ETag"), tag);
}

TEST(EntityTag, SavesSendingWhatTheAskerHas) {
  const auto tag = field(suited("", {200, "{}"}), "ETag");
  for (const auto& value : {tag, "\"other\", " + tag, tag.substr(2), std::string{"*"}}) {
    const auto response = suited("If-None-Match: " + value + "\r\n", {200, "{}"});
    EXPECT_EQ(response.status, 304) << value;
    EXPECT_TRUE(response.body.empty());
    EXPECT_EQ(field(response, "ETag"), tag);
  }
  for (const char* value : {"\"other\"", "W/", "", ",,", "W/\"\""}) {
    EXPECT_EQ(suited(std::string{"If-None-Match: "} + value + "\r\n", {200, "{}"}).status, 200)
        << value;
  }
}

TEST(EntityTag, OfAnswersThatAreKeptFillsAsManyLinesAsItNeeds) {
  const auto tag = field(suited("", {200, kLong}), "ETag");
  const auto response =
      suited("If-None-Match: \"other\"\r\nIf-None-Match: " + tag + "\r\n", {200, kLong});
  EXPECT_EQ(response.status, 304);
  EXPECT_EQ(field(response, "Vary"), "Accept-Encoding");
}

TEST(EntityTag, TellsNothingOfTheBytes) {
  const auto hash = crypto::sha256({as_bytes("{}")});
  EXPECT_NE(digest_of("{}"), to_base64url(ByteView{hash}.first(16)));
}

TEST(EntityTag, StandsOnlyOnAnswersToAGetThatWorked) {
  EXPECT_EQ(field(suited("", {404, "{}"}), "ETag"), "");
  EXPECT_EQ(field(suited("", {200, "{}"}, "POST"), "ETag"), "");
  Response page{200, "<p>"};
  page.content_type = "text/html";
  EXPECT_EQ(field(suited("", std::move(page)), "ETag"), "");
}

TEST(EntityTag, OfTheHandlerStays) {
  Response response{200, kLong};
  response.fields.emplace_back("ETag", "\"7-abc\"");
  const auto kept = suited("Accept-Encoding: gzip\r\n", response);
  EXPECT_EQ(field(kept, "ETag"), "\"7-abc\"");
  EXPECT_EQ(kept.body, kLong);
  EXPECT_EQ(suited("If-None-Match: \"7-abc\"\r\n", response).status, 304);
}

TEST(Gzip, IsForThoseWhoTakeIt) {
  for (const char* value : {"gzip", "GZIP", "br, gzip;q=0.5", "*", "identity;q=0, *;q=0.1"}) {
    EXPECT_TRUE(takes_gzip(value)) << value;
  }
  for (const char* value :
       {"", "br", "gzip;q=0", "gzip; q=0.000", "*;q=0", "*, gzip;q=0", "gzipped", ",;,"}) {
    EXPECT_FALSE(takes_gzip(value)) << value;
  }
}

TEST(Gzip, HasTheSameTextInFewerBytes) {
  const auto response = suited("Accept-Encoding: gzip\r\n", {200, kLong});
  EXPECT_EQ(field(response, "Content-Encoding"), "gzip");
  EXPECT_EQ(field(response, "Vary"), "Accept-Encoding");
  EXPECT_LT(response.body.size(), kLong.size() / 5);
  EXPECT_EQ(inflated(response.body), kLong);
  const auto plain = suited("", {200, kLong});
  EXPECT_EQ(plain.body, kLong);
  EXPECT_EQ(field(plain, "Vary"), "Accept-Encoding");
}

TEST(Gzip, HasAnotherLengthEachTime) {
  std::set<std::size_t> lengths;
  for (int i = 0; i < 50; ++i) {
    const auto zipped = gzip(kLong);
    lengths.insert(zipped.size());
    EXPECT_EQ(inflated(zipped), kLong);
  }
  EXPECT_GT(lengths.size(), 25U);
}

TEST(Gzip, LeavesShortAnswersAndThoseToAPostAsTheyAre) {
  EXPECT_EQ(suited("Accept-Encoding: gzip\r\n", {200, "{}"}).body, "{}");
  EXPECT_EQ(suited("Accept-Encoding: gzip\r\n", {200, kLong}, "POST").body, kLong);
  EXPECT_EQ(suited("Accept-Encoding: gzip\r\n", {500, kLong}).body, kLong);
}

}  // namespace
}  // namespace leadkeep::api::http
