// leadkeep/identity/session.h — login path, session: agent × time, found by an opaque token
//
// A token is 32 random bytes in base64url, given out once. The store keeps its SHA-256 only. A
// session ends when it was idle for too long, when it is too old, on sign-out here or at the identity
// provider that it came from, when the agent is disabled or the agent's authentication epoch is
// raised, or when newer sessions of the agent exceed the limit.
//
// What the policy asks of the agent's roles counts at every request: who has become an
// administrator meanwhile signs in again, with a second factor.
//
// A session of a browser is bound to the key of that browser (dpop/proof.h), and its token counts
// only together with a proof of it: a cookie that was taken elsewhere opens nothing. Shown with
// another key, or as the token of a program, it ends the session.
//
// A session belongs to the client through which it was opened: its token shown by another program, or
// by a page, ends it as well.
//
// An agent may give a session on to another client, for a purpose and a time. It lasts no longer than
// the one that it was given from, nor than what takes that one's place; it has no proof of who acts,
// and gets none.
//
// Takes    Admission (open), what a request shows (find)
// Yields   Session; only SessionStore makes one
// Refuses  kUnauthenticated for every token that does not lead to a live session
//          kUnavailable     the directory was not heard for hours; the session waits for it
// Threads  any
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/id.h>
#include <leadkeep/base/pii.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/identity/admission.h>
#include <leadkeep/identity/assurance.h>
#include <leadkeep/identity/caller.h>
#include <leadkeep/identity/directory_word.h>
#include <leadkeep/identity/policy.h>
#include <leadkeep/identity/provider_session.h>
#include <leadkeep/identity/shown_device.h>
#include <leadkeep/store/transaction.h>

#include <chrono>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::records {
class Session;
}

namespace leadkeep::identity {

struct SessionKind {
  static constexpr std::string_view kPrefix = "session_";
};

using SessionId = Id<SessionKind>;  // pseudonym for the audit trail; not the token

// Whether the agent has proven within five minutes who acts: at the log-in or by a step-up.
enum class ProofAge : std::uint8_t { kFresh, kOld };

class Session {
 public:
  [[nodiscard]] const SessionId& id() const noexcept { return m_id; }

  [[nodiscard]] const AgentId& agent() const noexcept { return m_agent; }

  [[nodiscard]] const std::string& username() const noexcept { return m_username; }

  [[nodiscard]] const std::string& display_name() const noexcept { return m_display_name; }

  [[nodiscard]] const std::vector<Role>& roles() const noexcept { return m_roles; }

  [[nodiscard]] Assurance assurance() const noexcept { return m_assurance; }

  // Of the browser that it is bound to; absent for a program, which keeps its token itself.
  [[nodiscard]] const std::optional<DeviceKey>& device_key() const noexcept { return m_device_key; }

  // Through what it is used, with the rights of now.
  [[nodiscard]] const Caller& caller() const noexcept { return m_caller; }

  // Address of the peer that opened it.
  [[nodiscard]] const std::string& source() const noexcept { return m_source; }

  // That it came from, if it came from one.
  [[nodiscard]] const std::optional<ProviderSession>& provider_session() const noexcept {
    return m_provider_session;
  }

  // What it was given on for; nothing: it is the agent's own.
  [[nodiscard]] const std::optional<std::string>& delegated_for() const noexcept {
    return m_delegated_for;
  }

  [[nodiscard]] ProofAge proof_age() const noexcept { return m_proof_age; }

  [[nodiscard]] Timestamp expires_at() const noexcept {
    return m_expires_at;
  }  // whichever comes first: idle, age, or the identity provider's word

 private:
  friend class SessionStore;

  explicit Session(const Caller& caller) : m_caller{caller} {}

  Caller m_caller;
  SessionId m_id;
  AgentId m_agent;
  std::string m_username;
  std::string m_display_name;
  std::vector<Role> m_roles;
  Assurance m_assurance = Assurance::kEnrolmentOnly;
  ProofAge m_proof_age = ProofAge::kOld;
  Timestamp m_created_at;
  Timestamp m_proven_at;
  std::optional<DeviceKey> m_device_key;
  std::optional<Timestamp> m_ends_at;  // as the identity provider says
  std::optional<ProviderSession> m_provider_session;
  SessionId m_origin;
  std::optional<std::string> m_delegated_for;
  std::string m_source;
  Timestamp m_expires_at;
  Bytes m_key;               // of the row
  bool m_touch_due = false;  // the time of last use is worth writing
};

// What a recognised device shows at its next log-in.
struct NextSecret {
  DeviceId device;
  SecretBytes secret;  // text
  Timestamp ends_at;   // the device's time
};

struct OpenedSession {
  SecretBytes token;  // text
  Session session;
  std::optional<NextSecret> device = std::nullopt;
};

// What a request shows: a token and, if it was proven, the key that signed the request. The views
// live as long as the request.
struct ShownSession {
  ShownSession(const Caller& shown_through, ByteView shown_token,
               std::optional<DeviceKey> proven_key = {}, std::string_view shown_by = {}) noexcept
      : caller{shown_through}, token{shown_token}, key{proven_key}, source{shown_by} {}

