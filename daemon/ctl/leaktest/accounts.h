// leaktest/accounts.h — agents of every role, for the time of the run
#pragma once
#include "instance.h"
#include "transcript.h"

#include <array>
#include <map>
#include <set>

namespace leadkeep::leaktest {

struct Account {
  Role role;
  std::string user_name;
  std::string password;
  std::string token;
  std::string spare_token;                           // for the request that ends a session
  std::map<std::string, std::string> logout_tokens;  // for the others, by path; the agent's alone
  std::vector<std::string> recovery_codes;           // of one who has a second factor
};

inline constexpr std::array kSignedInRoles{Role::kAgent, Role::kSupervisor, Role::kPrivacyOfficer,
                                           Role::kAuditor, Role::kAdmin};

class Accounts {
 public:
  Accounts(Instance& instance, Marks& marks, Transcript& transcript);

  // One account of each role, signed in, and one that requests may disable and enable. All but the
  // agent have a second factor, whether the policy asks for it or not; where the
  // instance has pages, also a passkey, and the supervisor a browser that was remembered.
  [[nodiscard]] Result<void> make();
  // Disables every account that has come since make(), whoever made it.
  [[nodiscard]] Result<void> disable_all();

  [[nodiscard]] const Account& of(Role role) const;

  [[nodiscard]] const std::string& victim() const noexcept { return m_victim; }

  // A name and a password nobody has; they become marks.
  [[nodiscard]] std::string new_user_name();
  [[nodiscard]] std::string new_display_name();
  [[nodiscard]] std::string new_password();

  // What the daemon has drawn and shows once: tokens, secrets and codes become marks.
  void learn_secrets(const RawAnswer& answer);

 private:
  [[nodiscard]] Result<Account> add(Role role);
  [[nodiscard]] Result<void> sign_in(Account& account);
  [[nodiscard]] Result<std::string> log_in(Account& account);
  [[nodiscard]] Result<void> enrol(Account& account);
  [[nodiscard]] Result<void> enrol_passkey(Account& account);
  [[nodiscard]] Result<void> remove_passkey(Account& account, std::string_view id);
  [[nodiscard]] Result<void> change_password(Account& account);
  [[nodiscard]] Result<void> use_browser(Account& account);
  [[nodiscard]] Result<void> break_glass();
  enum class Typed : std::uint8_t { kProofs, kLogIn, kLogInOfAPage, kPasswordOfAPage };
  [[nodiscard]] static std::string proofs_of(Account& account, Typed typed);
  [[nodiscard]] Result<json::Document> post(Role role, const std::string& token,
                                            const std::string& target, std::string body);
  [[nodiscard]] Result<std::set<std::string>> active_user_names();

  Instance& m_instance;
  Marks& m_marks;
  Transcript& m_transcript;
  std::set<std::string> m_before;
  std::vector<Account> m_accounts;
  std::string m_victim;
};

}  // namespace leadkeep::leaktest
