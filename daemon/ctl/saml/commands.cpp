#include "ctl/saml/commands.h"

#include "company_sign_on.h"
#include "ctl/saml/metadata_text.h"
#include "ctl/saml/refresh_metadata.h"
#include "ctl/saml/response_trial.h"
#include "ctl/talk.h"
#include "saml_keys.h"

#include <leadkeep/base/clock.h>
#include <leadkeep/config/load.h>

#include <algorithm>
#include <fstream>

namespace leadkeep::ctl {
namespace {

ExitCode show_file(const std::filesystem::path& file) {
  const auto shown = read_metadata(file);
  if (!shown) {
    (void)complain(shown.error());
    return ExitCode::kRefused;
  }
  say(file.string() + ":");
  say_metadata(shown.value());
  return ExitCode::kDone;
}

ExitCode show_all(const Arguments& arguments) {
  const auto settings = config::load(arguments.config, {});
  if (!settings) {
    (void)complain(settings.error());
    return ExitCode::kRefused;
  }
  const std::string& origin = settings.value().browser.origin;
  if (origin.empty()) {
    return usage("browser.origin is not set in " + arguments.config.string());
  }
  say("what identity providers have to know of us:");
  say("  entity             " + origin + "/v1/saml/metadata (and this is where our metadata is)");
  say("  answers go to      " + origin + "/v1/saml/acs");
  say("  logout goes to     " + origin + "/v1/saml/logout (by redirect)");
  ExitCode code = ExitCode::kDone;
  for (const auto& [name, provider] : settings.value().saml.providers) {
    say("saml." + name + ":");
    const auto shown = read_metadata(provider.metadata);
    if (!shown) {
      (void)complain(shown.error());
      code = ExitCode::kRefused;
      continue;
    }
    say_metadata(shown.value());
    if (shown.value().sha256 != provider.metadata_sha256) {
      say("  BAD: the configuration expects other metadata, of SHA-256 " +
          provider.metadata_sha256);
      code = ExitCode::kRefused;
    }
  }
  return code;
}

bool is_confirmed(const ShownMetadata& shown, const std::string& fingerprint) {
  const auto is_it = [&](const saml::SigningKey& key) {
    return to_hex(key.certificate_sha256) == fingerprint;
  };
  return shown.sha256 == fingerprint || std::ranges::all_of(shown.metadata.signing_keys, is_it);
}

// Beside the configuration, and named in a new section of it.
Result<void> write_provider(const Arguments& arguments, const std::string& name,
                            const ShownMetadata& shown) {
  const auto copy = arguments.config.parent_path() / ("saml-" + name + ".xml");
  std::error_code error;
  std::filesystem::copy_file(arguments.words[3], copy,
                             std::filesystem::copy_options::overwrite_existing, error);
  if (error) {
    return fail(Errc::kUnavailable, copy.string() + ": cannot be written: " + error.message());
  }
  std::ofstream out{arguments.config, std::ios::app};
  out << "\n[saml." << name << "]\nmetadata = " << copy.string()
      << "\nmetadata_sha256 = " << shown.sha256 << "\n";
  out.flush();
  return out ? Result<void>{}
             : fail(Errc::kUnavailable, arguments.config.string() + ": cannot be written to");
}

ExitCode add(const Arguments& arguments) {
  const std::string& name = arguments.words[2];
  if (!config::is_provider_name(name)) {
    return usage("NAME is of small letters and '_', 32 at most");
  }
  const auto shown = read_metadata(arguments.words[3]);
  if (!shown) {
    (void)complain(shown.error());
    return ExitCode::kRefused;
  }
  say(arguments.words[3] + ":");
  say_metadata(shown.value());
  if (!is_confirmed(shown.value(), plain_fingerprint(arguments.saml.fingerprint))) {
    say(arguments.saml.fingerprint.empty()
            ? "Nothing is changed yet. Ask the identity provider's people, not by the way the file "
              "came, for the\nSHA-256 of their certificate, and say it with --fingerprint."
            : "Nothing is changed: --fingerprint is not that of this file or of its certificates. "
              "Somebody may\nhave changed the file on its way.");
    return ExitCode::kRefused;
  }
  const auto names = config::providers_in(arguments.config);
  if (!names) {
    (void)complain(names.error());
    return ExitCode::kRefused;
  }
  if (names.value().contains(name)) {
    return usage("there is a section [saml." + name + "] or [oidc." + name + "] already");
  }
  if (const auto written = write_provider(arguments, name, shown.value()); !written) {
    (void)complain(written.error());
    return ExitCode::kRefused;
  }
  say("added [saml." + name + "] to " + arguments.config.string() +
      "; say there which groups make agents (group_attribute, agents, …), try a response with\n"
      "leadkeepctl saml test, and start the daemon anew");
  return ExitCode::kDone;
}

ExitCode rotate(const Arguments& arguments) {
  const auto settings = config::load(arguments.config, {});
  // A configuration that is not complete yet may say where the keys go.
  if (!settings) {
    (void)complain(settings.error());
    return ExitCode::kRefused;
  }
  const auto& saml = settings.value().saml;
  if (saml.keys.empty() || settings.value().browser.origin.empty()) {
    return usage("saml.keys and browser.origin have to be set in " + arguments.config.string());
  }
  const SystemClock clock;
  const auto step = daemon::rotate_saml_keys(
      saml.keys, daemon::certificate_name(settings.value().browser.origin), clock.now());
  if (!step) {
    (void)complain(step.error());
    return ExitCode::kRefused;
  }
  switch (step.value()) {
    case daemon::RotationStep::kMade:
      say("made the keys in " + saml.keys.string() + "; start the daemon anew");
      break;
    case daemon::RotationStep::kAnnounced:
      say("made the next keys in " + saml.keys.string() +
          "; start the daemon anew, which publishes them. Once every identity provider has read "
          "our\n"
          "metadata (those that do not by themselves: give it to their people), say this again");
      break;
    case daemon::RotationStep::kChanged:
      say("the next keys are those of now, and what is still encrypted to the one before opens; "
          "start the daemon anew");
      break;
  }
  return ExitCode::kDone;
}

}  // namespace

ExitCode run_saml_command(const Arguments& arguments) {
  const auto& words = arguments.words;
  const std::string command = words.size() > 1 ? words[1] : "";
  if (command == "show" && words.size() == 3) {
    return show_file(words[2]);
  }
  if (command == "show" && words.size() == 2) {
    return show_all(arguments);
  }
  if (command == "add" && words.size() == 4) {
    return add(arguments);
  }
  if (command == "refresh" && words.size() == 3) {
    return refresh_metadata(arguments);
  }
  if (command == "rotate" && words.size() == 2) {
    return rotate(arguments);
  }
  if (command == "test" && words.size() == 2) {
    return explain_response(arguments);
  }
  if (command == "selftest" && words.size() == 2) {
    return attack_response(arguments);
  }
  return usage("saml has the commands show, add, refresh, test, selftest and rotate");
}

}  // namespace leadkeep::ctl
