// leaktest/request.h — a request as text, which may be wrong in any way
#pragma once
#include <leadkeep/json/value.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leadkeep::leaktest {

struct Request {
  std::string verb;
  std::string target;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  std::string content_type = "application/json";
  std::string token;               // empty: nobody
  std::size_t announced_more = 0;  // bytes that Content-Length promises beyond the body

  void set(std::string name, std::string value);  // replaces a field of this name
  [[nodiscard]] std::string bytes() const;
};

// The value again, with each string replaced by what `change` makes of it. Strings are counted in
// the order in which they stand; `member` is the nearest name above it.
using StringChange =
    std::function<std::string(std::size_t index, std::string_view member, std::string_view text)>;
[[nodiscard]] std::string with_strings(const json::Value& value, const StringChange& change);
[[nodiscard]] std::size_t count_strings(const json::Value& value);

[[nodiscard]] Request json_request(std::string verb, std::string target, std::string body);

}  // namespace leadkeep::leaktest
