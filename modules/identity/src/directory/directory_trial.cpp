#include "directory/names.h"
#include "directory/person_groups.h"

#include <leadkeep/identity/corporate_directory.h>

namespace leadkeep::identity {
namespace {

using Outcome = TrialStep::Outcome;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    out += (out.empty() ? "" : ", ") + word;
  }
  return out.empty() ? "none" : out;
}

std::vector<std::string> names_of(const std::vector<Role>& roles) {
  std::vector<std::string> names;
  names.reserve(roles.size());
  for (const Role role : roles) {
    names.emplace_back(name_of(role));
  }
  return names;
}

std::string words_for(std::string_view cause) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"wrong_password", "the directory says that the password is wrong"},
      {"account_locked", "the account is locked after too many wrong passwords"},
      {"account_disabled", "the account is disabled"},
      {"account_expired", "the account has expired"},
      {"password_expired", "the password has expired"},
      {"must_change_password", "the password must be changed first, outside of Leadkeep"},
      {"outside_logon_hours", "the directory lets this person in at other hours only"},
      {"workstation_not_allowed",
       "the directory lets this person in from named workstations only; add this server there"},
      {"password_not_required",
       "the directory lets this account have no password; clear PASSWD_NOTREQD"},
      {"without_role",
       "the person is in none of the groups of directory.agents, .supervisors, "
       ".privacy_officers, .auditors and .admins"},
  };
  for (const auto& [name, words] : kWords) {
    if (name == cause) {
      return std::string{words};
    }
  }
  return "the directory refused (" + std::string{cause} + ")";
}

}  // namespace

Trial CorporateDirectory::try_out(const LoginAttempt& attempt) {
  Trial trial;
  const auto good = [&](std::string what, std::string words) {
    trial.steps.push_back({Outcome::kGood, std::move(what), std::move(words)});
  };
  const auto bad = [&](std::string what, std::string words) {
    trial.steps.push_back({Outcome::kBad, std::move(what), std::move(words)});
    return trial;
  };
  const auto served = m_servers.ask([](ldap::Connection&) { return Result<void>{}; });
  if (!served) {
    return bad("server", served.error().detail);
  }
  good("server", "connected with TLS, the certificate is trusted, the service account is let in");

  const auto found = find_by_name(attempt.username);
  const std::string asked =
      "below " + m_rules.user_base + " for " + name_filter(m_rules, attempt.username);
  if (!found) {
    return bad("search", asked + ": " +
                             (found.error().code == Errc::kTooLarge
                                  ? "more than one entry; make directory.user_filter "
                                    "fit one person only"
                                  : found.error().detail));
  }
  if (found.value().size() != 1) {
    return bad("search", asked + ": " + std::to_string(found.value().size()) +
                             " entries; there must be exactly one");
  }
  const ldap::Entry& entry = found.value().front();
  good("search", asked + ": " + entry.dn());

  std::optional<DirectoryPerson> person;
  PersonGroups person_groups{m_rules, m_groups};
  const auto described = m_servers.ask([&](ldap::Connection& connection) -> Result<void> {
    LK_TRY(person, describe(connection, entry, person_groups));
    return {};
  });
  if (!described) {
    return bad("entry", described.error().detail);
  }
  if (!attempt.password.empty()) {
    const auto answer = m_servers.prove(entry.dn(), attempt.password);
    if (!answer) {
      return bad("password", answer.error().detail);
    }
    if (answer.value().verdict != ldap::BindAnswer::Verdict::kProven) {
      return bad("password", words_for(answer.value().cause));
    }
    good("password", "right");
  }
  if (person->standing != Standing::kActive && person->standing != Standing::kWithoutRole) {
    return bad("account", words_for(name_of(person->standing)));
  }
  good("account", "active");
  if (person->roles.empty()) {
    return bad("groups", words_for(name_of(Standing::kWithoutRole)));
  }
  good("groups", "roles: " + joined(names_of(person->roles)) + "; teams: " + joined(person->teams));
  trial.would_be = std::move(person);
  return trial;
}

}  // namespace leadkeep::identity
