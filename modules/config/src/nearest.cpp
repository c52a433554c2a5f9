#include "nearest.h"

#include "table.h"

#include <leadkeep/base/text.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace leadkeep::config {
namespace {

// Levenshtein's distance, row by row; nothing if it is more than `most`.
std::optional<std::size_t> distance(std::string_view a, std::string_view b, std::size_t most) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > most) {
    return std::nullopt;
  }
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    std::size_t left = row[0] = i + 1;
    std::size_t fewest = left;
    for (std::size_t k = 0; k < b.size(); ++k) {
      std::size_t& cell = row[k + 1];
      const std::size_t replaced = diagonal + (a[i] == b[k] ? 0 : 1);
      diagonal = cell;
      left = cell = std::min(replaced, std::min(left, cell) + 1);
      fewest = std::min(fewest, left);
    }
    if (fewest > most) {
      return std::nullopt;
    }
  }
  return row.back() <= most ? std::optional{row.back()} : std::nullopt;
}

// Keys that may have been meant: those of the provider that `wanted` names as well.
std::vector<std::string> candidates(std::string_view wanted) {
  std::vector<std::string> keys;
  for (const Setting& setting : table()) {
    keys.push_back(setting.key);
  }
  if (const auto of_provider = provider_key(wanted)) {
    const auto add = [&](const auto& rows) {
      for (const auto& row : rows) {
        keys.push_back(std::string{of_provider->protocol} + "." +
                       std::string{of_provider->provider} + "." + row.key);
      }
    };
    of_provider->protocol == "saml" ? add(saml_table()) : add(oidc_table());
  }
  return keys;
}

}  // namespace

std::optional<std::string> nearest_key(std::string_view unknown) {
  constexpr std::size_t kLongestWorthComparing = 100;
  if (unknown.size() > kLongestWorthComparing) {
    return std::nullopt;
  }
  const std::string wanted = to_lower_ascii(unknown);
  std::optional<std::string> nearest;
  std::size_t most = kLongestWorthComparing;
  for (std::string& key : candidates(wanted)) {
    const auto changes = distance(wanted, key, std::min(most, key.size() / 2));
    if (changes && (!nearest || *changes < most)) {
      most = *changes;
      nearest = std::move(key);
    }
  }
  return nearest;
}

}  // namespace leadkeep::config
