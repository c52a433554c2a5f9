#include <leadkeep/base/text.h>
#include <leadkeep/json/writer.h>

#include <algorithm>

namespace leadkeep::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kHexDigits = "0123456789abcdef";

// What may stand in a string as it is; a byte over 0x7f is looked at as part of its sequence.
constexpr bool is_plain(char c) {
  const auto code = static_cast<unsigned char>(c);
  return code >= 0x20 && code < 0x80 && c != '"' && c != '\\';
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

// The length of the valid UTF-8 sequence of two to four bytes at the front of `text`, or 0.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0xC0 ? 0U : lead < 0xE0 ? 2U : lead < 0xF0 ? 3U : 4U;
  return length > 0 && length <= text.size() && is_valid_utf8(text.substr(0, length)) ? length : 0;
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
  m_out += '"';
  while (!text.empty()) {
    const auto plain_end = std::ranges::find_if_not(text, is_plain);
    auto used = static_cast<std::size_t>(plain_end - text.begin());
    if (used > 0) {
      m_out += text.substr(0, used);
    } else if (static_cast<unsigned char>(text.front()) < 0x80) {
      append_escaped(m_out, text.front());
      used = 1;
    } else if (used = sequence_length(text); used > 0) {
      m_out += text.substr(0, used);
    } else {
      m_out += kReplacement;
      used = 1;
    }
    text.remove_prefix(used);
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
