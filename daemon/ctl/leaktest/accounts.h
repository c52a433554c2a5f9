// leaktest/accounts.h — agents of every role, for the time of the run
#pragma once
#include "instance.h"
#include "transcript.h"

#include <array>
#include <set>

namespace leadkeep::leaktest {

struct Account {
  Role role;
  std::string user_name;
  std::string password;
  std::string token;
  std::string spare_token;  // for requests that end a session
};

inline constexpr std::array kSignedInRoles{Role::kAgent, Role::kSupervisor, Role::kAdmin};

class Accounts {
 public:
  Accounts(Instance& instance, Marks& marks, Transcript& transcript);

  // One account of each role, signed in, and one that requests may disable and enable.
  [[nodiscard]] Result<void> make();
  // Disables every account that has come since make(), whoever made it.
  [[nodiscard]] Result<void> disable_all();

  [[nodiscard]] const Account& of(Role role) const;

  [[nodiscard]] const std::string& victim() const noexcept { return m_victim; }

  // A name and a password nobody has; they become marks.
  [[nodiscard]] std::string new_user_name();
  [[nodiscard]] std::string new_display_name();
  [[nodiscard]] std::string new_password();

  // The token in the answer to a log-in becomes a mark.
  void learn_token(const RawAnswer& answer, std::string* token = nullptr);

 private:
  [[nodiscard]] Result<Account> add(Role role);
  [[nodiscard]] Result<void> sign_in(Account& account);
  [[nodiscard]] Result<std::string> log_in(const Account& account);
  [[nodiscard]] Result<std::set<std::string>> active_user_names();

  Instance& m_instance;
  Marks& m_marks;
  Transcript& m_transcript;
  std::set<std::string> m_before;
  std::vector<Account> m_accounts;
  std::string m_victim;
};

}  // namespace leadkeep::leaktest
