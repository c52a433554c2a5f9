#include "table.h"

#include <leadkeep/config/load.h>

namespace leadkeep::config {

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
    if (setting.section() != section) {
      section = setting.section();
      text.append("\n[").append(section).append("]\n");
    }
    text.append("\n# ").append(setting.reason);
    text.append("\n# Expected (").append(setting.unit).append("): ").append(setting.expected);
    text.append(".\n").append(setting.fallback ? "#" : "").append(setting.name()).append(" =");
    if (setting.fallback && !setting.fallback->empty()) {
      text.append(" ").append(*setting.fallback);
    }
    text += '\n';
  }
  return text;
}

}  // namespace leadkeep::config
