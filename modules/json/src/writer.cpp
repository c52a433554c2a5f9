#include <leadkeep/base/text.h>
#include <leadkeep/json/writer.h>

namespace leadkeep::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_ascii(std::string& out, char c) {
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
  if (code < 0x20) {
    out += "\\u00";
    out += kHexDigits[code >> 4];
    out += kHexDigits[code & 0x0f];
  } else {
    out += c;
  }
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
    std::size_t used = 1;
    if (static_cast<unsigned char>(text.front()) < 0x80) {
      append_ascii(m_out, text.front());
    } else if (const std::size_t length = sequence_length(text); length > 0) {
      m_out += text.substr(0, length);
      used = length;
    } else {
      m_out += kReplacement;
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
