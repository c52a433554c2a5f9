#include "ctl/oidc_commands.h"

#include "company_oidc.h"
#include "ctl/talk.h"
#include "oidc_keys.h"

#include <leadkeep/base/clock.h>
#include <leadkeep/config/load.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/transfer/prepare_process.h>

#include <algorithm>
#include <csignal>
#include <fstream>

namespace leadkeep::ctl {
namespace {

ExitCode complain_refused(const Error& error) {
  (void)complain(error);
  return ExitCode::kRefused;
}

void say_what_providers_need(const config::Settings& settings, const std::string& name) {
  const std::string& origin = settings.browser.origin;
  say("  redirect URI         " + origin + "/v1/oidc/callback/" + name);
  say("  our keys             " + origin + "/v1/oidc/jwks");
  say("  back-channel logout  " + origin + "/v1/oidc/logout/" + name);
  say("  after signing out    " + origin + "/");
}

ExitCode show(const Arguments& arguments) {
  const auto settings = config::load(arguments.config, {});
  if (!settings) {
    return complain_refused(settings.error());
  }
  const auto& oidc = settings.value().oidc;
  if (oidc.keys.empty() || settings.value().browser.origin.empty()) {
    return usage("oidc.keys and browser.origin have to be set in " + arguments.config.string());
  }
  const auto keys = daemon::OidcKeys::load(oidc.keys);
  if (!keys) {
    return complain_refused(keys.error());
  }
  say("certificate, SHA-256   " + to_hex(crypto::sha256({keys.value().client.certificate})));
  if (keys.value().next) {
    say("the next one           " + to_hex(crypto::sha256({keys.value().next->certificate})));
  }
  if (oidc.providers.empty()) {
    say("there is no section [oidc.NAME] yet; a provider will have to know");
    say_what_providers_need(settings.value(), "NAME");
  }
  for (const auto& [name, provider] : oidc.providers) {
    say("oidc." + name + ":");
    say("  issuer               " + provider.issuer);
    say("  client               " + provider.client_id);
    say_what_providers_need(settings.value(), name);
  }
  return ExitCode::kDone;
}

void say_metadata(const oidc::ProviderMetadata& metadata) {
  say("ok   metadata           read, and of this issuer");
  say("ok   keys               read from " + metadata.jwks_uri);
  say("     sign-on            " + metadata.authorization_endpoint);
  say("     tokens             " + metadata.token_endpoint);
  say("     sign-out           " + metadata.end_session_endpoint.value_or("not offered"));
}

// The provider by its name, or the only one.
Result<std::string> provider_named(const config::Settings& settings, const std::string& name) {
  const auto& providers = settings.oidc.providers;
  if (name.empty() && providers.size() == 1) {
    return providers.begin()->first;
  }
  return providers.contains(name)
             ? Result<std::string>{name}
             : fail(Errc::kNotFound, "say which provider: there is no section [oidc." +
                                         (name.empty() ? "NAME" : name) + "], or several");
}

std::string advice_on(const Error& error) {
  switch (error.code) {
    case Errc::kForbidden:
      return "; check oidc.ca_file, egress.allow for hosts other than the issuer's, client_id, "
             "client_authentication, assertion_audience, and that the provider has our key";
    case Errc::kUnavailable:
      return "; check the issuer, the name service and the way there";
    default:
      return "";
  }
}

ExitCode bad(const std::string& step, const Error& error) {
  say("BAD  " + step + error.detail + advice_on(error));
  return ExitCode::kRefused;
}

ExitCode try_provider(const config::Settings& settings, const std::string& name) {
  const auto company = daemon::CompanyOidc::open(settings);
  if (!company) {
    return complain_refused(company.error());
  }
  oidc::Provider& provider = *company.value()->service().providers.at(name).provider;
  const SystemClock clock;
  const auto metadata = provider.metadata(clock.now());
  if (!metadata) {
    return bad("metadata           ", metadata.error());
  }
  say_metadata(metadata.value());
  const auto& offered = metadata.value().client_authentications;
  const std::string ours =
      provider.client().authentication == oidc::ClientAuthentication::kPrivateKeyJwt
          ? "private_key_jwt"
          : "tls_client_auth";
  const auto is_ours = [&](const std::string& method) { return method.ends_with(ours); };
  if (!offered.empty() && std::ranges::none_of(offered, is_ours)) {
    say("     note               the provider does not list " + ours);
  }
  if (const auto tried = provider.try_client(clock.now()); !tried) {
    return bad("client             ", tried.error());
  }
  say("ok   client             the provider knows us and our key");
  return ExitCode::kDone;
}

ExitCode test(const Arguments& arguments) {
  const auto settings = config::load(arguments.config, {});
  if (!settings) {
    return complain_refused(settings.error());
  }
  const auto name =
      provider_named(settings.value(), arguments.words.size() > 2 ? arguments.words[2] : "");
  if (!name) {
    return usage(name.error().detail);
  }
  return try_provider(settings.value(), name.value());
}

// The metadata is read first: a section that nobody can use is not written.
ExitCode add(const Arguments& arguments) {
  const std::string& name = arguments.words[2];
  if (!config::is_provider_name(name)) {
    return usage("NAME is of small letters and '_', 32 at most");
  }
  const auto names = config::providers_in(arguments.config);
  if (!names) {
    return complain_refused(names.error());
  }
  if (names.value().contains(name)) {
    return usage("there is a section [saml." + name + "] or [oidc." + name + "] already");
  }
  const std::string section = "oidc." + name + ".";
  const std::vector<std::string> as_if{
      section + "issuer=" + arguments.words[3], section + "client_id=" + arguments.words[4],
      section + "agents=nobody yet", section + "directory_id_claim=nothing yet"};
  const auto settings = config::load(arguments.config, as_if);
  if (!settings) {
    return complain_refused(settings.error());
  }
  const auto company = daemon::CompanyOidc::open(settings.value());
  if (!company) {
    return complain_refused(company.error());
  }
  const SystemClock clock;
  const auto metadata =
      company.value()->service().providers.at(name).provider->metadata(clock.now());
  if (!metadata) {
    return bad("metadata           ", metadata.error());
  }
  say_metadata(metadata.value());
  std::ofstream out{arguments.config, std::ios::app};
  out << "\n[oidc." << name << "]\nissuer = " << arguments.words[3]
      << "\nclient_id = " << arguments.words[4] << "\n";
  out.flush();
  if (!out) {
    return complain_refused(
        {Errc::kUnavailable, arguments.config.string() + ": cannot be written to"});
  }
  say("added [oidc." + name + "] to " + arguments.config.string() +
      "; say there which groups make agents (group_claim, agents, …). The provider has to know:");
  say_what_providers_need(settings.value(), name);
  say("then leadkeepctl oidc test " + name + ", and start the daemon anew");
  return ExitCode::kDone;
}

ExitCode rotate(const Arguments& arguments) {
  const auto settings = config::load(arguments.config, {});
  if (!settings) {
    return complain_refused(settings.error());
  }
  const auto& keys = settings.value().oidc.keys;
  if (keys.empty() || settings.value().browser.origin.empty()) {
    return usage("oidc.keys and browser.origin have to be set in " + arguments.config.string());
  }
  const SystemClock clock;
  const auto step = daemon::rotate_oidc_keys(
      keys, daemon::certificate_name(settings.value().browser.origin), clock.now());
  if (!step) {
    return complain_refused(step.error());
  }
  switch (step.value()) {
    case daemon::RotationStep::kMade:
      say("made the key in " + keys.string() + "; start the daemon anew");
      break;
    case daemon::RotationStep::kAnnounced:
      say("made the next key in " + keys.string() +
          "; start the daemon anew, which publishes it. Once every provider has read our keys "
          "(those\nthat do not by themselves: give them the certificate), say this again");
      break;
    case daemon::RotationStep::kChanged:
      say("the next key is that of now; start the daemon anew");
      break;
  }
  return ExitCode::kDone;
}

}  // namespace

ExitCode run_oidc_command(const Arguments& arguments) {
  (void)std::signal(SIGPIPE, SIG_IGN);  // a provider may close while it is written to
  transfer::prepare_process();
  const auto& words = arguments.words;
  const std::string command = words.size() > 1 ? words[1] : "";
  if (command == "show" && words.size() == 2) {
    return show(arguments);
  }
  if (command == "add" && words.size() == 5) {
    return add(arguments);
  }
  if (command == "test" && words.size() <= 3) {
    return test(arguments);
  }
  if (command == "rotate" && words.size() == 2) {
    return rotate(arguments);
  }
  return usage("oidc has the commands show, add NAME ISSUER CLIENT_ID, test [NAME] and rotate");
}

}  // namespace leadkeep::ctl
