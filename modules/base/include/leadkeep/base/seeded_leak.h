// leadkeep/base/seeded_leak.h — leaks on purpose, for the leak test to find
//
//   LK_SEEDED_LEAK(phone_in_log, seeded::say(seeded::phone()));
//
// is nothing, unless the file is compiled for `leadkeepd_seeded` (daemon/CMakeLists.txt), which is
// never installed and cannot be configured in a release build. There, the statements run if the
// environment variable LEADKEEP_SEEDED_LEAK names the leak, alone or in a list with commas: those
// that cannot be taken for each other are tried in one run. tests/functional/leak_test.py
// lists every leak and fails when `leadkeepctl leaktest` does not find it.
// Threads  any
#pragma once

#ifdef LEADKEEP_SEEDED_LEAKS
#include <string>
#include <string_view>

namespace leadkeep::seeded {

[[nodiscard]] bool is_active(std::string_view leak) noexcept;
[[nodiscard]] bool is_any_active() noexcept;

// The phone number that was met last, in a static buffer; nothing is kept unless a leak is active.
void remember_phone(std::string_view digits) noexcept;
[[nodiscard]] std::string phone();

// Where the store lies, for leaks into files.
void remember_directory(std::string_view directory);
void write_file(std::string_view name, std::string_view content);
void leave_deleted_file_open(std::string_view content);

void say(std::string_view line) noexcept;  // into the log, without any rule
void name_this_thread(std::string_view name) noexcept;

}  // namespace leadkeep::seeded

#define LK_SEEDED_LEAK(name, ...)               \
  do {                                          \
    if (::leadkeep::seeded::is_active(#name)) { \
      __VA_ARGS__;                              \
    }                                           \
  } while (false)
// What several leaks need, as soon as one is active.
#define LK_SEEDED_NEED(...)                    \
  do {                                         \
    if (::leadkeep::seeded::is_any_active()) { \
      __VA_ARGS__;                             \
    }                                          \
  } while (false)
#else
#define LK_SEEDED_LEAK(name, ...) static_cast<void>(0)
#define LK_SEEDED_NEED(...) static_cast<void>(0)
#endif
