// leadkeep/identity/local_directory.h — login path: agents kept in the store, with passwords
//
// The small list of local agents, which becomes the break-glass list once the corporate directory
// is connected. Usernames are compared in lower case; they are found through a blind index.
//
// prove() does the same work for an unknown username, a disabled agent and a wrong password, and
// gives one answer for all three (kUnauthenticated).
// Errors   kInvalidInput  a username, name, role list or password that is not acceptable;
//                         the detail says which rule
//          kPasswordTooEasy  as password_rules.h
//          kConflict      the username is taken; the agent has no password here
//          kNotFound      no such agent
// Threads  any
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/pii.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/identity/login_attempt.h>
#include <leadkeep/identity/password_rules.h>
#include <leadkeep/identity/policy.h>
#include <leadkeep/identity/proven_identity.h>
#include <leadkeep/store/store.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leadkeep::identity {

inline constexpr std::size_t kMaxUsernameBytes = 64;

// Why a proof failed; never for the one who tried.
struct RefusedProof {
  std::string_view cause;  // unknown_agent, disabled_agent, wrong_password
  std::optional<AgentId> account;
};

struct NewAgent {
  std::string username;
  std::string display_name;
  std::vector<Role> roles;
  SecretBytes password;
};

struct AgentSummary {
  AgentId id;
  std::string username;
  std::string display_name;
  std::vector<Role> roles;
  enum class State { kActive, kDisabled } state;
  Timestamp created_at;
};

class LocalDirectory {
 public:
  explicit LocalDirectory(store::Store& store, PasswordRules rules = PasswordRules{})
      : m_store{store}, m_rules{std::move(rules)} {}

  // Not inside a transaction: checking a password takes tens of milliseconds. `refused` is for the
  // audit trail and is filled in when this fails.
  [[nodiscard]] Result<ProvenIdentity> prove(const LoginAttempt& attempt,
                                             RefusedProof& refused) const;

  // A NewAgent whose rules were checked and whose password was hashed, outside any transaction.
  class CheckedAgent {
   public:
    [[nodiscard]] const AgentId& id() const noexcept { return m_id; }

   private:
    friend class LocalDirectory;
    AgentId m_id;
    NewAgent m_agent;
    std::string m_password_hash;
  };

  [[nodiscard]] Result<CheckedAgent> check(NewAgent agent, Timestamp now) const;
  [[nodiscard]] Result<void> add(store::WriteTxn& txn, const CheckedAgent& agent,
                                 Timestamp now) const;

  // The same of a password alone.
  class CheckedPassword {
   private:
    friend class LocalDirectory;
    AgentId m_agent;
    std::string m_hash;
  };

  // kConflict for an agent who is proven elsewhere.
  [[nodiscard]] Result<void> require_password_of(const AgentId& agent) const;
  [[nodiscard]] Result<CheckedPassword> check_password(const AgentId& agent,
                                                       const SecretBytes& password) const;
  // What the agent had opened with the one before is for the caller to end.
  [[nodiscard]] Result<AgentId> set_password(store::WriteTxn& txn,
                                             const CheckedPassword& password) const;
  // Disabling ends the agent's sessions.
  [[nodiscard]] Result<AgentId> set_state(store::WriteTxn& txn, std::string_view username,
                                          AgentSummary::State state) const;
  // Whoever has this name now, of the local list or of the company's directory.
  [[nodiscard]] Result<AgentId> id_of(store::ReadTxn& txn, std::string_view username) const;
  [[nodiscard]] Result<std::vector<AgentSummary>> list(store::ReadTxn& txn) const;
  [[nodiscard]] Result<std::optional<AgentSummary>> find(store::ReadTxn& txn,
                                                         const AgentId& id) const;

 private:
  store::Store& m_store;
  PasswordRules m_rules;
};

[[nodiscard]] std::string normalise_username(std::string_view username);

}  // namespace leadkeep::identity
