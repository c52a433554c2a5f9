// The bytes of a connection: heads, bodies with a length, chunked bodies, one behind the other. How
// the network cuts them into pieces, and how long a head is, must not change what they say.
#include "fuzz_target.h"
#include "http/read_buffer.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/result.h>

#include <algorithm>
#include <string>
#include <vector>

namespace leadkeep::api::http {
namespace {

constexpr std::size_t kLimit = 300;
constexpr std::size_t kMostRequests = 4;
constexpr Framing kChunked{Framing::Kind::kChunked, 0};
constexpr std::string_view kChunkedHead =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n";

// Gives the first bytes at once and the rest in pieces.
class PieceSource final : public ByteSource {
 public:
  PieceSource(std::string_view bytes, std::size_t piece, std::size_t at_once = 0)
      : m_bytes{bytes}, m_piece{piece}, m_at_once{at_once} {}

  std::size_t read(std::span<char> out) override {
    LK_CHECK(!out.empty());
    const auto wanted = m_at_once > 0 ? m_at_once : m_piece;
    const auto count = std::min({wanted, out.size(), m_bytes.size()});
    m_at_once -= std::min(m_at_once, count);
    std::copy_n(m_bytes.data(), count, out.data());
    m_bytes.remove_prefix(count);
    return count;
  }

 private:
  std::string_view m_bytes;
  std::size_t m_piece;
  std::size_t m_at_once;
};

struct Heard {
  std::vector<std::string> parts;  // heads and bodies in turn
  std::optional<Errc> refused;

  friend bool operator==(const Heard&, const Heard&) = default;
};

Result<std::string> hear_one(ReadBuffer& buffer, Heard& heard) {
  LK_TRY(const auto head_bytes, buffer.read_head());
  heard.parts.emplace_back(head_bytes);
  if (head_bytes.empty()) {
    return std::string{};
  }
  LK_CHECK(head_bytes.size() <= kMaxHeadBytes && head_bytes.ends_with("\r\n\r\n"));
  LK_CHECK(head_bytes.find("\r\n\r\n") + 4 == head_bytes.size());
  LK_TRY(const auto head, RequestHead::parse(head_bytes));
  LK_TRY(auto body, buffer.read_body(head.framing(), kLimit));
  LK_CHECK(head.framing().kind == Framing::Kind::kChunked || body.size() == head.framing().length);
  LK_CHECK(body.size() <= kLimit);
  LK_CHECK(head_bytes == heard.parts.back());  // the head stays where it is while a body is read
  return body;
}

Heard hear(std::string_view bytes, std::size_t piece) {
  PieceSource source{bytes, piece};
  ReadBuffer buffer{source};
  Heard heard;
  for (std::size_t i = 0; i < kMostRequests; ++i) {
    auto body = hear_one(buffer, heard);
    if (!body.ok()) {
      heard.refused = body.error().code;
      break;
    }
    if (heard.parts.back().empty()) {
      break;
    }
    heard.parts.push_back(std::move(body).value());
    buffer.next_request();
  }
  return heard;
}

// A chunked body behind a head that leaves `room` bytes of the buffer.
Result<std::string> body_behind_head(std::string_view chunks, std::size_t head_bytes,
                                     std::size_t piece) {
  std::string bytes{kChunkedHead};
  while (bytes.size() + 16 < head_bytes) {
    const auto pad = std::min<std::size_t>(head_bytes - bytes.size() - 16, 4'096);
    bytes.append("Pad:").append(pad, 'x').append("\r\n");
  }
  bytes.append("\r\n").append(chunks);
  PieceSource source{bytes, piece, bytes.size() - chunks.size()};
  ReadBuffer buffer{source};
  LK_TRY(const auto head, buffer.read_head());
  LK_CHECK(head.size() + chunks.size() == bytes.size());
  return buffer.read_body(kChunked, kLimit);
}

void check_chunks(std::string_view chunks, std::size_t room, std::size_t piece) {
  const auto body = body_behind_head(chunks, 0, piece);
  const auto behind_long_head = body_behind_head(chunks, kMaxHeadBytes - room, piece);
  LK_CHECK(body.ok() == behind_long_head.ok());
  if (!body.ok()) {
    LK_CHECK(body.error().code == behind_long_head.error().code);
    return;
  }
  LK_CHECK(body.value() == behind_long_head.value());
  // The same body in chunks of one byte.
  std::string plain;
  for (const char c : body.value()) {
    plain.append("1\r\n").append(1, c).append("\r\n");
  }
  plain += "0\r\n\r\n";
  const auto again = body_behind_head(plain, 0, piece);
  LK_CHECK(again.ok() && again.value() == body.value());
  // Without its last byte it is not complete.
  LK_CHECK(!body_behind_head(std::string_view{plain}.substr(0, plain.size() - 1), 0, piece).ok());
}

void check_input(std::string_view input) {
  if (input.size() < 2) {
    return;
  }
  const auto piece = static_cast<std::size_t>(static_cast<unsigned char>(input[0])) % 32 + 1;
  const auto room = static_cast<std::size_t>(static_cast<unsigned char>(input[1])) % 64;
  input.remove_prefix(2);
  if ((room & 1U) != 0) {
    check_chunks(input, room, piece);
  } else {
    LK_CHECK(hear(input, piece) == hear(input, input.size() + 1));
  }
}

}  // namespace
}  // namespace leadkeep::api::http

LK_FUZZ_TARGET(leadkeep::api::http::check_input)
