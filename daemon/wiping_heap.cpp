// Memory that C++ gives back to the heap is wiped first, for the whole process and all libraries;
// leadkeep/base/heap.h says why.
//
// Replacing these functions is provided for by the standard ([new.delete]); the forms that are not
// here (arrays, without an exception) call those that are. mallopt(M_PERTURB) is no way to the same
// end: glibc does not apply it to blocks that go into the cache of their thread.
#include <leadkeep/base/heap.h>

#include <cstdlib>
#include <new>

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

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}

void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate_aligned(size, alignment);
}

void operator delete(void* block) noexcept {
  leadkeep::free_wiped(block);
}

void operator delete(void* block, std::size_t) noexcept {
  leadkeep::free_wiped(block);
}

void operator delete(void* block, std::align_val_t) noexcept {
  leadkeep::free_wiped(block);
}

void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  leadkeep::free_wiped(block);
}
