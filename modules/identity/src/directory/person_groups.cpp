#include "directory/person_groups.h"

#include <leadkeep/ldap/dn.h>
#include <leadkeep/ldap/filter.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <vector>

namespace leadkeep::identity {
namespace {

constexpr int kMaxDepth = 10;
constexpr int kMaxGroups = 1'000;
constexpr std::size_t kDnsPerQuery = 50;

// Active Directory answers with all groups at once, the primary group and nested ones among them,
// as security identifiers, for a search of the entry alone.
Result<std::set<std::string>> by_token_groups(ldap::Connection& connection,
                                              const std::set<std::string>& groups,
                                              const std::string& person_dn) {
  ldap::Search search{person_dn, ldap::Scope::kBase, "(objectClass=*)", {"tokenGroups"}, 1};
  LK_TRY(const auto person, connection.search(search));
  std::set<std::string> out;
  if (person.empty()) {
    return out;
  }
  const auto& identifiers = person.front().all("tokenGroups");
  for (const std::string& group : groups) {
    search.base = group;
    search.attributes = {"objectSid"};
    auto found = connection.search(search);
    if (!found && found.error().code == Errc::kNotFound) {
      continue;  // nobody is in a group that is not there
    }
    if (!found) {
      return Fail{std::move(found).error()};
    }
    const auto identifier =
        found.value().empty() ? std::nullopt : found.value().front().one("objectSid");
    if (identifier && std::ranges::find(identifiers, *identifier) != identifiers.end()) {
      out.insert(group);
    }
  }
  return out;
}

std::string with_any_member(std::span<const std::string> dns) {
  std::string filter = "(|";
  for (const std::string& dn : dns) {
    const std::string value = ldap::escape_filter_value(dn);
    filter.append("(member=").append(value).append(")(uniqueMember=").append(value).append(")");
  }
  return filter + ")";
}

// From the person upwards, one question for each level. A group that was seen is not asked for
// again, so that groups which hold each other end.
Result<std::set<std::string>> by_expansion(ldap::Connection& connection,
                                           const DirectoryRules& rules,
                                           const std::set<std::string>& groups,
                                           const std::string& person_dn) {
  std::set<std::string> seen;
  std::vector<std::string> level{person_dn};
  for (int depth = 0; depth < kMaxDepth && !level.empty(); ++depth) {
    std::vector<std::string> next;
    for (std::size_t at = 0; at < level.size(); at += kDnsPerQuery) {
      const std::span members =
          std::span{level}.subspan(at, std::min(kDnsPerQuery, level.size() - at));
      LK_TRY(const auto found, connection.search({rules.group_base,
                                                  ldap::Scope::kSubtree,
                                                  with_any_member(members),
                                                  {"1.1"},
                                                  kMaxGroups}));
      for (const ldap::Entry& group : found) {
        const auto dn = ldap::canonical_dn(group.dn());
        if (dn && seen.insert(*dn).second) {
          next.push_back(group.dn());
        }
      }
    }
    if (seen.size() > kMaxGroups) {
      return fail(Errc::kTooLarge, "directory: somebody is in more than 1000 groups");
    }
    level = std::move(next);
  }
  std::set<std::string> out;
  std::ranges::set_intersection(seen, groups, std::inserter(out, out.end()));
  return out;
}

}  // namespace

Result<std::set<std::string>> groups_of(ldap::Connection& connection, const DirectoryRules& rules,
                                        const std::set<std::string>& groups,
                                        const std::string& person_dn) {
  return rules.kind == DirectoryKind::kActiveDirectory
             ? by_token_groups(connection, groups, person_dn)
             : by_expansion(connection, rules, groups, person_dn);
}

}  // namespace leadkeep::identity
