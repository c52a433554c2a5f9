#include "options.h"

#include <leadkeep/config/load.h>

#include <sstream>

#include <boost/program_options.hpp>

namespace leadkeep::daemon {
namespace {

namespace po = boost::program_options;

po::options_description describe() {
  po::options_description out{"Options"};
  out.add_options()("config,c", po::value<std::string>()->value_name("FILE"),
                    "configuration file (/etc/leadkeep/leadkeepd.conf)")(
      "check-config", "read the configuration, say what is wrong with it, and end")(
      "print-sample-config", "print a configuration with every key, its default and its reason")(
      "version", "print the version")("help,h", "print this text");
  return out;
}

// "--store.directory=/x" and "--store.directory /x" arrive as one or two unrecognised words.
Result<std::vector<std::string>> join_overrides(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!word.starts_with("--") || word.find('.') == std::string::npos) {
      return fail(Errc::kInvalidInput, "an argument is not an option; see leadkeepd --help");
    }
    if (word.find('=') != std::string::npos) {
      out.push_back(word.substr(2));
    } else if (i + 1 < words.size()) {
      out.push_back(word.substr(2) + "=" + words[++i]);
    } else {
      return fail(Errc::kInvalidInput, "the last setting has no value; write --section.key=value");
    }
  }
  return out;
}

Task task_of(const po::variables_map& chosen) {
  if (chosen.contains("help")) {
    return Task::kPrintHelp;
  }
  if (chosen.contains("version")) {
    return Task::kPrintVersion;
  }
  if (chosen.contains("print-sample-config")) {
    return Task::kPrintSampleConfig;
  }
  return chosen.contains("check-config") ? Task::kCheckConfig : Task::kRun;
}

}  // namespace

Result<Options> parse_options(int argc, const char* const* argv) {
  try {
    const po::options_description known = describe();  // outlives what was parsed by it
    const po::parsed_options parsed =
        po::command_line_parser{argc, argv}
            .options(known)
            .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
            .allow_unregistered()
            .run();
    po::variables_map chosen;
    po::store(parsed, chosen);
    Options options;
    options.task = task_of(chosen);
    if (chosen.contains("config")) {
      options.config = chosen["config"].as<std::string>();
    }
    LK_TRY(options.overrides,
           join_overrides(po::collect_unrecognized(parsed.options, po::include_positional)));
    return options;
  } catch (const po::error&) {
    return fail(Errc::kInvalidInput, "the command line is not understood; see leadkeepd --help");
  }
}

std::string help_text() {
  std::ostringstream out;
  out << "leadkeepd — the vault and inbox between WhatsApp and a company's agents\n\n"
         "usage: leadkeepd [--config FILE] [--section.key=value …]\n\n"
      << describe() << "\n"
      << config::help_text()
      << "\nExit codes: 0 stopped, 2 configuration, 3 store, 4 start, 5 disk "
         "failed while running.\n";
  return out.str();
}

}  // namespace leadkeep::daemon
