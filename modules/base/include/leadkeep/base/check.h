// leadkeep/base/check.h — assertions that are always compiled in
//
// LK_CHECK is for what only our own bug can break; it prints the expression and aborts. Never use
// it on input, on what another party sent, or on what the disk returned: those are Result errors.
#pragma once

namespace leadkeep {

[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace leadkeep

#define LK_CHECK(expr) \
  (static_cast<bool>(expr) ? void(0) : ::leadkeep::check_failed(#expr, __FILE__, __LINE__))
