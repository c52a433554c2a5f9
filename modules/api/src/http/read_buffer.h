// http/read_buffer.h — reads the parts of a request from a connection, each within a bound
//
// Takes    a ByteSource, which is a connection, or text in a test
// Yields   a head, then at most one body; the views of the head stay valid until next_request()
// Refuses  kTooLarge      a head over kMaxHeadBytes, a body over its limit; a length that is
// announced
//                         is refused before anything of the body is read, a chunked body while
//                         counting
//          kInvalidInput  a line of the head that ends without CR, as soon as it is there: a client
//                         that ends all of its lines so would otherwise wait for an answer in vain;
//                         chunks that RFC 9112 section 7.1 does not allow; chunk extensions and
//                         trailers, which nobody uses and two readers understand differently
//          kUnavailable   the connection ended inside of a request
// Secrets  what was read is wiped before the next request, and at the end
// Threads  one
#pragma once
#include "http/request_head.h"

#include <leadkeep/base/result.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::api::http {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // At least one byte, or 0 when nothing will come any more.
  [[nodiscard]] virtual std::size_t read(std::span<char> out) = 0;
};

class ReadBuffer {
  // For a line of a chunked body behind the longest head.
  static constexpr std::size_t kRoomBehindHead = 32;

 public:
  explicit ReadBuffer(ByteSource& source)
      : m_source{source}, m_bytes(kMaxHeadBytes + kRoomBehindHead) {}

  ReadBuffer(const ReadBuffer&) = delete;
  ReadBuffer& operator=(const ReadBuffer&) = delete;
  ~ReadBuffer();

  void next_request() noexcept;

  [[nodiscard]] bool has_unread() const noexcept { return m_begin < m_end; }

  // Empty if the connection ended before the first byte.
  [[nodiscard]] Result<std::string_view> read_head();
  [[nodiscard]] Result<std::string> read_body(const Framing& framing, std::size_t limit);

 private:
  [[nodiscard]] Result<void> fill(std::size_t most);  // reads up to `most` bytes

  [[nodiscard]] std::string_view unread() const noexcept {
    return {m_bytes.data() + m_begin, m_end - m_begin};
  }

  [[nodiscard]] Result<void> read_exactly(std::string& out, std::size_t count);
  [[nodiscard]] Result<std::string> read_chunked(std::size_t limit);
  [[nodiscard]] Result<std::string_view> read_chunk_line();

  ByteSource& m_source;
  std::vector<char> m_bytes;
  std::size_t m_pinned = 0;  // before this stands the head
  std::size_t m_begin = 0;   // of what nobody has taken yet
  std::size_t m_end = 0;
};

}  // namespace leadkeep::api::http
