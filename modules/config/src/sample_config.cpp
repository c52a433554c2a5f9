#include "table.h"

#include <leadkeep/config/load.h>

namespace leadkeep::config {
namespace {

template <class Target>
void append_row(std::string& text, const Row<Target>& row, std::string_view name,
                std::string_view comment) {
  text.append("\n# ").append(row.reason);
  text.append("\n# Expected (").append(row.unit).append("): ").append(row.expected);
  text.append(".\n").append(comment).append(name).append(" =");
  if (row.fallback && !row.fallback->empty()) {
    text.append(" ").append(*row.fallback);
  }
  text += '\n';
}

template <class Target>
void append_rows(std::string& text, std::span<const Row<Target>> rows) {
  for (const Row<Target>& row : rows) {
    append_row(text, row, row.key, "#");
  }
}

}  // namespace

std::string sample_config() {
  std::string text =
      "# leadkeepd.conf: settings of the Leadkeep daemon\n"
      "#\n"
      "# Keys without a default stand with nothing behind the '=' and must be set. Every other "
      "key\n"
      "# stands as a comment with its default; to change it, take the '#' away. A comment needs a\n"
      "# line of its own. The command line wins over this file: --store.map_size_gib=32\n"
      "#\n"
      "# Never write a secret here: keys that end in _file name files of mode 0600 that hold "
      "one.\n";
  std::string_view section;
  for (const Setting& setting : table()) {
    const std::size_t dot = setting.key.find('.');
    if (setting.key.substr(0, dot) != section) {
      section = std::string_view{setting.key}.substr(0, dot);
      text.append("\n[").append(section).append("]\n");
    }
    append_row(text, setting, setting.key.substr(dot + 1), setting.fallback ? "#" : "");
  }
  text.append(
      "\n# A SAML identity provider; 'example' is a name of your own, of small letters and '_'. "
      "There\n"
      "# may be several. Without the '#' in front of its section none of the keys below is one.\n"
      "#[saml.example]\n");
  append_rows(text, saml_table());
  text.append(
      "\n# An OpenID provider, likewise; no name may be that of a SAML identity provider.\n"
      "#[oidc.sample]\n");
  append_rows(text, oidc_table());
  return text;
}

}  // namespace leadkeep::config
