#include "company_directory.h"

#include "company_rules.h"

#include <leadkeep/base/files.h>

#include <set>

namespace leadkeep::daemon {
namespace {

constexpr std::size_t kMaxPasswordBytes = 1'024;

identity::DirectoryRules rules_of(const config::Settings::Directory& settings) {
  identity::DirectoryRules rules;
  rules.kind = kind_of(settings.kind);
  rules.user_base = settings.user_base;
  rules.user_filter = settings.user_filter;
  rules.group_base = settings.group_base;
  rules.roles = granted_roles<identity::RoleRule>(settings);
  for (const config::TeamGroup& team : settings.teams) {
    rules.teams.push_back({team.group, team.team});
  }
  return rules;
}

}  // namespace

Result<std::unique_ptr<CompanyDirectory>> CompanyDirectory::open(
    const config::Settings::Directory& settings, const Clock& clock) {
  if (settings.kind == config::DirectoryKind::kNone) {
    return std::unique_ptr<CompanyDirectory>{};
  }
  std::vector<ldap::Server> servers;
  std::set<egress::Destination> allowed;
  for (const std::string& url : settings.servers) {
    LK_TRY(ldap::Server server, ldap::Server::parse(url));
    allowed.insert(server.destination);
    servers.push_back(std::move(server));
  }
  LK_TRY_VOID(ldap::trust(settings.ca_file));
  LK_TRY(SecretBytes password, read_secret_line(settings.bind_password_file, kMaxPasswordBytes));
  return std::unique_ptr<CompanyDirectory>{
      new CompanyDirectory{settings, egress::AllowList{std::move(allowed)}, std::move(servers),
                           std::move(password), clock}};
}

CompanyDirectory::CompanyDirectory(const config::Settings::Directory& settings,
                                   egress::AllowList allowed, std::vector<ldap::Server> servers,
                                   SecretBytes password, const Clock& clock)
    : m_dialer{std::move(allowed)},
      m_servers{ldap::Network{m_dialer, m_watch},
                std::move(servers),
                {settings.bind_dn, std::move(password)},
                clock},
      m_people{m_servers, rules_of(settings), clock} {}

}  // namespace leadkeep::daemon
