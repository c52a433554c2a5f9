// json/src/scan.h — what must be known of a text before the library parses it
//
// Takes any bytes; what it finds in a text that is not JSON means nothing, as parsing fails then.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::json {

struct Scan {
  std::size_t depth = 0;       // the deepest nesting of arrays and objects
  bool has_stray_nul = false;  // outside of strings, where the library takes it for the end
  std::vector<std::size_t> lone_surrogates;  // where a `\uD…` without its other half begins
};

[[nodiscard]] Scan scan_text(std::string_view text);

// Puts `\ufffd` in the place of each six-character escape.
[[nodiscard]] std::string replace_escapes(std::string_view text,
                                          const std::vector<std::size_t>& positions);

}  // namespace leadkeep::json
