// leadkeep/base/heap.h — gives memory back to the heap wiped, for libraries that let it be replaced
//
// Personal data passes through many libraries, and what they free stays readable in an image of the
// memory until somebody happens to overwrite it. The operators of C++ are replaced in
// daemon/wiping_heap.cpp; OpenSSL and ICU take functions of their own.
// Threads  any
#pragma once
#include <cstddef>

namespace leadkeep {

void free_wiped(void* block) noexcept;  // of malloc() and its kin, or nullptr
[[nodiscard]] void* realloc_wiped(void* block, std::size_t size) noexcept;

}  // namespace leadkeep
