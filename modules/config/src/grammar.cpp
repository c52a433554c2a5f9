#include "grammar.h"

#include "table.h"

#include <leadkeep/config/load.h>

#include <algorithm>
#include <sstream>

#include <boost/program_options.hpp>

namespace leadkeep::config {
namespace {

namespace po = boost::program_options;

po::options_description describe_options() {
  constexpr unsigned kColumns = 100;
  constexpr unsigned kColumnsOfReason = 50;
  po::options_description options{"Settings, each as --section.key=value", kColumns,
                                  kColumnsOfReason};
  for (const Setting& setting : table()) {
    auto* const value = po::value<std::string>()->value_name(setting.unit);
    if (setting.fallback && !setting.fallback->empty()) {
      value->default_value(*setting.fallback);
    }
    const std::string required = setting.fallback ? "" : " Required.";
    options.add_options()(
        setting.key.c_str(), value,
        (setting.reason + required + " Expected: " + setting.expected + ".").c_str());
  }
  return options;
}

}  // namespace

std::optional<Assignment> read_assignment(const std::string& section, const std::string& line) {
  // Boost takes a line in brackets for a section header, and reads in front of the text of "[]".
  if (line.starts_with('[')) {
    return std::nullopt;
  }
  const std::string header = section.empty() ? "" : "[" + section + "]\n";
  std::istringstream text{header + line};
  // Boost would copy all the keys for every line.
  static const po::options_description nothing_registered;
  try {
    const auto parsed =
        po::parse_config_file(text, nothing_registered, /*allow_unregistered=*/true);
    if (parsed.options.size() != 1 || parsed.options.front().value.size() != 1) {
      return std::nullopt;
    }
    const auto& option = parsed.options.front();
    const bool known =
        std::ranges::find(table(), option.string_key, &Setting::key) != table().end();
    return Assignment{option.string_key, option.value.front(), known ? Key::kKnown : Key::kUnknown};
  } catch (const po::error&) {
    return std::nullopt;
  }
}

std::string help_text() {
  std::ostringstream text;
  text << describe_options();
  return text.str();
}

}  // namespace leadkeep::config
