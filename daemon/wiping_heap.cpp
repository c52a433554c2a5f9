// Memory that is given back to the heap is wiped first, for the whole process: personal data passes
// through strings, records and parsers of many libraries, and what they free would stay readable in
// an image of the memory until somebody happens to overwrite it.
//
// Replacing these functions is provided for by the standard ([new.delete]); the forms that are not
// here (arrays, sized) call those that are. mallopt(M_PERTURB) is no way to the same end: glibc
// does not apply it to blocks that go into the cache of their thread. What C libraries give to
// free() is not reached; those that hold personal data are told at the place of their use.
#include <leadkeep/base/seeded_leak.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include <malloc.h>

namespace {

void* allocate(std::size_t size) {
  for (;;) {
    if (void* const block = std::malloc(size == 0 ? 1 : size); block != nullptr) {
      return block;
    }
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) {
      throw std::bad_alloc{};
    }
    handler();
  }
}

void* allocate_aligned(std::size_t size, std::align_val_t alignment) {
  void* block = nullptr;
  if (::posix_memalign(&block, static_cast<std::size_t>(alignment), size == 0 ? 1 : size) != 0) {
    throw std::bad_alloc{};
  }
  return block;
}

void wipe_and_free(void* block) noexcept {
  if (block != nullptr) {
    LK_SEEDED_LEAK(memory_not_wiped, std::free(block); return);
    ::explicit_bzero(block, ::malloc_usable_size(block));
    std::free(block);
  }
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}

void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate_aligned(size, alignment);
}

void operator delete(void* block) noexcept {
  wipe_and_free(block);
}

void operator delete(void* block, std::size_t) noexcept {
  wipe_and_free(block);
}

void operator delete(void* block, std::align_val_t) noexcept {
  wipe_and_free(block);
}

void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  wipe_and_free(block);
}
