#include "nearest.h"

#include "table.h"

#include <leadkeep/base/text.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace leadkeep::config {
namespace {

// Levenshtein's distance, row by row.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t k = 0; k < b.size(); ++k) {
      const std::size_t replaced = diagonal + (a[i] == b[k] ? 0 : 1);
      diagonal = row[k + 1];
      row[k + 1] = std::min({replaced, row[k] + 1, row[k + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string> nearest_key(std::string_view unknown) {
  constexpr std::size_t kLongestWorthComparing = 100;
  if (unknown.size() > kLongestWorthComparing) {
    return std::nullopt;
  }
  const std::string wanted = to_lower_ascii(unknown);
  std::optional<std::string> nearest;
  std::size_t fewest = kLongestWorthComparing;
  for (const Setting& setting : table()) {
    const std::size_t changes = distance(wanted, setting.key);
    if (changes < fewest && changes * 2 <= setting.key.size()) {
      fewest = changes;
      nearest = setting.key;
    }
  }
  return nearest;
}

}  // namespace leadkeep::config
