#include "http/request_head.h"

#include <gtest/gtest.h>

namespace leadkeep::api::http {
namespace {

Result<RequestHead> parse(std::string_view line, std::string_view fields = "Host: a\r\n") {
  static std::string kept;  // the views of a head point into it
  kept = std::string{line} + "\r\n" + std::string{fields} + "\r\n";
  return RequestHead::parse(kept);
}

Errc code_of(const Result<RequestHead>& head) {
  return head.ok() ? Errc::kInternal : head.error().code;
}

TEST(RequestHead, ReadsLineAndFields) {
  const auto head =
      parse("POST /v1/sessions?a=b&c HTTP/1.1", "Host: a\r\nContent-LENGTH: 12\r\nX-A:  b \t\r\n");
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head.value().verb(), Verb::kPost);
  EXPECT_EQ(head.value().path(), "/v1/sessions");
  EXPECT_EQ(head.value().query(), "a=b&c");
  EXPECT_EQ(head.value().framing().kind, Framing::Kind::kLength);
  EXPECT_EQ(head.value().framing().length, 12U);
  EXPECT_EQ(head.value().field("x-a"), "b");
  EXPECT_FALSE(head.value().field("x-b"));
  EXPECT_EQ(head.value().persistence(), Persistence::kKeepAlive);
}

TEST(RequestHead, EndsTheConnectionWhereTheClientSaysSo) {
  EXPECT_EQ(parse("GET / HTTP/1.0").value().persistence(), Persistence::kClose);
  EXPECT_EQ(parse("GET / HTTP/1.1", "Host: a\r\nConnection: foo, Close\r\n").value().persistence(),
            Persistence::kClose);
}

TEST(RequestHead, RefusesLinesThatAreNoRequestLine) {
  for (const char* line :
       {"", "GET", "GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1",
        "GET / HTTP/2.0", "GET / http/1.1", "GET * HTTP/1.1", "GET http://a/ HTTP/1.1",
        "G(T / HTTP/1.1", "GET /a#b HTTP/1.1", "GET /\x01 HTTP/1.1", "GET /\xc3\xa9 HTTP/1.1",
        "GET /a b HTTP/1.1", "GET\t/ HTTP/1.1", "GET / HTTP/1.1\n"}) {
    EXPECT_EQ(code_of(parse(line)), Errc::kInvalidInput) << line;
  }
}

TEST(RequestHead, RefusesFieldsThatTwoReadersCouldReadDifferently) {
  for (const char* fields : {
           "Host: a\r\nA : b\r\n",                    // space before the colon
           "Host: a\r\n folded: b\r\n",               // obsolete folding
           "Host: a\r\nno colon\r\n",                 //
           "Host: a\r\n: b\r\n",                      // no name
           "Host: a\r\nA: b\rc\r\n",                  // lone CR
           "Host: a\r\nA: b\nContent-Length: 5\r\n",  // lone LF
           "Host: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n",
           "Host: a\r\nContent-Length: 5, 5\r\n",
           "Host: a\r\nContent-Length: +5\r\n",
           "Host: a\r\nContent-Length: 0x5\r\n",
           "Host: a\r\nContent-Length: \r\n",
           "Host: a\r\nContent-Length: 99999999999999999999999\r\n",
           "Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
           "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
           "Host: a\r\nTransfer-Encoding: gzip, chunked\r\n",
           "Host: a\r\nTransfer-Encoding: identity\r\n",
           "Host: a\r\nAuthorization: Bearer a\r\nauthorization: Bearer b\r\n",
           "Host: a\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\n",
           "Host: a\r\nHost: b\r\n",
           "Host: a\r\nExpect: something\r\n",
           "A: b\r\n",  // no host
       }) {
    EXPECT_EQ(code_of(parse("POST / HTTP/1.1", fields)), Errc::kInvalidInput) << fields;
  }
  EXPECT_EQ(code_of(parse("POST / HTTP/1.0", "Transfer-Encoding: chunked\r\n")),
            Errc::kInvalidInput);
}

TEST(RequestHead, RefusesWhatIsTooLarge) {
  EXPECT_EQ(code_of(parse("GET /" + std::string(kMaxTargetBytes, 'a') + " HTTP/1.1")),
            Errc::kTooLarge);
  EXPECT_TRUE(parse("GET /" + std::string(kMaxTargetBytes - 1, 'a') + " HTTP/1.1").ok());
  EXPECT_EQ(code_of(parse("GET / HTTP/1.1", "Host: a\r\n" + std::string(257, 'n') + ": v\r\n")),
            Errc::kTooLarge);
  EXPECT_EQ(code_of(parse("GET / HTTP/1.1", "Host: a\r\nA: " + std::string(8193, 'v') + "\r\n")),
            Errc::kTooLarge);
  std::string fields = "Host: a\r\n";
  for (std::size_t i = 1; i < kMaxFields; ++i) {
    fields += "A: b\r\n";
  }
  EXPECT_TRUE(parse("GET / HTTP/1.1", fields).ok());
  EXPECT_EQ(code_of(parse("GET / HTTP/1.1", fields + "A: b\r\n")), Errc::kTooLarge);
}

TEST(RequestHead, RefusesEveryTruncation) {
  const std::string whole = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(RequestHead::parse(std::string_view{whole}.substr(0, size)).ok()) << size;
  }
  EXPECT_TRUE(RequestHead::parse(whole).ok());
}

}  // namespace
}  // namespace leadkeep::api::http
