#include <leadkeep/base/event_log.h>

#include <atomic>
#include <cctype>

#include <unistd.h>

namespace leadkeep {
namespace {

std::atomic<LogLevel> g_level{LogLevel::kInfo};

// Quoted when it holds anything but [A-Za-z0-9_.:/+-]; control characters become '?', so that a
// value can never start a line of its own.
void append_value(std::string& line, std::string_view value) {
  bool plain = !value.empty();
  for (const char c : value) {
    const bool safe = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                      std::string_view{"_.:/+-[]"}.find(c) != std::string_view::npos;
    plain = plain && safe;
  }
  if (plain) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      line += '\\';
    }
    line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  line += '"';
}

}  // namespace

void set_log_level(LogLevel level) noexcept {
  g_level.store(level, std::memory_order_relaxed);
}

void write_log_line(LogLevel level, Literal event,
                    std::initializer_list<FieldText> fields) noexcept {
  if (level > g_level.load(std::memory_order_relaxed)) {
    return;
  }
  std::string line = "<" + std::to_string(static_cast<int>(level)) + ">";
  line += event.view();
  for (const FieldText& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    append_value(line, field.value);
  }
  line += '\n';
  (void)!::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace leadkeep