  Caller caller;
  ByteView token;
  std::optional<DeviceKey> key;
  std::string_view source;  // address of the peer
};

// What a session is opened with. Token and id are made before the transaction, so that a body that
// runs twice gives them once.
struct SessionStart {
  Caller caller;
  SecretBytes token;
  SessionId id;
  std::string source;                                  // address of the peer
  std::optional<DeviceKey> device_key = std::nullopt;  // one that replaces keeps its own
  // Of an identity provider: when it has authenticated, when the session ends at the latest, and
  // which it is there.
  std::optional<Timestamp> proven_at = std::nullopt;
  std::optional<Timestamp> ends_at = std::nullopt;
  std::optional<ProviderSession> provider_session = std::nullopt;

  [[nodiscard]] static SessionStart draw(const Caller& caller, std::string source, Timestamp now);
  // Through the same as one that it takes the place of.
  [[nodiscard]] static SessionStart draw(const Session& session, Timestamp now);
};

struct SessionLimits {
  std::chrono::minutes idle{30};
  std::chrono::hours absolute{12};
  std::uint32_t max_per_agent = 5;
  std::chrono::hours admin_absolute{8};  // of whoever has the role
  std::uint32_t admin_max = 2;

  static constexpr std::chrono::minutes kEnrolment{10};  // of one that may enrol only
  static constexpr std::chrono::minutes kBreakGlass{15};
  static constexpr std::chrono::minutes kProofIsFresh{5};  // break-glass: as long as it lasts
};

// The sessions here that end with one, or with all, of a person at an identity provider. A view.
struct ProviderLogout {
  const std::string& entity_id;
  const Pii<std::string>& name_id;                  // empty: whoever has these sessions
  const std::vector<std::string>& session_indexes;  // empty: all of theirs
};

// What an agent sees of their sessions.
struct SessionSummary {
  SessionId id;
  Timestamp created_at;
  Timestamp last_used_at;
  Timestamp expires_at;
  Assurance assurance;
  std::string source;
  std::optional<ClientId> client;            // nothing: a page
  std::optional<std::string> delegated_for;  // nothing: the agent's own
};

class SessionStore {
 public:
  // `word` is of the directory that vouches for its people; it outlives this.
  SessionStore(SessionLimits limits, const DirectoryWord& word, SecondFactorPolicy policy)
      : m_limits{limits}, m_word{word}, m_policy{std::move(policy)} {}

  struct Opened {
    Session session;
    std::vector<SessionId> ended;
  };

  // Asked before anything that somebody shows is looked at, and again by open(): kClientNotApproved for a
  // page without a key, kForbidden for a client that has no scope for sessions.
  [[nodiscard]] static Result<void> require_may_open(const Caller& caller,
                                                     const std::optional<DeviceKey>& device_key);

  // Ends the oldest sessions of the agent where one more would be too many.
  [[nodiscard]] Result<Opened> open(store::WriteTxn& txn, const Admission& admission,
                                    const SessionStart& start, Timestamp now) const;
  // The agent has proven again who acts: ends this session and opens one that lasts no longer.
  [[nodiscard]] Result<Opened> replace(store::WriteTxn& txn, const Session& session,
                                       const Admission& admission, const SessionStart& start,
                                       Timestamp now) const;
  // The agent of `session` gives one on to another client: through `start.caller`, until `start.ends_at` or
  // as long as this one lasts. kForbidden for one that was given on itself.
  [[nodiscard]] Result<Opened> delegate(store::WriteTxn& txn, const Session& session,
                                        const SessionStart& start, const std::string& purpose,
                                        Timestamp now) const;
  // kUnauthenticated if the session has ended since it was found: a request may take long to come.
  [[nodiscard]] Result<void> require_live(store::ReadTxn& txn, const Session& session) const;
  // What the agent signs in with has changed: the same, and all other sessions of the agent end.
  [[nodiscard]] Result<Opened> replace_all(store::WriteTxn& txn, const Session& session,
                                           const Admission& admission, const SessionStart& start,
                                           Timestamp now) const;
  // The same, and the new one rests on what the old one did.
  [[nodiscard]] Result<Opened> reopen(store::WriteTxn& txn, const Session& session,
                                      const SessionStart& start, Timestamp now) const;
  [[nodiscard]] Result<Session> find(store::ReadTxn& txn, const ShownSession& shown,
                                     Timestamp now) const;

