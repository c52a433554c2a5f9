#include <leadkeep/base/check.h>

#include <cstdio>
#include <cstdlib>

namespace leadkeep {

void check_failed(const char* expression, const char* file, int line) noexcept {
  (void)std::fprintf(stderr, "<0>CHECK_FAILED expression=\"%s\" at=%s:%d\n", expression, file,
                     line);
  std::abort();
}

}  // namespace leadkeep
