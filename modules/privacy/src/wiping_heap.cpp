#include <leadkeep/base/heap.h>
#include <leadkeep/privacy/wiping_heap.h>

#include <cstdlib>

#include <unicode/uclean.h>

namespace leadkeep::privacy {

void wipe_what_icu_frees() noexcept {
  UErrorCode outcome = U_ZERO_ERROR;
  ::u_setMemoryFunctions(
      nullptr, [](const void*, std::size_t size) { return std::malloc(size); },
      [](const void*, void* block, std::size_t size) { return realloc_wiped(block, size); },
      [](const void*, void* block) { free_wiped(block); }, &outcome);
}

}  // namespace leadkeep::privacy
