#include "saml_commands.h"

#include "company_sign_on.h"
#include "saml_keys.h"
#include "talk.h"

#include <leadkeep/base/clock.h>
#include <leadkeep/base/text.h>
#include <leadkeep/config/load.h>
#include <leadkeep/saml/checks.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>

namespace leadkeep::ctl {
namespace {

constexpr std::chrono::seconds kRequestIsOld{60};
constexpr std::size_t kMaxResponse = 400 * 1024;

// What people read to each other: without colons and blanks, in small letters.
std::string plain_fingerprint(std::string_view typed) {
  std::string digits;
  std::ranges::copy_if(typed, std::back_inserter(digits), is_alphanumeric);
  return to_lower_ascii(digits);
}

std::optional<Timestamp> parse_time(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return end != nullptr && *end == '\0'
             ? std::optional{Timestamp{std::int64_t{::timegm(&parts)} * 1000}}
             : std::nullopt;
}

struct Shown {
  std::string sha256;
  saml::ProviderMetadata metadata;
};

Result<Shown> read_metadata(const std::filesystem::path& file) {
  LK_TRY(auto read, daemon::read_metadata_file(file));
  Shown shown{std::move(read.sha256), {}};
  saml::Reader reader{daemon::saml_reader_program(), {}};
  LK_TRY(shown.metadata, reader.read_metadata(std::move(read.xml)));
  return shown;
}

void say_service(const std::string& name, const saml::Service& service) {
  for (const auto& [binding, url] :
       {std::pair{"redirect", service.redirect}, std::pair{"post", service.post}}) {
    if (url) {
      say("  " + name + " (" + binding + ")  " + *url);
    }
  }
}

void say_metadata(const Shown& shown) {
  const auto& [sha256, metadata] = shown;
  say("  entity             " + metadata.entity_id);
  say("  metadata, SHA-256  " + sha256);
  for (const saml::SigningKey& key : metadata.signing_keys) {
    say("  signs with         certificate until " + to_rfc3339(key.certificate_ends).substr(0, 10) +
        ", SHA-256 " + to_hex(key.certificate_sha256));
  }
  say_service("sign-on", metadata.sign_on);
  say_service("logout", metadata.logout);
  if (metadata.valid_until) {
    say("  valid until        " + to_rfc3339(*metadata.valid_until));
  }
}

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

bool is_confirmed(const Shown& shown, const std::string& fingerprint) {
  const auto is_it = [&](const saml::SigningKey& key) {
    return to_hex(key.certificate_sha256) == fingerprint;
  };
  return shown.sha256 == fingerprint || std::ranges::all_of(shown.metadata.signing_keys, is_it);
}

// Beside the configuration, and named in a new section of it.
Result<void> write_provider(const Arguments& arguments, const std::string& name,
                            const Shown& shown) {
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
  if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != std::string::npos) {
    return usage("NAME is of small letters and '_'");
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
  const auto names = config::saml_providers_in(arguments.config);
  if (!names) {
    (void)complain(names.error());
    return ExitCode::kRefused;
  }
  if (names.value().contains(name)) {
    return usage("there is a section [saml." + name + "] already");
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
  constexpr std::size_t kLongestName = 64;
  const std::string host =
      settings.value().browser.origin.substr(std::string_view{"https://"}.size());
  const SystemClock clock;
  const auto step = daemon::rotate_saml_keys(
      saml.keys, host.substr(0, std::min(host.find(':'), kLongestName)), clock.now());
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

Result<std::string> read_response(const std::string& file) {
  std::string text;
  const auto read = [&](std::istream& in) {
    text.resize(kMaxResponse + 1);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
  };
  if (file == "-") {
    read(std::cin);
  } else {
    std::ifstream in{file, std::ios::binary};
    read(in);
  }
  if (text.empty() || text.size() > kMaxResponse) {
    return fail(Errc::kInvalidInput,
                "the response cannot be read, is empty or larger than 400 KiB");
  }
  return text;
}

// XML is taken as well as what a browser posts.
std::string as_posted(const std::string& text) {
  const std::string_view trimmed = trim(text);
  return trimmed.starts_with('<') ? to_base64(as_bytes(text)) : std::string{trimmed};
}

// For a trial only: the daemon knows which request it has sent.
std::string request_named_in(std::string_view posted) {
  std::string text{posted};
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
  const auto xml = from_base64(text);
  text = xml ? as_text(*xml) : "";
  constexpr std::string_view kAttribute = "InResponseTo=";
  const std::size_t at = text.find(kAttribute);
  if (at == std::string::npos || at + kAttribute.size() >= text.size()) {
    return "";
  }
  const std::size_t begin = at + kAttribute.size() + 1;
  const std::size_t end = text.find(text[begin - 1], begin);
  return end == std::string::npos ? "" : text.substr(begin, end - begin);
}

void say_checks(const saml::Judgement& judgement) {
  for (const saml::Check check : saml::checks_of_response()) {
    const std::string line =
        std::string{saml::id_of(check)} + "  " + std::string{saml::meaning_of(check)};
    if (judgement.refusal && judgement.refusal->check == check) {
      say("BAD  " + line + ": " + judgement.refusal->why);
    } else if (std::ranges::find(judgement.held, check) != judgement.held.end()) {
      say("ok   " + line);
    } else {
      say(std::string{judgement.refusal ? "?    " : "-    "} + line);
    }
  }
}

void say_identity(const saml::Identity& identity) {
  say("name               " + identity.name_id.value.expose() + " (" +
      (identity.name_id.format.empty() ? "of no named format" : identity.name_id.format) + ")");
  say("authenticated      " + to_rfc3339(identity.authenticated) + ", " +
      (identity.authn_context.empty() ? "by no named context" : identity.authn_context));
  if (identity.session_ends) {
    say("session until      " + to_rfc3339(*identity.session_ends));
  }
  for (const saml::Attribute& attribute : identity.attributes) {
    for (const Pii<std::string>& value : attribute.values) {
      say("attribute          " + attribute.name + " = " + value.expose());
    }
  }
}

// What the rules make of it, and whether that is somebody.
ExitCode say_person(const saml::Identity& identity, const identity::FederationRules& rules) {
  const auto person = identity::person_of(identity, rules);
  if (!person) {
    say("REFUSED by the rules of the configuration: " + person.error().detail);
    return ExitCode::kRefused;
  }
  const identity::FederatedPerson& who = person.value();
  if (who.directory_id) {
    say("directory id       " + to_hex(*who.directory_id) + "; the directory says the rest");
  } else {
    std::string roles;
    for (const identity::Role role : who.roles) {
      roles += (roles.empty() ? "" : ", ") + std::string{name_of(role)};
    }
    say("would be           " +
        (who.display_name.empty() ? "somebody without a name" : who.display_name) + ", " + roles);
  }
  say(who.factors == identity::ProviderFactors::kTwo
          ? "second factor      the identity provider has asked for it"
          : "second factor      asked for here, where the role needs one");
  say("ACCEPTED");
  return ExitCode::kDone;
}

ExitCode test(const Arguments& arguments) {
  const SamlOptions& options = arguments.saml;
  if (options.response.empty()) {
    return usage("saml test needs --response FILE, or - for standard input");
  }
  const auto at = options.at.empty() ? std::optional{SystemClock{}.now()} : parse_time(options.at);
  if (!at) {
    return usage("--at is a time such as 2026-11-24T15:51:18Z");
  }
  const auto settings = config::load(arguments.config, {});
  const auto sign_on = settings
                           ? daemon::CompanySignOn::open(settings.value(), *at)
                           : Result<std::unique_ptr<daemon::CompanySignOn>>{Fail{settings.error()}};
  const auto response = read_response(options.response);
  if (!sign_on || !response) {
    (void)complain(sign_on ? response.error() : sign_on.error());
    return ExitCode::kUsage;
  }
  if (sign_on.value() == nullptr) {
    return usage("there is no section [saml.NAME] in " + arguments.config.string());
  }
  const flow::SamlService& service = sign_on.value()->service();
  const auto provider = options.provider.empty() && service.providers.size() == 1
                            ? service.providers.begin()
                            : service.providers.find(options.provider);
  if (provider == service.providers.end()) {
    return usage("--provider has to be the NAME of a section [saml.NAME]");
  }
  const std::string posted = as_posted(response.value());
  const std::string request = options.request.empty() ? request_named_in(posted) : options.request;
  const auto judgement =
      sign_on.value()->reader().judge({posted,
                                       provider->second.provider,
                                       {service.us.entity_id, service.us.consumer_url},
                                       {request, *at - kRequestIsOld, false},
                                       *at});
  if (!judgement) {
    (void)complain(judgement.error());
    return ExitCode::kRefused;
  }
  say_checks(judgement.value());
  if (!judgement.value().identity) {
    say("REFUSED by " + std::string{saml::id_of(judgement.value().refusal->check)});
    return ExitCode::kRefused;
  }
  say_identity(*judgement.value().identity);
  return say_person(*judgement.value().identity, provider->second.rules);
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
  if (command == "rotate" && words.size() == 2) {
    return rotate(arguments);
  }
  if (command == "test" && words.size() == 2) {
    return test(arguments);
  }
  return usage("saml has the commands show, add, test and rotate");
}

}  // namespace leadkeep::ctl
