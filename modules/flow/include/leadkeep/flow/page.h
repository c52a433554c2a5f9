// leadkeep/flow/page.h — a part of a list
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace leadkeep::flow {

inline constexpr std::size_t kMaxPage = 100;
inline constexpr std::size_t kDefaultPage = 50;

template <class Item>
struct Page {
  std::vector<Item> items;
  std::optional<std::string> next_cursor;  // opaque; absent on the last page
};

}  // namespace leadkeep::flow
