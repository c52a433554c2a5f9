// leadkeep/identity/corporate_directory.h — login path: people proven by the company's directory
//
//   name ─ search, exactly one entry ─ bind with the password ─ state of the account ─ groups ─
//   ProvenPerson
//
// The state is looked at after the password, and every refusal looks the same from outside, so that
// nobody learns from an answer which names exist. A name that is not found costs a bind as well.
//
// Errors   kUnauthenticated  refused; the cause is for the trail only
//          kUnavailable      the directory gave no answer that decides
// Threads  any; never inside a transaction of the store
// Source   RFC 4513 (bind), RFC 4515 (filters), MS-ADTS (tokenGroups, userAccountControl)
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/identity/directory_person.h>
#include <leadkeep/identity/directory_rules.h>
#include <leadkeep/identity/directory_trial.h>
#include <leadkeep/identity/login_attempt.h>
#include <leadkeep/ldap/servers.h>

#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::identity {

class PersonGroups;

// Made by a log-in at the directory that succeeded just now, and by nothing else.
class ProvenPerson {
 public:
  [[nodiscard]] const DirectoryPerson& person() const noexcept { return m_person; }

 private:
  friend class CorporateDirectory;

  explicit ProvenPerson(DirectoryPerson person) : m_person{std::move(person)} {}

  DirectoryPerson m_person;
};

class CorporateDirectory {
 public:
  CorporateDirectory(ldap::Servers& servers, DirectoryRules rules, const Clock& clock);

  // Whether this person's password may be tried at the directory now.
  using Gate = std::function<Result<void>(const DirectoryId& id)>;

  // `cause` is filled in when this fails, for the trail.
  [[nodiscard]] Result<ProvenPerson> prove(const LoginAttempt& attempt, const Gate& gate,
                                           std::string_view& cause);

  // The same as a report of each step. With an empty password only what needs none.
  [[nodiscard]] Trial try_out(const LoginAttempt& attempt);

  // What the directory says of these people now; those that it does not know are left out. Where
  // some are left out, the connection that said so could read the base of the search: an account
  // without rights finds nobody either. An error says nothing about anybody.
  [[nodiscard]] Result<std::vector<DirectoryPerson>> look_up(std::span<const DirectoryId> ids);

 private:
  [[nodiscard]] Result<std::vector<ldap::Entry>> find_by_name(const std::string& username);
  [[nodiscard]] Result<DirectoryPerson> describe(ldap::Connection& connection,
                                                 const ldap::Entry& entry,
                                                 PersonGroups& person_groups);
  [[nodiscard]] Result<void> check_base(ldap::Connection& connection);

  ldap::Servers& m_servers;
  const DirectoryRules m_rules;
  const std::set<std::string> m_groups;  // that the rules name
  const Clock& m_clock;
};

}  // namespace leadkeep::identity
