// leadkeep/identity/session.h — login path, session: agent × time, found by an opaque token
//
// A token is 32 random bytes in base64url, given out once. The store keeps its SHA-256 only. A
// session ends when it was idle for too long, when it is too old, on sign-out, when the agent is
// disabled or the agent's authentication epoch is raised, or when newer sessions of the agent
// exceed the limit.
//
// What the policy asks of the agent's roles counts at every request: who has become an administrator
// meanwhile signs in again, with a second factor.
//
// Takes    Admission (open), a token (find)
// Yields   Session; only SessionStore makes one
// Refuses  kUnauthenticated for every token that does not lead to a live session
//          kUnavailable     the directory was not heard for hours; the session waits for it
// Threads  any
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/id.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/identity/admission.h>
#include <leadkeep/identity/assurance.h>
#include <leadkeep/identity/directory_word.h>
#include <leadkeep/identity/policy.h>
#include <leadkeep/store/transaction.h>

#include <chrono>
#include <string>
#include <vector>

namespace leadkeep::identity {

struct SessionKind {
  static constexpr std::string_view kPrefix = "session_";
};

using SessionId = Id<SessionKind>;  // pseudonym for the audit trail; not the token

class Session {
 public:
  [[nodiscard]] const SessionId& id() const noexcept { return m_id; }

  [[nodiscard]] const AgentId& agent() const noexcept { return m_agent; }

  [[nodiscard]] const std::string& username() const noexcept { return m_username; }

  [[nodiscard]] const std::string& display_name() const noexcept { return m_display_name; }

  [[nodiscard]] const std::vector<Role>& roles() const noexcept { return m_roles; }

  [[nodiscard]] Assurance assurance() const noexcept { return m_assurance; }

  [[nodiscard]] Timestamp expires_at() const noexcept {
    return m_expires_at;
  }  // whichever comes first, idle or age

 private:
  friend class SessionStore;
  Session() = default;

  SessionId m_id;
  AgentId m_agent;
  std::string m_username;
  std::string m_display_name;
  std::vector<Role> m_roles;
  Assurance m_assurance = Assurance::kEnrolmentOnly;
  Timestamp m_created_at;
  Timestamp m_expires_at;
  Bytes m_key;               // of the row
  bool m_touch_due = false;  // the time of last use is worth writing
};

struct OpenedSession {
  SecretBytes token;  // text
  Session session;
};

struct SessionLimits {
  std::chrono::minutes idle{30};
  std::chrono::hours absolute{12};
  std::uint32_t max_per_agent = 5;
  static constexpr std::chrono::minutes kEnrolment{10};  // of one that may enrol only
};

class SessionStore {
 public:
  // `word` is of the directory that vouches for its people; it outlives this.
  SessionStore(SessionLimits limits, const DirectoryWord& word, SecondFactorPolicy policy)
      : m_limits{limits}, m_word{word}, m_policy{std::move(policy)} {}

  // The token is made before the transaction, so that a body that runs twice gives it once.
  [[nodiscard]] static SecretBytes new_token();

  struct Opened {
    Session session;
    std::vector<SessionId> ended;
  };

  // Ends the oldest sessions of the agent where one more would be too many.
  [[nodiscard]] Result<Opened> open(store::WriteTxn& txn, const Admission& admission,
                                    const SecretBytes& token, SessionId id, Timestamp now) const;
  // What the agent signs in with has changed: ends all sessions of the agent and opens one that
  // lasts no longer than `session` would have, had it been a full one.
  [[nodiscard]] Result<Opened> replace_all(store::WriteTxn& txn, const Session& session,
                                           const Admission& admission, const SecretBytes& token,
                                           SessionId id, Timestamp now) const;
  [[nodiscard]] Result<Session> find(store::ReadTxn& txn, ByteView token, Timestamp now) const;

  enum class Touch { kNotDue, kDue };

  [[nodiscard]] static Touch touch_due(const Session& session) noexcept {
    return session.m_touch_due ? Touch::kDue : Touch::kNotDue;
  }

  [[nodiscard]] Result<void> touch(store::WriteTxn& txn, const Session& session,
                                   Timestamp now) const;
  [[nodiscard]] Result<void> close(store::WriteTxn& txn, const Session& session) const;

  // Everybody who has a session that is not over, each once.
  [[nodiscard]] Result<std::vector<AgentId>> list_agents(store::ReadTxn& txn, Timestamp now) const;
  // Ends the sessions of an agent that were opened before then; says which.
  [[nodiscard]] Result<std::vector<SessionId>> close_all(store::WriteTxn& txn, const AgentId& agent,
                                                         Timestamp opened_before) const;

  // Sessions that are over, at most `limit`; and their removal, which looks again.
  [[nodiscard]] Result<std::vector<Bytes>> find_over(store::ReadTxn& txn, Timestamp now,
                                                     std::size_t limit) const;
  [[nodiscard]] Result<void> remove_over(store::WriteTxn& txn, const std::vector<Bytes>& keys,
                                         Timestamp now) const;

 private:
  [[nodiscard]] Result<Opened> open_as_of(store::WriteTxn& txn, const Admission& admission,
                                          const SecretBytes& token, SessionId id, Timestamp created,
                                          Timestamp now) const;

  SessionLimits m_limits;
  const DirectoryWord& m_word;
  SecondFactorPolicy m_policy;
};

}  // namespace leadkeep::identity
