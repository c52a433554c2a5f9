// leadkeep/privacy/handle.h — the stable, speakable pseudonym of a lead: "Amber Falcon 4821"
//
// Takes    64 random bits, drawn once when the lead is created
// Yields   two words of our own lists and a number from 1000 to 9999; ASCII
// Threads  any; pure
//
// Agents who may not see contact data say and write the handle instead. It is made of randomness
// and never of the person's data, so that it tells nothing about the person. It is not unique by
// itself: whoever creates a lead draws again while the handle is taken.
#pragma once
#include <cstddef>
#include <span>
#include <string>

namespace leadkeep::privacy {

[[nodiscard]] std::string make_handle(std::span<const std::byte, 8> random);

}  // namespace leadkeep::privacy
