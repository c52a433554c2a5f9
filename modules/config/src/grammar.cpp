#include "grammar.h"

#include "table.h"

#include <leadkeep/config/load.h>

#include <sstream>

#include <boost/program_options.hpp>

namespace leadkeep::config {
namespace {

namespace po = boost::program_options;

template <class Target>
po::options_description describe(const std::string& caption, const std::string& section,
                                 std::span<const Row<Target>> rows) {
  constexpr unsigned kColumns = 100;
  constexpr unsigned kColumnsOfReason = 50;
  po::options_description options{caption, kColumns, kColumnsOfReason};
  for (const Row<Target>& row : rows) {
    auto* const value = po::value<std::string>()->value_name(row.unit);
    if (row.fallback && !row.fallback->empty()) {
      value->default_value(*row.fallback);
    }
    const std::string required = row.fallback ? "" : " Required.";
    options.add_options()((section + row.key).c_str(), value,
                          (row.reason + required + " Expected: " + row.expected + ".").c_str());
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
    return Assignment{option.string_key, option.value.front(),
                      is_known(option.string_key) ? Key::kKnown : Key::kUnknown};
  } catch (const po::error&) {
    return std::nullopt;
  }
}

std::string help_text() {
  std::ostringstream text;
  text << describe("Settings, each as --section.key=value", "", table()) << "\n"
       << describe("Settings of a SAML identity provider, with a name of your own for NAME",
                   "saml.NAME.", saml_table())
       << "\n"
       << describe("Settings of an OpenID provider, likewise", "oidc.NAME.", oidc_table());
  return text.str();
}

}  // namespace leadkeep::config
