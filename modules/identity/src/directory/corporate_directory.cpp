#include "directory/account_standing.h"
#include "directory/directory_id.h"
#include "directory/names.h"
#include "directory/person_groups.h"

#include <leadkeep/base/text.h>
#include <leadkeep/identity/corporate_directory.h>
#include <leadkeep/ldap/dn.h>

#include <algorithm>

namespace leadkeep::identity {
namespace {

constexpr std::size_t kMaxUsername = 128;
constexpr std::size_t kMaxPassword = 1'024;
constexpr std::size_t kMaxDisplayName = 128;
constexpr std::size_t kIdsPerQuery = 50;
constexpr const char* kEmail = "mail";

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_acceptable(const LoginAttempt& attempt) {
  return !attempt.username.empty() && attempt.username.size() <= kMaxUsername &&
         is_valid_utf8(attempt.username) && std::ranges::none_of(attempt.username, is_control) &&
         !attempt.password.empty() && attempt.password.size() <= kMaxPassword;
}

std::vector<std::string> attributes_of(DirectoryKind kind) {
  std::vector<std::string> names = standing_attributes(kind);
  names.insert(names.end(), {id_attribute(kind), name_attribute(kind), "displayName", "cn"});
  return names;
}

// What colleagues see; a directory may hold anything there.
std::string display_name_of(const ldap::Entry& entry, const std::string& fallback) {
  for (const std::string_view attribute : {"displayName", "cn"}) {
    const auto& values = entry.all(attribute);
    const bool usable = !values.empty() && !values.front().empty() &&
                        values.front().size() <= kMaxDisplayName && is_valid_utf8(values.front()) &&
                        std::ranges::none_of(values.front(), is_control);
    if (usable) {
      return values.front();
    }
  }
  return fallback;
}

// A directory gives several values in no order.
std::vector<std::string> emails_of(const ldap::Entry& entry) {
  std::vector<std::string> emails = entry.all(kEmail);
  std::ranges::sort(emails);
  return emails;
}

DirectoryRules with_canonical_groups(DirectoryRules rules) {
  const auto mend = [](std::string& group) { group = ldap::canonical_dn(group).value_or(group); };
  for (RoleRule& rule : rules.roles) {
    mend(rule.group);
  }
  for (TeamRule& rule : rules.teams) {
    mend(rule.group);
  }
  return rules;
}

std::set<std::string> named_groups(const DirectoryRules& rules) {
  std::set<std::string> groups;
  for (const RoleRule& rule : rules.roles) {
    groups.insert(rule.group);
  }
  for (const TeamRule& rule : rules.teams) {
    groups.insert(rule.group);
  }
  return groups;
}

// A server that is asked for a password takes about as long for a name that it does not know.
constexpr std::string_view kNobody = "cn=nobody-of-this-name";

}  // namespace

CorporateDirectory::CorporateDirectory(ldap::Servers& servers, DirectoryRules rules,
                                       const Clock& clock)
    : m_servers{servers},
      m_rules{with_canonical_groups(std::move(rules))},
      m_groups{named_groups(m_rules)},
      m_clock{clock} {}

Result<std::vector<ldap::Entry>> CorporateDirectory::find_by_name(const std::string& username) {
  std::vector<std::string> attributes = attributes_of(m_rules.kind);
  attributes.emplace_back(kEmail);  // for a code, which only a log-in asks for
  std::vector<ldap::Entry> found;
  LK_TRY_VOID(m_servers.ask([&](ldap::Connection& connection) -> Result<void> {
    LK_TRY(found, connection.search({m_rules.user_base, ldap::Scope::kSubtree,
                                     name_filter(m_rules, username), attributes, 2}));
    return {};
  }));
  return found;
}

Result<DirectoryPerson> CorporateDirectory::describe(ldap::Connection& connection,
                                                     const ldap::Entry& entry,
                                                     PersonGroups& person_groups) {
  const auto id = id_of(m_rules.kind, entry);
  const auto& names = entry.all(name_attribute(m_rules.kind));
  if (!id || names.empty()) {
    return fail(Errc::kUnavailable,
                "directory: an entry without its id or name; the service account must be allowed "
                "to read " +
                    id_attribute(m_rules.kind) + " and " + name_attribute(m_rules.kind));
  }
  DirectoryPerson person;
  person.id = *id;
  person.username = to_lower_ascii(names.front());
  person.display_name = display_name_of(entry, person.username);
  person.emails = emails_of(entry);
  person.standing = standing_of(m_rules.kind, entry, m_clock.now());
  LK_TRY(const auto groups, person_groups.of(connection, entry.dn()));
  for (const RoleRule& rule : m_rules.roles) {
    if (groups.contains(rule.group) &&
        std::ranges::find(person.roles, rule.role) == person.roles.end()) {
      person.roles.push_back(rule.role);
    }
  }
  for (const TeamRule& rule : m_rules.teams) {
    if (groups.contains(rule.group)) {
      person.teams.push_back(rule.team);
    }
  }
  if (person.standing == Standing::kActive && person.roles.empty()) {
    person.standing = Standing::kWithoutRole;
  }
  return person;
}

Result<ProvenPerson> CorporateDirectory::prove(const LoginAttempt& attempt, const Gate& gate,
                                               std::string_view& cause) {
  const Fail one_answer = fail(Errc::kUnauthenticated, "log-in: refused");
  if (!is_acceptable(attempt)) {
    cause = "unusable_input";
    return one_answer;
  }
  cause = "directory_unavailable";
  auto found = find_by_name(attempt.username);
  if (!found && found.error().code != Errc::kTooLarge) {
    return Fail{std::move(found).error()};
  }
  const bool one = found && found.value().size() == 1;
  const auto id = one ? id_of(m_rules.kind, found.value().front()) : std::nullopt;
  const bool admitted = id && gate(*id).ok();
  const std::string dn =
      admitted ? found.value().front().dn() : std::string{kNobody} + "," + m_rules.user_base;
  LK_TRY(const ldap::BindAnswer answer, m_servers.prove(dn, attempt.password));
  if (!admitted) {
    cause = one ? "throttled" : found && found.value().empty() ? "unknown_agent" : "ambiguous_name";
    return one_answer;
  }
  if (answer.verdict != ldap::BindAnswer::Verdict::kProven) {
    cause = answer.cause;
    return one_answer;
  }
  std::optional<DirectoryPerson> person;
  PersonGroups person_groups{m_rules, m_groups};
  LK_TRY_VOID(m_servers.ask([&](ldap::Connection& connection) -> Result<void> {
    LK_TRY(person, describe(connection, found.value().front(), person_groups));
    return {};
  }));
  if (person->standing != Standing::kActive) {
    cause = name_of(person->standing);
    return one_answer;
  }
  cause = {};
  return ProvenPerson{*std::move(person)};
}

Result<void> CorporateDirectory::check_base(ldap::Connection& connection) {
  LK_TRY(const auto base,
         connection.search(
             {m_rules.user_base, ldap::Scope::kBase, "(objectClass=*)", {"objectClass"}, 1}));
  if (base.size() != 1) {
    return fail(Errc::kUnavailable,
                "directory: the service account cannot read directory.user_base");
  }
  return {};
}

Result<std::vector<DirectoryPerson>> CorporateDirectory::look_up(std::span<const DirectoryId> ids) {
  std::vector<DirectoryPerson> people;
  PersonGroups person_groups{m_rules, m_groups};
  for (std::size_t at = 0; at < ids.size(); at += kIdsPerQuery) {
    const auto some = ids.subspan(at, std::min(kIdsPerQuery, ids.size() - at));
    std::string filter = "(|";
    for (const DirectoryId& id : some) {
      filter += filter_for(m_rules.kind, id);
    }
    filter += ")";
    std::vector<DirectoryPerson> described;
    LK_TRY_VOID(m_servers.ask([&](ldap::Connection& connection) -> Result<void> {
      described.clear();  // the question may be asked again
      LK_TRY(const auto entries,
             connection.search({m_rules.user_base, ldap::Scope::kSubtree, filter,
                                attributes_of(m_rules.kind), static_cast<int>(some.size())}));
      if (entries.size() < some.size()) {
        LK_TRY_VOID(check_base(connection));
      }
      for (const ldap::Entry& entry : entries) {
        LK_TRY(DirectoryPerson person, describe(connection, entry, person_groups));
        described.push_back(std::move(person));
      }
      return {};
    }));
    std::ranges::move(described, std::back_inserter(people));
  }
  return people;
}

std::string_view name_of(Standing standing) noexcept {
  switch (standing) {
    case Standing::kActive:
      return "active";
    case Standing::kDisabled:
      return "account_disabled";
    case Standing::kExpired:
      return "account_expired";
    case Standing::kWithoutPassword:
      return "password_not_required";
    case Standing::kLocked:
      return "account_locked";
    case Standing::kMustChangePassword:
      return "must_change_password";
    case Standing::kPasswordExpired:
      return "password_expired";
    case Standing::kWithoutRole:
      return "without_role";
  }
  return "?";
}

}  // namespace leadkeep::identity
