#include "json/fields.h"

#include "http/request.h"

#include <gtest/gtest.h>

namespace leadkeep::api {
namespace {

class FieldsTest : public ::testing::Test {
 protected:
  Result<Fields> of(const std::string& query) {
    m_text = "GET /v1/x?" + query + " HTTP/1.1\r\nHost: a\r\n\r\n";
    m_head = http::RequestHead::parse(m_text).value();
    m_request.emplace(*m_head, m_peer, [](std::size_t) { return Result<std::string>{""}; });
    const auto parsed = http::Query::parse(*m_request, {"fields"});
    EXPECT_TRUE(parsed.ok());
    return Fields::of(*m_request, parsed.value(), kLeadFields);
  }

  std::string m_text;
  http::Peer m_peer;
  std::optional<http::RequestHead> m_head;
  std::optional<http::Request> m_request;
};

constexpr const char* kLead = R"({"id":"lead_1","handle":"Amber","identifiers":[{"id":"i"}]})";

TEST_F(FieldsTest, LeaveEverythingWhereNothingIsAskedFor) {
  EXPECT_EQ(of("").value().of_object(kLead), kLead);
}

TEST_F(FieldsTest, KeepTheIdAndWhatIsNamed) {
  EXPECT_EQ(of("fields=handle").value().of_object(kLead), R"({"handle":"Amber","id":"lead_1"})");
  EXPECT_EQ(of("fields=identifiers,id").value().of_object(kLead),
            R"({"id":"lead_1","identifiers":[{"id":"i"}]})");
}

TEST_F(FieldsTest, LeaveTheCursorOfAList) {
  const std::string list = std::string{R"({"items":[)"} + kLead + R"(],"next_cursor":"abc"})";
  EXPECT_EQ(of("fields=handle").value().of_list(list),
            R"({"items":[{"handle":"Amber","id":"lead_1"}],"next_cursor":"abc"})");
}

TEST_F(FieldsTest, OfAnotherResourceAreRefused) {
  for (const char* query :
       {"fields=tags", "fields=handle,", "fields=", "fields=handle,tags", "fields=Handle"}) {
    EXPECT_EQ(of(query).error().code, Errc::kInvalidInput) << query;
    EXPECT_EQ(m_request->fault()->member, "fields");
  }
}

}  // namespace
}  // namespace leadkeep::api
