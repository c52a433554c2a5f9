// http/request_head.h — the head of a request: line and fields
//
// Takes    the bytes through the empty line
// Yields   RequestHead, whose views point into those bytes
// Refuses  kInvalidInput  anything that RFC 9112 does not allow, and what it allows but two parties
//                         can read in two ways: line ends without CR, folded fields, space before a
//                         colon, both lengths, a length given twice, codings other than chunked
//          kTooLarge      a target over 8 KiB, more than 100 fields, a name over 256 bytes, a value
//                         over 8 KiB
// Source   RFC 9110, RFC 9112
// Threads  any; stateless
#pragma once
#include <leadkeep/base/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::api::http {

inline constexpr std::size_t kMaxHeadBytes = 16 * 1024;
inline constexpr std::size_t kMaxTargetBytes = 8 * 1024;
inline constexpr std::size_t kMaxFields = 100;
inline constexpr std::size_t kMaxFieldNameBytes = 256;
inline constexpr std::size_t kMaxFieldValueBytes = 8 * 1024;

enum class Verb : std::uint8_t { kGet, kPost, kPatch, kDelete, kHead, kOther };
[[nodiscard]] std::string_view name_of(Verb verb) noexcept;

struct Framing {
  enum class Kind : std::uint8_t { kNone, kLength, kChunked } kind = Kind::kNone;
  std::uint64_t length = 0;
};

enum class Persistence : std::uint8_t { kKeepAlive, kClose };
enum class Expectation : std::uint8_t { kNone, kContinue };

class RequestHead {
 public:
  [[nodiscard]] static Result<RequestHead> parse(std::string_view head);

  [[nodiscard]] Verb verb() const noexcept { return m_verb; }

  [[nodiscard]] std::string_view path() const noexcept { return m_path; }

  [[nodiscard]] std::string_view query() const noexcept { return m_query; }  // without '?', encoded

  [[nodiscard]] const Framing& framing() const noexcept { return m_framing; }

  [[nodiscard]] Persistence persistence() const noexcept { return m_persistence; }

  [[nodiscard]] Expectation expectation() const noexcept { return m_expectation; }

  // `name` in lower case. A field that may stand once only is never there twice.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const noexcept;
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
  // Whether the content is announced as this media type, whatever its parameters.
  [[nodiscard]] bool is_of_type(std::string_view media_type) const noexcept;

 private:
  struct Field {
    std::string_view name;
    std::string_view value;
  };

  RequestHead() = default;
  [[nodiscard]] Result<void> read_line(std::string_view line);
  [[nodiscard]] Result<void> read_field(std::string_view line);
  [[nodiscard]] Result<void> understand();
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;

  Verb m_verb = Verb::kOther;
  std::string_view m_path;
  std::string_view m_query;
  std::vector<Field> m_fields;
  Framing m_framing;
  Persistence m_persistence = Persistence::kKeepAlive;
  Expectation m_expectation = Expectation::kNone;
  enum class Version : std::uint8_t { k10, k11 } m_version = Version::k11;
};

// Cuts the first item off a field that is a list; without the blanks around it.
std::string_view take_item(std::string_view& list, char separator) noexcept;
[[nodiscard]] bool same_ignoring_case(std::string_view a, std::string_view b) noexcept;  // ASCII

}  // namespace leadkeep::api::http
