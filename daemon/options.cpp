#include "options.h"

#include <leadkeep/config/load.h>

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>

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

bool is_setting(std::string_view word) {
  return word.starts_with("--") && word.substr(0, word.find('=')).find('.') != std::string::npos;
}

// Takes "--store.directory=/x" and "--store.directory /x" out of the words, as "section.key=value".
// Boost does not see them, because it refuses an empty value, which many settings may have.
Result<std::vector<std::string>> take_settings(std::vector<std::string>& words) {
  std::vector<std::string> settings;
  std::vector<std::string> rest;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!is_setting(word)) {
      rest.push_back(word);
    } else if (word.find('=') != std::string::npos) {
      settings.push_back(word.substr(2));
    } else if (i + 1 < words.size()) {
      settings.push_back(word.substr(2) + "=" + words[++i]);
    } else {
      return fail(Errc::kInvalidInput, "the last setting has no value; write --section.key=value");
    }
  }
  words = std::move(rest);
  return settings;
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
    Options options;
    std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    LK_TRY(options.overrides, take_settings(words));
    const po::options_description known = describe();  // outlives what was parsed by it
    const po::positional_options_description no_positions;
    const po::parsed_options parsed =
        po::command_line_parser{words}
            .options(known)
            .positional(no_positions)
            .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
            .run();
    po::variables_map chosen;
    po::store(parsed, chosen);
    options.task = task_of(chosen);
    if (chosen.contains("config")) {
      options.config = chosen["config"].as<std::string>();
    }
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
