// leadkeep/base/event_log.h — the operator's log: named events with loggable fields
//
//   log_warn("STORE_NEARLY_FULL", Field{"used_percent", 91});
//
// writes one line to standard error, which journald stores with the right priority:
//
//   <4>STORE_NEARLY_FULL used_percent=91
//
// Event and field names are literals. A field's value must be a number, an enumerator with a
// name_of(), an internal id, a Reason (text made from literals) or an address of a peer; a
// std::string or a Pii does not compile, so that no phone number can be logged by accident.
// Every event with what the operator should do about it: daemon/README.md.
// Threads: any; a line is written by one write(2).
#pragma once
#include <leadkeep/base/id.h>
#include <leadkeep/base/result.h>

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

namespace leadkeep {

class Literal {
 public:
  consteval Literal(const char* text) : m_text{text} {}

  [[nodiscard]] constexpr std::string_view view() const noexcept { return m_text; }

 private:
  std::string_view m_text;
};

// An Error's detail, which is free of personal data by the rule of result.h, or a literal such as
// the name of an exception's class.
struct Reason {
  std::string_view text;

  explicit Reason(const Error& error) : text{error.detail} {}

  explicit Reason(const char* literal) : text{literal} {}
};

[[nodiscard]] inline std::string log_text(const Reason& reason) {
  return std::string{reason.text};
}

[[nodiscard]] inline std::string log_text(Errc code) {
  return std::string{name_of(code)};
}

template <class Kind>
[[nodiscard]] std::string log_text(const Id<Kind>& id) {
  return id.text();
}

template <class T>
concept Loggable = std::is_arithmetic_v<T> || requires(const T& value) {
  { log_text(value) } -> std::same_as<std::string>;
};

struct FieldText {
  std::string_view name;
  std::string value;
};

template <Loggable T>
struct Field {
  Literal name;
  T value;

  [[nodiscard]] FieldText text() const {
    if constexpr (std::is_same_v<T, bool>) {
      return {name.view(), value ? "true" : "false"};
    } else if constexpr (std::is_arithmetic_v<T>) {
      return {name.view(), std::to_string(value)};
    } else {
      return {name.view(), log_text(value)};
    }
  }
};

template <class T>
Field(Literal, T) -> Field<T>;

enum class LogLevel { kError = 3, kWarn = 4, kInfo = 6, kDebug = 7 };  // syslog priorities

void set_log_level(LogLevel level) noexcept;
void write_log_line(LogLevel level, Literal event,
                    std::initializer_list<FieldText> fields) noexcept;

template <Loggable... T>
void log_error(Literal event, const Field<T>&... fields) {
  write_log_line(LogLevel::kError, event, {fields.text()...});
}

template <Loggable... T>
void log_warn(Literal event, const Field<T>&... fields) {
  write_log_line(LogLevel::kWarn, event, {fields.text()...});
}

template <Loggable... T>
void log_info(Literal event, const Field<T>&... fields) {
  write_log_line(LogLevel::kInfo, event, {fields.text()...});
}

template <Loggable... T>
void log_debug(Literal event, const Field<T>&... fields) {
  write_log_line(LogLevel::kDebug, event, {fields.text()...});
}

}  // namespace leadkeep
