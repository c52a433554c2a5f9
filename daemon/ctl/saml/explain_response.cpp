#include "ctl/saml/response_trial.h"
#include "ctl/talk.h"

#include <leadkeep/saml/checks.h>

#include <algorithm>

namespace leadkeep::ctl {
namespace {

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

}  // namespace

ExitCode explain_response(const Arguments& arguments) {
  const auto trial = ResponseTrial::open(arguments);
  if (!trial) {
    (void)complain(trial.error());
    return ExitCode::kUsage;
  }
  const auto judgement = trial.value().judge(trial.value().job);
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
  return say_person(*judgement.value().identity, trial.value().provider->rules);
}

}  // namespace leadkeep::ctl
