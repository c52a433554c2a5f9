// json/src/scan.h — what must be known of a text before the library parses it
//
// Takes any bytes; what it finds in a text that is not JSON means nothing, as parsing fails then.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::json {

// A part of the text, and what the library shall read in its place.
struct Mend {
  std::size_t begin = 0;
  std::size_t size = 0;
  std::string_view by;
};

struct Scan {
  bool has_stray_nul = false;    // outside of strings, where the library takes it for the end
  bool has_part_beyond = false;  // an array or object below max_depth, a number outside of a double
  bool ends_too_deep = false;    // inside of such a part
  // Halves of surrogate pairs read as U+FFFD, and parts beyond as null. In order, none inside of
  // another.
  std::vector<Mend> mends;
};

[[nodiscard]] Scan scan_text(std::string_view text, std::size_t max_depth);

[[nodiscard]] std::string mended(std::string_view text, const std::vector<Mend>& mends);

}  // namespace leadkeep::json
