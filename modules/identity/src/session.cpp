#include "agent_table.h"
#include "sign_on/provider_session_record.h"
#include "sign_on/provider_sessions.h"

#include <leadkeep/crypto/random.h>
#include <leadkeep/crypto/token.h>
#include <leadkeep/identity/session.h>

#include <algorithm>
#include <set>
#include <span>

namespace leadkeep::identity {
namespace {

constexpr std::chrono::milliseconds kTouchAfter{60'000};
constexpr int kTouchesPerIdleTime = 4;

Fail no_session() {
  return fail(Errc::kUnauthenticated, "session: none for this token");
}

// Removes the row of a session and notes which it was.
Result<void> end_session(store::WriteTxn& txn, ByteView key, const records::Session& record,
                         std::vector<SessionId>& ended) {
  ended.push_back(SessionId::from_bytes(as_bytes(record.id())).value_or(SessionId{}));
  return kSessions.erase(txn, key);
}

// Ends the oldest of the agent's own sessions, or of those that were given on, until one more fits; says
// which.
Result<std::vector<SessionId>> make_room(store::WriteTxn& txn, records::Agent& agent,
                                         std::uint32_t limit, bool for_delegated) {
  std::vector<std::pair<std::string, records::Session>> others;
  for (const std::string& key : agent.session_keys()) {
    LK_TRY(auto record, kSessions.find(txn, as_bytes(key), identity_key()));
    if (record && record->has_delegation() == for_delegated) {
      others.emplace_back(key, *std::move(record));
    }
  }
  std::vector<SessionId> ended;
  auto& keys = *agent.mutable_session_keys();
  for (const auto& [key, record] : others) {
    if (others.size() - ended.size() < std::max(limit, 1U)) {
      break;
    }
    LK_TRY_VOID(end_session(txn, as_bytes(key), record, ended));
    keys.erase(std::remove(keys.begin(), keys.end(), key), keys.end());
  }
  return ended;
}

Result<void> forget_key(store::WriteTxn& txn, const AgentId& id, std::string_view key) {
  LK_TRY(auto agent, find_agent(txn, id));
  if (!agent) {
    return {};
  }
  auto& keys = *agent->mutable_session_keys();
  keys.erase(std::remove(keys.begin(), keys.end(), key), keys.end());
  return kAgents.put(txn, id.bytes(), identity_key(), *agent);
}

// Nothing for a number that is none, as in a record of an earlier version: such a session is over.
std::optional<Assurance> assurance_of(const records::Session& record) {
  for (const Assurance known :
       {Assurance::kEnrolmentOnly, Assurance::kPassword, Assurance::kTwoFactors,
        Assurance::kBreakGlass, Assurance::kPasskey, Assurance::kRecognisedDevice,
        Assurance::kEmailCode, Assurance::kIdentityProvider}) {
    if (record.assurance() == static_cast<std::uint32_t>(known)) {
      return known;
    }
  }
  return std::nullopt;
}

bool is_admin(std::span<const Role> roles) {
  return std::ranges::find(roles, Role::kAdmin) != roles.end();
}

// Whichever comes first: idle, age, or what the identity provider says.
Timestamp end_of(const records::Session& record, const SessionLimits& limits,
                 std::span<const Role> roles) {
  std::chrono::milliseconds age =
      is_admin(roles) ? std::min(limits.admin_absolute, limits.absolute) : limits.absolute;
  if (assurance_of(record) == Assurance::kEnrolmentOnly) {
    age = std::min<std::chrono::milliseconds>(SessionLimits::kEnrolment, age);
  } else if (assurance_of(record) == Assurance::kBreakGlass) {
    age = std::min<std::chrono::milliseconds>(SessionLimits::kBreakGlass, age);
  }
  const Timestamp ours = std::min(Timestamp{record.last_used_ms()} + limits.idle,
                                  Timestamp{record.created_ms()} + age);
  return record.ends_ms() == 0 ? ours : std::min(ours, Timestamp{record.ends_ms()});
}

// Nothing for a session of a program.
std::optional<DeviceKey> device_key_of(const records::Session& record) {
  DeviceKey key;
  if (record.device_key().size() != key.size()) {
    return std::nullopt;
  }
  std::ranges::copy(as_bytes(record.device_key()), key.begin());
  return key;
}

bool is_shown_by_its_client(const records::Session& record, const ShownSession& shown) {
  const auto& client = shown.caller.client();
  return same_bytes(as_bytes(record.client_id()), client ? client->bytes() : ByteView{});
}

// With the key that it is bound to, or with none if it is to none.
bool is_shown_with_its_key(const records::Session& record, const ShownSession& shown) {
  const ByteView key = shown.key ? ByteView{*shown.key} : ByteView{};
  return same_bytes(as_bytes(record.device_key()), key);
}

bool is_shown_where_it_is(const records::Session& record, const ShownSession& shown) {
  return is_shown_by_its_client(record, shown) && is_shown_with_its_key(record, shown);
}

// A program's own token with a key beside it is a mistake, and nothing was taken.
bool was_taken(const records::Session& record, const ShownSession& shown) {
  return !is_shown_by_its_client(record, shown) ||
         (!record.device_key().empty() && !is_shown_with_its_key(record, shown));
}

std::optional<Timestamp> earlier(std::optional<Timestamp> one, std::optional<Timestamp> other) {
  return one && other ? std::min(*one, *other) : (one ? one : other);
}

const std::string& origin_of(const records::Session& record) {
  return record.origin().empty() ? record.id() : record.origin();
}

// A proof of the future is from a clock that was set back: nobody knows how old it is.
ProofAge age_of(Timestamp proven, Timestamp now) {
  return proven <= now && now - proven < SessionLimits::kProofIsFresh ? ProofAge::kFresh
                                                                      : ProofAge::kOld;
}

// A break-glass session lasts no longer than its proof; one of a recognised device begins without
// any, as what the device stands in for was typed days ago, and so does one of a code by e-mail:
// whoever reads the mailbox has it.
ProofAge proof_age_of(Assurance assurance, Timestamp proven, Timestamp now) {
  switch (assurance) {
    case Assurance::kBreakGlass:
      return ProofAge::kFresh;
    case Assurance::kRecognisedDevice:
    case Assurance::kEmailCode:
      return ProofAge::kOld;
    default:
      return age_of(proven, now);
  }
}

// What the policy asks of the agent's roles of now.
bool still_suffices(Assurance assurance, const SecondFactorPolicy& policy,
                    std::span<const Role> roles) {
  switch (assurance) {
    case Assurance::kPassword:
      return !policy.is_required_for(roles);
    case Assurance::kRecognisedDevice:
      return policy.accepts_device(roles);
    case Assurance::kEmailCode:
      return policy.accepts_email_code(roles);
    default:
      return true;
  }
}

// Whether the session that `record` was given from goes on, itself or in one that took its place.
Result<bool> source_goes_on(store::ReadTxn& txn, const records::Agent& agent,
                            const records::Session& record, const SessionLimits& limits,
                            std::span<const Role> roles, Timestamp now) {
  for (const std::string& key : agent.session_keys()) {
    LK_TRY(const auto other, kSessions.find(txn, as_bytes(key), identity_key()));
    if (other && !other->has_delegation() && origin_of(*other) == record.delegation().origin() &&
        now < end_of(*other, limits, roles)) {
      return true;
    }
  }
  return false;
}

// Whatever the roles of the agent are now.
bool is_over(const records::Session& record, const SessionLimits& limits, Timestamp now) {
  return !assurance_of(record) || now >= end_of(record, limits, {});
}

}  // namespace

SessionStart SessionStart::draw(const Session& session, Timestamp now) {
  return draw(session.caller(), session.source(), now);
}

SessionStart SessionStart::draw(const Caller& caller, std::string source, Timestamp now) {
  return {caller, crypto::token::draw(), crypto::new_id<SessionId>(now), std::move(source)};
}

Result<void> SessionStore::require_may_open(const Caller& caller,
                                            const std::optional<DeviceKey>& device_key) {
  if (!caller.has(clients::Scope::kSessions)) {
    return fail(Errc::kForbidden, "session: nobody signs in through this client");
  }
  return caller.client() || device_key
             ? Result<void>{}
             : fail(Errc::kClientNotApproved,
                    "session: one of a page is bound to its browser's key");
}

Result<SessionStore::Opened> SessionStore::open(store::WriteTxn& txn, const Admission& admission,
                                                const SessionStart& start, Timestamp now) const {
  return open_as_of(
      txn, admission.agent(), admission.assurance(), start,
      {now, start.proven_at.value_or(now), start.device_key, start.ends_at, start.provider_session},
      now);
}

Result<SessionStore::Opened> SessionStore::delegate(store::WriteTxn& txn, const Session& session,
                                                    const SessionStart& start,
                                                    const std::string& purpose,
                                                    Timestamp now) const {
  LK_TRY_VOID(require_live(txn, session));
  if (session.delegated_for()) {
    return fail(Errc::kForbidden, "session: what was given on is not given on again");
  }
  return open_as_of(
      txn, session.agent(), session.assurance(), start,
      {session.m_created_at, Timestamp{}, std::nullopt, earlier(session.m_ends_at, start.ends_at),
       std::nullopt, session.m_origin, purpose},
      now);
}

Result<void> SessionStore::require_live(store::ReadTxn& txn, const Session& session) const {
  LK_TRY(const auto record, kSessions.find(txn, session.m_key, identity_key()));
  LK_TRY(const auto agent, find_agent(txn, session.agent()));
  if (!record || record->id() != session.id().raw() || !agent || agent->disabled() ||
      agent->auth_epoch() != record->auth_epoch()) {
    return no_session();
  }
  return {};
}

Result<SessionStore::Opened> SessionStore::replace(store::WriteTxn& txn, const Session& session,
                                                   const Admission& admission,
                                                   const SessionStart& start, Timestamp now) const {
  LK_TRY_VOID(require_live(txn, session));
  LK_TRY_VOID(close(txn, session));
  return open_as_of(
      txn, admission.agent(), admission.assurance(), start,
      {session.m_created_at, start.proven_at.value_or(now), session.m_device_key,
       earlier(session.m_ends_at, start.ends_at),
       followed(session.m_provider_session, start.provider_session), session.m_origin},
      now);
}

Result<SessionStore::Opened> SessionStore::replace_all(store::WriteTxn& txn, const Session& session,
                                                       const Admission& admission,
                                                       const SessionStart& start,
                                                       Timestamp now) const {
  return reopen_as(txn, session, admission.assurance(), start, now);
}

Result<SessionStore::Opened> SessionStore::reopen(store::WriteTxn& txn, const Session& session,
                                                  const SessionStart& start, Timestamp now) const {
  return reopen_as(txn, session, session.assurance(), start, now);
}

Result<SessionStore::Opened> SessionStore::reopen_as(store::WriteTxn& txn, const Session& session,
                                                     Assurance assurance, const SessionStart& start,
                                                     Timestamp now) const {
  LK_TRY_VOID(require_live(txn, session));
  LK_TRY(auto ended, close_all(txn, session.agent()));
  LK_TRY(auto opened, open_as_of(txn, session.agent(), assurance, start,
                                 {session.m_created_at, session.m_proven_at, session.m_device_key,
                                  session.m_ends_at, session.m_provider_session, session.m_origin},
                                 now));
  opened.ended = std::move(ended);
  return opened;
}

Result<SessionStore::Opened> SessionStore::open_as_of(store::WriteTxn& txn, const AgentId& who,
                                                      Assurance assurance,
                                                      const SessionStart& start,
                                                      const Beginning& beginning,
                                                      Timestamp now) const {
  LK_TRY_VOID(require_may_open(start.caller, beginning.device_key));
  LK_TRY(records::Agent agent, load_agent(txn, who));
  if (agent.disabled()) {
    return no_session();  // disabled between the proof and now
  }
  const std::uint32_t limit = is_admin(roles_of(agent))
                                  ? std::min(m_limits.admin_max, m_limits.max_per_agent)
                                  : m_limits.max_per_agent;
  LK_TRY(auto ended, make_room(txn, agent, limit, beginning.delegated_for.has_value()));
  const Bytes key = crypto::token::hash_of(start.token.expose());
  agent.add_session_keys(std::string{as_text(key)});
  LK_TRY_VOID(kAgents.put(txn, who.bytes(), identity_key(), agent));

  records::Session record;
  record.set_agent_id(std::string{who.raw()});
  record.set_created_ms(beginning.created.ms);
  record.set_last_used_ms(now.ms);
  record.set_auth_epoch(agent.auth_epoch());
  record.set_id(std::string{start.id.raw()});
  record.set_assurance(static_cast<std::uint32_t>(assurance));
  record.set_proven_ms(beginning.proven.ms);
  record.set_source(start.source);
  if (const auto& client = start.caller.client()) {
    record.set_client_id(std::string{client->raw()});
  }
  record.set_ends_ms(beginning.ends_at ? beginning.ends_at->ms : 0);
  if (beginning.device_key) {
    record.set_device_key(std::string{as_text(*beginning.device_key)});
  }
  if (beginning.delegated_for) {
    record.mutable_delegation()->set_origin(std::string{beginning.origin->raw()});
    record.mutable_delegation()->set_purpose(*beginning.delegated_for);
  } else if (beginning.origin) {
    record.set_origin(std::string{beginning.origin->raw()});
  }
  if (beginning.provider_session) {
    write_provider_session(*beginning.provider_session, *record.mutable_provider_session());
  }
  LK_TRY_VOID(kSessions.put(txn, key, identity_key(), record));
  LK_TRY(Session session,
         find(txn, {start.caller, start.token.expose(), beginning.device_key}, now));
  return Opened{std::move(session), std::move(ended)};
}

Result<Session> SessionStore::find(store::ReadTxn& txn, const ShownSession& shown,
                                   Timestamp now) const {
  if (shown.token.size() != crypto::token::kCharacters) {
    return no_session();
  }
  const Bytes key = crypto::token::hash_of(shown.token);
  LK_TRY(const auto record, kSessions.find(txn, key, identity_key()));
  if (!record || !is_shown_where_it_is(*record, shown)) {
    return no_session();
  }
  const auto assurance = assurance_of(*record);
  if (!assurance || is_over(*record, m_limits, now)) {
    return no_session();
  }
  const auto agent_id = AgentId::from_bytes(as_bytes(record->agent_id()));
  const auto session_id = SessionId::from_bytes(as_bytes(record->id()));
  if (!agent_id || !session_id) {
    return fail(Errc::kCorrupt, "session: a record has no ids");
  }
  LK_TRY(const auto agent, find_agent(txn, *agent_id));
  if (!agent || agent->disabled() || agent->auth_epoch() != record->auth_epoch()) {
    return no_session();
  }
  std::vector<Role> roles = roles_of(*agent);
  if (now >= end_of(*record, m_limits, roles)) {
    return no_session();
  }
  if (!still_suffices(*assurance, m_policy, roles)) {
    return no_session();
  }
  if (record->has_delegation()) {
    LK_TRY(const bool goes_on, source_goes_on(txn, *agent, *record, m_limits, roles, now));
    if (!goes_on) {
      return no_session();
    }
  }
  if (!agent->directory_id().empty() && !m_word.covers(Timestamp{record->created_ms()}, now)) {
    return fail(Errc::kUnavailable, "session: the directory was not heard for too long");
  }
  Session session{shown.caller};
  session.m_id = *session_id;
  session.m_agent = *agent_id;
  session.m_username = agent->username();
  session.m_display_name = agent->display_name();
  session.m_assurance = *assurance;
  session.m_created_at = Timestamp{record->created_ms()};
  session.m_proven_at = Timestamp{record->proven_ms()};
  session.m_proof_age = record->has_delegation()
                            ? ProofAge::kOld
                            : proof_age_of(*assurance, session.m_proven_at, now);
  session.m_origin = SessionId::from_bytes(as_bytes(origin_of(*record))).value_or(*session_id);
  if (record->has_delegation()) {
    session.m_delegated_for = record->delegation().purpose();
  }
  session.m_device_key = device_key_of(*record);
  if (record->ends_ms() != 0) {
    session.m_ends_at = Timestamp{record->ends_ms()};
  }
  if (record->has_provider_session()) {
    session.m_provider_session = read_provider_session(record->provider_session());
  }
  session.m_source = record->source();
  session.m_expires_at = end_of(*record, m_limits, roles);
  session.m_roles = std::move(roles);
  session.m_key = key;
  const std::chrono::milliseconds touch_after = std::min<std::chrono::milliseconds>(
      kTouchAfter, std::chrono::milliseconds{m_limits.idle} / kTouchesPerIdleTime);
  session.m_touch_due = now - Timestamp{record->last_used_ms()} >= touch_after;
  return session;
}

Result<std::optional<SessionStore::Elsewhere>> SessionStore::find_elsewhere(
    store::ReadTxn& txn, const ShownSession& shown) const {
  using Found = std::optional<Elsewhere>;
  if (shown.token.size() != crypto::token::kCharacters) {
    return Found{};
  }
  LK_TRY(const auto record,
         kSessions.find(txn, crypto::token::hash_of(shown.token), identity_key()));
  if (!record || !was_taken(*record, shown)) {
    return Found{};
  }
  const auto agent = AgentId::from_bytes(as_bytes(record->agent_id()));
  const auto session = SessionId::from_bytes(as_bytes(record->id()));
  return agent && session ? Found{Elsewhere{*agent, *session}} : Found{};
}

Result<void> SessionStore::touch(store::WriteTxn& txn, const Session& session,
                                 Timestamp now) const {
  LK_TRY(auto record, kSessions.find(txn, session.m_key, identity_key()));
  if (!record) {
    return {};  // signed out in the meantime: it stays so
  }
  record->set_last_used_ms(std::max(record->last_used_ms(), now.ms));
  return kSessions.put(txn, session.m_key, identity_key(), *record);
}

Result<void> SessionStore::close(store::WriteTxn& txn, const Session& session) const {
  LK_TRY_VOID(kSessions.erase(txn, session.m_key));
  return forget_key(txn, session.agent(), as_text(session.m_key));
}

Result<std::vector<SessionSummary>> SessionStore::list(store::ReadTxn& txn, const Session& session,
                                                       Timestamp now) const {
  std::vector<SessionSummary> sessions;
  LK_TRY(const auto agent, load_agent(txn, session.agent()));
  for (const std::string& key : agent.session_keys()) {
    LK_TRY(const auto record, kSessions.find(txn, as_bytes(key), identity_key()));
    if (!record || now >= end_of(*record, m_limits, session.roles())) {
      continue;
    }
    if (record->has_delegation()) {
      LK_TRY(const bool goes_on,
             source_goes_on(txn, agent, *record, m_limits, session.roles(), now));
      if (!goes_on) {
        continue;
      }
    }
    const auto id = SessionId::from_bytes(as_bytes(record->id()));
    const auto assurance = assurance_of(*record);
    if (id && assurance) {
      sessions.push_back({*id, Timestamp{record->created_ms()}, Timestamp{record->last_used_ms()},
                          end_of(*record, m_limits, session.roles()), *assurance, record->source(),
                          ClientId::from_bytes(as_bytes(record->client_id())),
                          record->has_delegation() ? std::optional{record->delegation().purpose()}
                                                   : std::nullopt});
    }
  }
  return sessions;
}

Result<void> SessionStore::close_one(store::WriteTxn& txn, const AgentId& agent_id,
                                     const SessionId& id) const {
  LK_TRY(auto agent, load_agent(txn, agent_id));
  auto& keys = *agent.mutable_session_keys();
  for (auto it = keys.begin(); it != keys.end(); ++it) {
    LK_TRY(const auto record, kSessions.find(txn, as_bytes(*it), identity_key()));
    if (record && record->id() == id.raw()) {
      LK_TRY_VOID(kSessions.erase(txn, as_bytes(*it)));
      keys.erase(it);
      return kAgents.put(txn, agent_id.bytes(), identity_key(), agent);
    }
  }
  return fail(Errc::kNotFound, "session: the agent has no such one");
}

Result<std::vector<AgentId>> SessionStore::list_agents(store::ReadTxn& txn, Timestamp now) const {
  std::set<AgentId> agents;
  LK_TRY_VOID(kSessions.scan(txn, {}, {}, identity_key(),
                             [&](ByteView, const records::Session& record) -> Result<store::Step> {
                               const auto id = AgentId::from_bytes(as_bytes(record.agent_id()));
                               if (id && !is_over(record, m_limits, now)) {
                                 agents.insert(*id);
                               }
                               return store::Step::kContinue;
                             }));
  return std::vector<AgentId>{agents.begin(), agents.end()};
}

Result<std::vector<SessionId>> SessionStore::close_all(store::WriteTxn& txn, const AgentId& agent,
                                                       Timestamp opened_before) const {
  return close_those(txn, agent, [&](const records::Session& record) {
    return record.created_ms() < opened_before.ms;
  });
}

Result<std::vector<SessionId>> SessionStore::close_on_device(
    store::WriteTxn& txn, const AgentId& agent, const DeviceKey& key,
    const std::optional<SessionId>& spared) const {
  return close_those(txn, agent, [&](const records::Session& record) {
    return same_bytes(as_bytes(record.device_key()), key) &&
           !(spared && record.id() == spared->raw());
  });
}

Result<std::vector<SessionId>> SessionStore::close_those(store::WriteTxn& txn, const AgentId& id,
                                                         const IsMeant& is_meant) const {
  std::vector<SessionId> ended;
  LK_TRY(auto agent, load_agent(txn, id));
  std::vector<std::string> kept;
  for (const std::string& key : agent.session_keys()) {
    LK_TRY(const auto record, kSessions.find(txn, as_bytes(key), identity_key()));
    if (record && is_meant(*record)) {
      LK_TRY_VOID(end_session(txn, as_bytes(key), *record, ended));
    } else if (record) {
      kept.push_back(key);
    }
  }
  agent.mutable_session_keys()->Assign(kept.begin(), kept.end());
  LK_TRY_VOID(kAgents.put(txn, id.bytes(), identity_key(), agent));
  return ended;
}

Result<std::vector<Bytes>> SessionStore::find_over(store::ReadTxn& txn, Timestamp now,
                                                   std::size_t limit) const {
  std::vector<Bytes> over;
  LK_TRY_VOID(
      kSessions.scan(txn, {}, {}, identity_key(),
                     [&](ByteView key, const records::Session& record) -> Result<store::Step> {
                       if (is_over(record, m_limits, now)) {
                         over.emplace_back(key.begin(), key.end());
                       }
                       return over.size() < limit ? store::Step::kContinue : store::Step::kStop;
                     }));
  return over;
}

Result<void> SessionStore::remove_over(store::WriteTxn& txn, const std::vector<Bytes>& keys,
                                       Timestamp now) const {
  for (const Bytes& key : keys) {
    LK_TRY(const auto record, kSessions.find(txn, key, identity_key()));
    if (record && is_over(*record, m_limits, now)) {
      LK_TRY_VOID(kSessions.erase(txn, key));
      LK_TRY_VOID(forget_key(txn,
                             AgentId::from_bytes(as_bytes(record->agent_id())).value_or(AgentId{}),
                             as_text(key)));
    }
  }
  return {};
}

}  // namespace leadkeep::identity
