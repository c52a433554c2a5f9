// leadkeep/privacy/wiping_heap.h — ICU wipes what it frees
//
// Texts in which numbers and addresses are looked for pass through its strings. To be called before
// anything else of ICU is.
#pragma once

namespace leadkeep::privacy {

void wipe_what_icu_frees() noexcept;

}  // namespace leadkeep::privacy
