// leadkeep/json/writer.h — writes one JSON value, piece by piece, into a string
//
//   Writer w;
//   w.begin_object().field("id", id).field("unread", 3).key("tags").begin_array();
//   w.string("new").end_array().end_object();
//   std::string out = std::move(w).take();
//
// Takes    UTF-8 text, integers, booleans
// Yields   one compact RFC 8259 value, always valid UTF-8: a byte that is not part of a UTF-8
// sequence
//          becomes U+FFFD
// Aborts   (LK_CHECK) on unbalanced use: a value without its key, a second root, an open array
// Source   RFC 8259 section 7: quotation mark, backslash and U+0000 to U+001F are escaped, the rest
// is
//          written as it is
// Threads  one
#pragma once
#include <leadkeep/base/check.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leadkeep::json {

// Not bool, and no character type: neither is meant as a number.
template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                  !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                  !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

class Writer {
 public:
  // `expected_size` of the whole text, in bytes: room for that much is made at once.
  explicit Writer(std::size_t expected_size = 500) { m_out.reserve(expected_size); }

  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);

  Writer& string(std::string_view text);
  Writer& null();

  // One value that is JSON already, such as Value::dump() gives.
  Writer& json(std::string_view value) { return write_literal(value); }

  Writer& integer(Integer auto value) {
    LK_CHECK(std::in_range<std::int64_t>(value));
    return write_integer(static_cast<std::int64_t>(value));
  }

  // Takes nothing but a bool: a string literal would turn into `true` without a word.
  Writer& boolean(std::same_as<bool> auto value) { return write_literal(value ? "true" : "false"); }

  Writer& field(std::string_view name, std::string_view text) { return key(name).string(text); }

  Writer& field(std::string_view name, Integer auto value) { return key(name).integer(value); }

  Writer& field(std::string_view name, std::same_as<bool> auto value) {
    return key(name).boolean(value);
  }

  [[nodiscard]] std::string take() &&;

 private:
  enum class Scope : std::uint8_t { kObject, kArray };

  void start_value();
  void close(Scope scope, char bracket);
  void write_string(std::string_view text);
  Writer& write_integer(std::int64_t value);
  Writer& write_literal(std::string_view literal);

  std::string m_out;
  std::vector<Scope> m_open;
  bool m_after_value = false;  // a comma is due before the next sibling
  bool m_after_key = false;
};

}  // namespace leadkeep::json
