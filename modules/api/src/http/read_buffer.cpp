#include "http/read_buffer.h"

#include <leadkeep/base/secret.h>

#include <algorithm>
#include <charconv>

namespace leadkeep::api::http {
namespace {

constexpr std::size_t kMaxChunkLine = 16;             // digits of a size, and room for zeros
constexpr std::size_t kFirstReservation = 64 * 1024;  // for a body of unknown length

}  // namespace

ReadBuffer::~ReadBuffer() {
  wipe(std::as_writable_bytes(std::span{m_bytes.data(), m_end}));
}

void ReadBuffer::next_request() noexcept {
  const auto left = m_end - m_begin;
  std::copy(m_bytes.data() + m_begin, m_bytes.data() + m_end, m_bytes.data());
  wipe(std::as_writable_bytes(std::span{m_bytes.data() + left, m_end - left}));
  m_pinned = 0;
  m_begin = 0;
  m_end = left;
}

Result<void> ReadBuffer::fill(std::size_t most) {
  if (m_end == m_bytes.size() && m_begin > m_pinned) {
    const auto moved_end =
        std::copy(m_bytes.data() + m_begin, m_bytes.data() + m_end, m_bytes.data() + m_pinned);
    m_begin = m_pinned;
    m_end = static_cast<std::size_t>(moved_end - m_bytes.data());
  }
  if (m_end == m_bytes.size()) {
    return fail(Errc::kTooLarge, "request: head");
  }
  const auto room = std::span{m_bytes}.subspan(m_end);
  const auto count = m_source.read(room.first(std::min(room.size(), most)));
  if (count == 0) {
    return fail(Errc::kUnavailable, "request: the connection ended");
  }
  m_end += count;
  return {};
}

Result<std::string_view> ReadBuffer::read_head() {
  std::size_t searched = 0;
  for (;;) {
    const auto bytes = unread();
    for (auto at = bytes.find('\n', searched); at != std::string_view::npos;
         at = bytes.find('\n', at + 1)) {
      const auto head = bytes.substr(0, at + 1);
      if (!head.ends_with("\r\n")) {
        return fail(Errc::kInvalidInput, "request: a line end without CR");
      }
      if (head.size() > kMaxHeadBytes) {
        return fail(Errc::kTooLarge, "request: head");
      }
      if (head.ends_with("\r\n\r\n")) {
        m_begin += head.size();
        m_pinned = m_begin;
        return head;
      }
    }
    searched = bytes.size();
    if (bytes.size() >= kMaxHeadBytes) {
      return fail(Errc::kTooLarge, "request: head");
    }
    if (auto filled = fill(kMaxHeadBytes - bytes.size()); !filled) {
      if (m_begin == m_end && filled.error().code == Errc::kUnavailable) {
        return std::string_view{};
      }
      return Fail{std::move(filled).error()};
    }
  }
}

Result<std::string> ReadBuffer::read_body(const Framing& framing, std::size_t limit) {
  if (framing.kind == Framing::Kind::kChunked) {
    return read_chunked(limit);
  }
  if (framing.length > limit) {
    return fail(Errc::kTooLarge, "request: body");
  }
  std::string body;
  body.reserve(static_cast<std::size_t>(framing.length));
  LK_TRY_VOID(read_exactly(body, static_cast<std::size_t>(framing.length)));
  return body;
}

Result<void> ReadBuffer::read_exactly(std::string& out, std::size_t count) {
  const auto buffered = unread().substr(0, count);
  out += buffered;
  m_begin += buffered.size();
  count -= buffered.size();
  while (count > 0) {
    const auto before = out.size();
    const auto step = std::min(count, kFirstReservation);
    out.resize(before + step);
    const auto got = m_source.read(std::span{out}.subspan(before));
    out.resize(before + got);
    if (got == 0) {
      return fail(Errc::kUnavailable, "request: the connection ended");
    }
    count -= got;
  }
  return {};
}

Result<std::string> ReadBuffer::read_chunked(std::size_t limit) {
  std::string body;
  body.reserve(std::min(limit, kFirstReservation));
  for (;;) {
    LK_TRY(const auto line, read_chunk_line());
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
    if (error != std::errc{} || end != line.data() + line.size() || line.empty()) {
      return fail(Errc::kInvalidInput, "request: chunk size");
    }
    if (size > limit - body.size()) {
      return fail(Errc::kTooLarge, "request: body");
    }
    LK_TRY_VOID(read_exactly(body, size));
    LK_TRY(const auto after, read_chunk_line());
    if (!after.empty()) {
      return fail(Errc::kInvalidInput, "request: end of chunk");
    }
    if (size == 0) {
      return body;
    }
  }
}

Result<std::string_view> ReadBuffer::read_chunk_line() {
  for (;;) {
    const auto found = unread().substr(0, kMaxChunkLine + 2).find("\r\n");
    if (found != std::string_view::npos) {
      const auto line = unread().substr(0, found);
      m_begin += found + 2;
      return line;
    }
    if (unread().size() >= kMaxChunkLine + 2) {
      return fail(Errc::kInvalidInput, "request: chunk");
    }
    LK_TRY_VOID(fill(m_bytes.size()));
  }
}

}  // namespace leadkeep::api::http
