// leadkeep/base/heap.h — memory that is not used any more holds nothing
//
// Personal data passes through many libraries, and what they free stays readable in an image of the
// memory until somebody happens to overwrite it. The operators of C++ are replaced in
// daemon/wiping_heap.cpp; OpenSSL and ICU take functions of their own.
// Threads  any
#pragma once
#include <chrono>
#include <cstddef>

namespace leadkeep {

void free_wiped(void* block) noexcept;  // of malloc() and its kin, or nullptr
[[nodiscard]] void* realloc_wiped(void* block, std::size_t size) noexcept;

// Wipes what earlier calls of this thread left on its stack below the caller, as far down as the
// work of a request reaches: short strings live there. For a thread that found nothing to do for
// kRest: between two pieces of work the wiping would cost a tenth of the work, and the second piece
// leaves as much behind as the first.
void wipe_dead_stack() noexcept;
inline constexpr std::chrono::milliseconds kRest{100};

}  // namespace leadkeep
