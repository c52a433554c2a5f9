// Boost.Program_options, fed from the table: the grammar of a line, and the text of --help.
//
// Boost gets one line at a time. Given a whole file it stops at the first bad line, knows no line
// numbers, and puts the line, which may be a secret, into its message.
#pragma once
#include <optional>
#include <string>

namespace leadkeep::config {

enum class Key { kKnown, kUnknown };

struct Assignment {
  std::string key;  // with the section in front
  std::string value;
  Key kind = Key::kUnknown;
};

// Reads "key = value" under the given section, which may be empty. Nothing: not of this form.
[[nodiscard]] std::optional<Assignment> read_assignment(const std::string& section,
                                                        const std::string& line);

}  // namespace leadkeep::config
