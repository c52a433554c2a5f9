#include "directory/person_groups.h"

#include <leadkeep/ldap/dn.h>
#include <leadkeep/ldap/filter.h>

#include <algorithm>
#include <iterator>

namespace leadkeep::identity {
namespace {

constexpr int kMaxDepth = 10;
constexpr int kMaxGroups = 1'000;
constexpr std::size_t kDnsPerQuery = 50;

// uniqueMember has no index in many directories, the class of its groups has one: without it every
// group would be read.
std::string holding(const std::string& dn) {
  const std::string value = ldap::escape_filter_value(dn);
  return "(member=" + value + ")(&(objectClass=groupOfUniqueNames)(uniqueMember=" + value + "))";
}

}  // namespace

Result<void> PersonGroups::learn_identifiers(ldap::Connection& connection) {
  std::map<std::string, std::string> identifiers;
  for (const std::string& group : m_groups) {
    auto found =
        connection.search({group, ldap::Scope::kBase, "(objectClass=*)", {"objectSid"}, 1});
    if (!found && found.error().code == Errc::kNotFound) {
      continue;  // nobody is in a group that is not there
    }
    if (!found) {
      return Fail{std::move(found).error()};
    }
    if (found.value().empty()) {
      continue;
    }
    if (const auto identifier = found.value().front().one("objectSid")) {
      identifiers.emplace(group, *identifier);
    }
  }
  m_identifiers = std::move(identifiers);
  return {};
}

// Active Directory answers with all groups at once, the primary group and nested ones among them,
// as security identifiers, for a search of the entry alone.
Result<PersonGroups::Names> PersonGroups::by_token_groups(ldap::Connection& connection,
                                                          const std::string& person_dn) {
  LK_TRY(const auto person,
         connection.search({person_dn, ldap::Scope::kBase, "(objectClass=*)", {"tokenGroups"}, 1}));
  Names out;
  if (person.empty()) {
    return out;
  }
  if (!m_identifiers) {
    LK_TRY_VOID(learn_identifiers(connection));
  }
  const auto& theirs = person.front().all("tokenGroups");
  for (const auto& [group, identifier] : *m_identifiers) {
    if (std::ranges::find(theirs, identifier) != theirs.end()) {
      out.insert(group);
    }
  }
  return out;
}

Result<PersonGroups::Names> PersonGroups::holders_of(ldap::Connection& connection,
                                                     const Names& dns) {
  Names holders;
  for (auto dn = dns.begin(); dn != dns.end();) {
    std::string filter = "(|";
    for (std::size_t some = 0; some < kDnsPerQuery && dn != dns.end(); ++some, ++dn) {
      filter += holding(*dn);
    }
    filter += ")";
    LK_TRY(const auto found,
           connection.search(
               {m_rules.group_base, ldap::Scope::kSubtree, filter, {"1.1"}, kMaxGroups}));
    for (const ldap::Entry& group : found) {
      holders.insert(group.dn());
    }
  }
  return holders;
}

// One question for each level. A group that was seen is not asked for again, so that groups which
// hold each other end.
Result<PersonGroups::Names> PersonGroups::with_all_above(ldap::Connection& connection,
                                                         const Names& direct) {
  Names seen;  // in canonical form
  Names level = direct;
  for (int depth = 0; depth < kMaxDepth && !level.empty(); ++depth) {
    Names fresh;
    for (const std::string& dn : level) {
      const auto canonical = ldap::canonical_dn(dn);
      if (canonical && seen.insert(*canonical).second) {
        fresh.insert(dn);
      }
    }
    if (seen.size() > kMaxGroups) {
      return fail(Errc::kTooLarge, "directory: somebody is in more than 1000 groups");
    }
    LK_TRY(level, holders_of(connection, fresh));
  }
  return seen;
}

Result<PersonGroups::Names> PersonGroups::by_expansion(ldap::Connection& connection,
                                                       const std::string& person_dn) {
  LK_TRY(const Names direct, holders_of(connection, {person_dn}));
  auto known = m_above.find(direct);
  if (known == m_above.end()) {
    LK_TRY(Names all, with_all_above(connection, direct));
    known = m_above.emplace(direct, std::move(all)).first;
  }
  Names out;
  std::ranges::set_intersection(known->second, m_groups, std::inserter(out, out.end()));
  return out;
}

Result<std::set<std::string>> PersonGroups::of(ldap::Connection& connection,
                                               const std::string& person_dn) {
  return m_rules.kind == DirectoryKind::kActiveDirectory ? by_token_groups(connection, person_dn)
                                                         : by_expansion(connection, person_dn);
}

}  // namespace leadkeep::identity
