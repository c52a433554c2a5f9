#include <leadkeep/base/text.h>
#include <leadkeep/json/writer.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace leadkeep::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kHexDigits = "0123456789abcdef";

constexpr bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// How many bytes at the front of `text` need no escape. Eight at a time: most text has none.
std::size_t plain_length(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t word) {
    return ((word - kOnes) & ~word & kHighBits) != 0;
  };
  std::size_t length = 0;
  for (; length + sizeof(std::uint64_t) <= text.size(); length += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + length, sizeof(word));
    const bool has_control = ((word - kOnes * 0x20) & ~word & kHighBits) != 0;
    if (has_control || has_zero(word ^ (kOnes * '"')) || has_zero(word ^ (kOnes * '\\'))) {
      break;
    }
  }
  while (length < text.size() && !needs_escape(text[length])) {
    ++length;
  }
  return length;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto code = static_cast<unsigned char>(c);
  out += "\\u00";
  out += kHexDigits[code >> 4];
  out += kHexDigits[code & 0x0f];
}

// The length of the valid UTF-8 sequence at the front of `text`, or 0.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80   ? 1U
                             : lead < 0xC0 ? 0U
                             : lead < 0xE0 ? 2U
                             : lead < 0xF0 ? 3U
                                           : 4U;
  return length > 0 && length <= text.size() && is_valid_utf8(text.substr(0, length)) ? length : 0;
}

// U+FFFD for each byte that is not part of a UTF-8 sequence.
std::string mend_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    out += length > 0 ? text.substr(0, length) : kReplacement;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

}  // namespace

void Writer::start_value() {
  const bool in_object = !m_open.empty() && m_open.back() == Scope::kObject;
  LK_CHECK(in_object == m_after_key);
  LK_CHECK(!m_open.empty() || m_out.empty());
  if (m_after_value && !m_after_key) {
    m_out += ',';
  }
  m_after_key = false;
  m_after_value = true;
}

void Writer::close(Scope scope, char bracket) {
  LK_CHECK(!m_open.empty() && m_open.back() == scope && !m_after_key);
  m_open.pop_back();
  m_out += bracket;
  m_after_value = true;
}

Writer& Writer::begin_object() {
  start_value();
  m_open.push_back(Scope::kObject);
  m_out += '{';
  m_after_value = false;
  return *this;
}

Writer& Writer::end_object() {
  close(Scope::kObject, '}');
  return *this;
}

Writer& Writer::begin_array() {
  start_value();
  m_open.push_back(Scope::kArray);
  m_out += '[';
  m_after_value = false;
  return *this;
}

Writer& Writer::end_array() {
  close(Scope::kArray, ']');
  return *this;
}

Writer& Writer::key(std::string_view name) {
  LK_CHECK(!m_open.empty() && m_open.back() == Scope::kObject && !m_after_key);
  if (m_after_value) {
    m_out += ',';
  }
  write_string(name);
  m_out += ':';
  m_after_key = true;
  return *this;
}

Writer& Writer::string(std::string_view text) {
  start_value();
  write_string(text);
  return *this;
}

Writer& Writer::null() {
  return write_literal("null");
}

std::string Writer::take() && {
  LK_CHECK(m_open.empty() && !m_out.empty());
  return std::move(m_out);
}

void Writer::write_string(std::string_view text) {
  if (!is_valid_utf8(text)) {
    write_string(mend_utf8(text));
    return;
  }
  m_out += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_length(text);
    m_out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (!text.empty()) {
      append_escaped(m_out, text.front());
      text.remove_prefix(1);
    }
  }
  m_out += '"';
}

Writer& Writer::write_integer(std::int64_t value) {
  start_value();
  m_out += std::to_string(value);
  return *this;
}

Writer& Writer::write_literal(std::string_view literal) {
  start_value();
  m_out += literal;
  return *this;
}

}  // namespace leadkeep::json
