#include <leadkeep/base/heap.h>
#include <leadkeep/base/seeded_leak.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include <malloc.h>

namespace leadkeep {

void free_wiped(void* block) noexcept {
  if (block == nullptr) {
    return;
  }
  LK_SEEDED_LEAK(memory_not_wiped, std::free(block); return);
  ::explicit_bzero(block, ::malloc_usable_size(block));
  std::free(block);
}

// realloc() would leave the old bytes behind wherever it moves a block, or shortens it.
void* realloc_wiped(void* block, std::size_t size) noexcept {
  void* const moved = std::malloc(size == 0 ? 1 : size);
  if (moved != nullptr && block != nullptr) {
    std::memcpy(moved, block, std::min(size, ::malloc_usable_size(block)));
    free_wiped(block);
  }
  return moved;
}

// Not inlined: the array has to lie where the frames of earlier calls were.
[[gnu::noinline]] void wipe_dead_stack() noexcept {
#if !defined(__SANITIZE_THREAD__)  // which needs more than half of such a stack for itself
  constexpr std::size_t kReach = std::size_t{128} << 10;  // of the 256 KiB of a connection's thread
  std::array<std::byte, kReach> below;
  ::explicit_bzero(below.data(), below.size());
#endif
}

}  // namespace leadkeep