  struct Elsewhere {
    AgentId agent;
    SessionId session;
  };

  // The session of this token, if it is bound to another key than the one that was shown with it, or
  // belongs to another client.
  [[nodiscard]] Result<std::optional<Elsewhere>> find_elsewhere(store::ReadTxn& txn,
                                                                const ShownSession& shown) const;

  enum class Touch { kNotDue, kDue };

  [[nodiscard]] static Touch touch_due(const Session& session) noexcept {
    return session.m_touch_due ? Touch::kDue : Touch::kNotDue;
  }

  [[nodiscard]] Result<void> touch(store::WriteTxn& txn, const Session& session,
                                   Timestamp now) const;
  [[nodiscard]] Result<void> close(store::WriteTxn& txn, const Session& session) const;

  // The sessions of one agent that are not over, in the order in which they were opened.
  [[nodiscard]] Result<std::vector<SessionSummary>> list(store::ReadTxn& txn,
                                                         const Session& session,
                                                         Timestamp now) const;
  // One of the agent's sessions; kNotFound if the agent has no such one.
  [[nodiscard]] Result<void> close_one(store::WriteTxn& txn, const AgentId& agent,
                                       const SessionId& id) const;
  // Everybody who has a session that is not over, each once.
  [[nodiscard]] Result<std::vector<AgentId>> list_agents(store::ReadTxn& txn, Timestamp now) const;
  // Everybody who has a session that a logout is about.
  [[nodiscard]] Result<std::vector<AgentId>> list_agents(store::ReadTxn& txn,
                                                         const ProviderLogout& logout) const;
  // Ends the sessions of an agent, all or those that were opened before then, and says which.
  [[nodiscard]] Result<std::vector<SessionId>> close_all(
      store::WriteTxn& txn, const AgentId& agent,
      Timestamp opened_before = {std::numeric_limits<std::int64_t>::max()}) const;
  // The same for those of one browser, but for `spared`.
  [[nodiscard]] Result<std::vector<SessionId>> close_on_device(
      store::WriteTxn& txn, const AgentId& agent, const DeviceKey& key,
      const std::optional<SessionId>& spared) const;
  // The same for those that a logout is about.
  [[nodiscard]] Result<std::vector<SessionId>> close_at_provider(
      store::WriteTxn& txn, const AgentId& agent, const ProviderLogout& logout) const;

  // Sessions that are over, at most `limit`; and their removal, which looks again.
  [[nodiscard]] Result<std::vector<Bytes>> find_over(store::ReadTxn& txn, Timestamp now,
                                                     std::size_t limit) const;
  [[nodiscard]] Result<void> remove_over(store::WriteTxn& txn, const std::vector<Bytes>& keys,
                                         Timestamp now) const;

 private:
  struct Beginning {
    Timestamp created;
    Timestamp proven;
    std::optional<DeviceKey> device_key;
    std::optional<Timestamp> ends_at;
    std::optional<ProviderSession> provider_session;
    std::optional<SessionId> origin = std::nullopt;           // nothing: it is the first
    std::optional<std::string> delegated_for = std::nullopt;  // from `origin`
  };

  using IsMeant = std::function<bool(const records::Session&)>;

  [[nodiscard]] Result<std::vector<SessionId>> close_those(store::WriteTxn& txn,
                                                           const AgentId& agent,
                                                           const IsMeant& is_meant) const;

  [[nodiscard]] Result<Opened> reopen_as(store::WriteTxn& txn, const Session& session,
                                         Assurance assurance, const SessionStart& start,
                                         Timestamp now) const;
  [[nodiscard]] Result<Opened> open_as_of(store::WriteTxn& txn, const AgentId& agent,
                                          Assurance assurance, const SessionStart& start,
                                          const Beginning& beginning, Timestamp now) const;

  SessionLimits m_limits;
  const DirectoryWord& m_word;
  SecondFactorPolicy m_policy;
};

}  // namespace leadkeep::identity
