#include "handle_words.h"

#include <leadkeep/base/bytes.h>
#include <leadkeep/privacy/handle.h>

namespace leadkeep::privacy {

// Dividing 64 bits by the number of handles (about 2^27) favours none by more than one in 2^36.
std::string make_handle(std::span<const std::byte, 8> random) {
  constexpr std::uint64_t kNumbers = 9000;
  constexpr std::uint64_t kFirstNumber = 1000;
  auto bits = read_be<std::uint64_t>(random);
  const auto take = [&bits](std::uint64_t choices) {
    const std::uint64_t chosen = bits % choices;
    bits /= choices;
    return chosen;
  };
  const auto number = kFirstNumber + take(kNumbers);
  const auto first = first_words()[take(first_words().size())];
  const auto second = second_words()[take(second_words().size())];
  return std::string{first} + " " + std::string{second} + " " + std::to_string(number);
}

}  // namespace leadkeep::privacy
