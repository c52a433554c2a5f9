// Finds the key that was probably meant.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::config {

// The known key with the fewest changed letters; nothing if more than half of it would differ.
[[nodiscard]] std::optional<std::string> nearest_key(std::string_view unknown);

}  // namespace leadkeep::config
