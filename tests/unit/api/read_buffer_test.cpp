#include "http/read_buffer.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace leadkeep::api::http {
namespace {

// Gives a text in steps of a given size.
class TextSource final : public ByteSource {
 public:
  TextSource(std::string text, std::size_t step) : m_text{std::move(text)}, m_step{step} {}

  std::size_t read(std::span<char> out) override {
    const auto count = std::min({m_step, out.size(), m_text.size() - m_at});
    std::copy_n(m_text.data() + m_at, count, out.data());
    m_at += count;
    return count;
  }

  [[nodiscard]] std::size_t taken() const noexcept { return m_at; }

 private:
  std::string m_text;
  std::size_t m_step;
  std::size_t m_at = 0;
};

constexpr std::string_view kHead = "POST / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr Framing kChunked{Framing::Kind::kChunked, 0};

Result<std::string> body_of(const std::string& bytes, const Framing& framing, std::size_t limit,
                            std::size_t step = 7) {
  TextSource source{std::string{kHead} + bytes, step};
  ReadBuffer buffer{source};
  EXPECT_EQ(buffer.read_head().value(), kHead);
  return buffer.read_body(framing, limit);
}

TEST(ReadBuffer, ReadsPipelinedRequestsInWhateverPiecesTheyCome) {
  const std::string two =
      std::string{kHead} + "hello" + std::string{kHead} + "3\r\nabc\r\n0\r\n\r\n";
  for (std::size_t step = 1; step < two.size() + 1; ++step) {
    TextSource source{two, step};
    ReadBuffer buffer{source};
    EXPECT_EQ(buffer.read_head().value(), kHead);
    EXPECT_EQ(buffer.read_body({Framing::Kind::kLength, 5}, 5).value(), "hello");
    buffer.next_request();
    const auto head = buffer.read_head();
    EXPECT_EQ(head.value(), kHead);
    EXPECT_EQ(buffer.read_body(kChunked, 3).value(), "abc");
    EXPECT_EQ(head.value(), kHead) << "the head stays where it is while the body is read";
    buffer.next_request();
    EXPECT_EQ(buffer.read_head().value(), "");
  }
}

TEST(ReadBuffer, RefusesAnAnnouncedLengthWithoutReading) {
  TextSource source{std::string{kHead} + std::string(100, 'x'), kHead.size()};
  ReadBuffer buffer{source};
  ASSERT_TRUE(buffer.read_head().ok());
  EXPECT_EQ(buffer.read_body({Framing::Kind::kLength, 100}, 99).error().code, Errc::kTooLarge);
  EXPECT_EQ(source.taken(), kHead.size());
}

TEST(ReadBuffer, CountsChunksAgainstTheLimit) {
  EXPECT_EQ(body_of("5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n", kChunked, 10).value(), "helloworld");
  EXPECT_EQ(body_of("5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n", kChunked, 9).error().code,
            Errc::kTooLarge);
  EXPECT_EQ(body_of("ffffffffffffffff\r\n", kChunked, 9).error().code, Errc::kTooLarge);
  const std::string large = "13880\r\n" + std::string(80'000, 'x') + "\r\n0\r\n\r\n";
  EXPECT_EQ(body_of(large, kChunked, 100'000, 4'096).value().size(), 80'000U);
}

TEST(ReadBuffer, RefusesChunksThatAreNotPlain) {
  for (const char* bytes : {"5;a=b\r\nhello\r\n0\r\n\r\n", "g\r\n", "\r\n", "-1\r\n", "+1\r\na\r\n",
                            "0x1\r\na\r\n", " 1\r\na\r\n", "1\na\r\n0\r\n\r\n",
                            "1\r\nab\r\n0\r\n\r\n", "1\r\na\r\n0\r\nTrailer: b\r\n\r\n",
                            "00000000000000000000001\r\na\r\n", "10000000000000000\r\na\r\n"}) {
    const auto body = body_of(bytes, kChunked, 1'000);
    ASSERT_FALSE(body.ok()) << bytes;
    EXPECT_NE(body.error().code, Errc::kInternal) << bytes;
  }
}

TEST(ReadBuffer, TellsAnEndInsideOfARequest) {
  EXPECT_EQ(body_of("hell", {Framing::Kind::kLength, 5}, 5).error().code, Errc::kUnavailable);
  EXPECT_EQ(body_of("5\r\nhell", kChunked, 5).error().code, Errc::kUnavailable);
  TextSource source{"GET / HT", 3};
  ReadBuffer buffer{source};
  EXPECT_EQ(buffer.read_head().error().code, Errc::kUnavailable);
}

TEST(ReadBuffer, ReadsAChunkedBodyBehindTheLongestHead) {
  for (std::size_t room = 0; room < 8; ++room) {
    const std::string pad(kMaxHeadBytes - room - kHead.size() - 4, 'x');
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nP:" + pad + "\r\n\r\n";
    ASSERT_EQ(head.size() + room, kMaxHeadBytes);
    TextSource source{head + "5\r\nhello\r\n0\r\n\r\n", head.size()};
    ReadBuffer buffer{source};
    ASSERT_EQ(buffer.read_head().value(), head);
    EXPECT_EQ(buffer.read_body(kChunked, 5).value(), "hello") << room;
  }
}

TEST(ReadBuffer, RefusesALineEndWithoutCarriageReturnAsSoonAsItIsThere) {
  for (const std::string_view bytes : {"\n", "GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: a\n",
                                       "GET / HTTP/1.1\r\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n"}) {
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
      TextSource source{std::string{bytes}, step};
      ReadBuffer buffer{source};
      EXPECT_EQ(buffer.read_head().error().code, Errc::kInvalidInput) << bytes << step;
    }
  }
}

TEST(ReadBuffer, RefusesAHeadWithoutEnd) {
  TextSource source{std::string(2 * kMaxHeadBytes, 'x'), 1'000};
  ReadBuffer buffer{source};
  EXPECT_EQ(buffer.read_head().error().code, Errc::kTooLarge);
  EXPECT_LE(source.taken(), kMaxHeadBytes);
}

}  // namespace
}  // namespace leadkeep::api::http
