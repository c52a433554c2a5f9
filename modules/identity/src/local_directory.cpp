#include "agent_table.h"

#include <leadkeep/base/text.h>
#include <leadkeep/crypto/password_hash.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/identity/local_directory.h>
#include <leadkeep/store/blind_index.h>

#include <algorithm>
#include <array>

namespace leadkeep::identity {
namespace {

constexpr std::size_t kMaxDisplayNameBytes = 128;

store::BlindIndex usernames() {
  return store::BlindIndex{store::IndexField::kUsername};
}

bool is_username_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' ||
         c == '@';
}

Result<void> check_username(std::string_view username) {
  if (username.empty() || username.size() > kMaxUsernameBytes ||
      !std::ranges::all_of(username, is_username_character)) {
    return fail(Errc::kInvalidInput,
                "a username has 1 to 64 characters of a-z 0-9 . _ - @ (upper case is folded)");
  }
  return {};
}

Result<void> check_display_name(std::string_view name) {
  return is_printable(name, kMaxDisplayNameBytes)
             ? Result<void>{}
             : fail(Errc::kInvalidInput, "a display name has 1 to 128 bytes of printable UTF-8");
}

AgentSummary summary_of(const records::Agent& agent) {
  AgentSummary out;
  out.id = AgentId::from_bytes(as_bytes(agent.id())).value_or(AgentId{});
  out.username = agent.username();
  out.display_name = agent.display_name();
  out.roles = roles_of(agent);
  out.state = agent.disabled() ? AgentSummary::State::kDisabled : AgentSummary::State::kActive;
  out.created_at = Timestamp{agent.created_ms()};
  return out;
}

Result<std::optional<records::Agent>> find_by_username(store::ReadTxn& txn,
                                                       std::string_view username) {
  LK_TRY(const auto id, usernames().find(txn, normalise_username(username)));
  if (!id) {
    return std::optional<records::Agent>{};
  }
  LK_TRY(records::Agent agent, load_agent(txn, AgentId{*id}));
  return std::optional{std::move(agent)};
}

// People of the company's directory or of an identity provider have no row in the index of names, which
// may change at any time and be given to somebody else. For an operator, who names one now.
Result<std::optional<records::Agent>> find_person(store::ReadTxn& txn, std::string_view username) {
  std::optional<records::Agent> found;
  LK_TRY_VOID(kAgents.scan(txn, {}, {}, identity_key(),
                           [&](ByteView row, records::Agent& agent) -> Result<store::Step> {
                             LK_TRY_VOID(check_place(agent, row));
                             if (is_local(agent) || agent.username() != username) {
                               return store::Step::kContinue;
                             }
                             if (found) {
                               return fail(Errc::kConflict,
                                           "two agents had this name; the older one has not signed "
                                           "in since it was given to another");
                             }
                             found = std::move(agent);
                             return store::Step::kContinue;
                           }));
  return found;
}

Result<records::Agent> load_by_name(store::ReadTxn& txn, std::string_view username) {
  LK_TRY(auto agent, find_by_username(txn, username));
  if (!agent) {
    LK_TRY(agent, find_person(txn, normalise_username(username)));
  }
  if (!agent) {
    return fail(Errc::kNotFound, "there is no such agent");
  }
  return std::move(*agent);
}

Result<void> require_password(const records::Agent& agent) {
  return agent.password_hash().empty()
             ? fail(Errc::kConflict,
                    "this agent has no password here; people of the directory change theirs there")
             : Result<void>{};
}

}  // namespace

std::string normalise_username(std::string_view username) {
  return to_lower_ascii(trim(username));
}

Result<void> ProvenIdentity::require_current(store::ReadTxn& txn) const {
  LK_TRY(const auto agent, load_agent(txn, m_agent));
  return agent.password_version() == m_password_version
             ? Result<void>{}
             : fail(Errc::kUnauthenticated, "log-in: the password was changed meanwhile");
}

Result<ProvenIdentity> LocalDirectory::prove(const LoginAttempt& attempt,
                                             RefusedProof& refused) const {
  const Fail one_answer = fail(Errc::kUnauthenticated, "log-in: refused");
  LK_TRY(const auto agent, m_store.read([&](store::ReadTxn& txn) {
    return find_by_username(txn, attempt.username);
  }));
  if (!agent || agent->disabled()) {
    crypto::spend_password_check_time(attempt.password);
    refused.cause = agent ? "disabled_agent" : "unknown_agent";
    refused.account = agent ? std::optional{summary_of(*agent).id} : std::nullopt;
    return one_answer;
  }
  const bool possible =
      !attempt.password.empty() && attempt.password.size() <= PasswordRules::kMaxBytes;
  if (!possible || agent->password_hash().empty()) {
    crypto::spend_password_check_time(attempt.password);
  }
  const auto match = possible ? crypto::check_password(attempt.password, agent->password_hash())
                              : crypto::PasswordMatch::kDiffers;
  if (match != crypto::PasswordMatch::kMatches) {
    refused.cause = "wrong_password";
    refused.account = summary_of(*agent).id;
    return one_answer;
  }
  return ProvenIdentity{ProvenIdentity::Key{}, summary_of(*agent).id, agent->password_version()};
}

Result<LocalDirectory::CheckedAgent> LocalDirectory::check(NewAgent agent, Timestamp now) const {
  agent.username = normalise_username(agent.username);
  LK_TRY_VOID(check_username(agent.username));
  LK_TRY_VOID(check_display_name(agent.display_name));
  LK_TRY_VOID(m_rules.check(agent.password, std::array{agent.username, agent.display_name}));
  if (agent.roles.empty()) {
    return fail(Errc::kInvalidInput, "an agent needs at least one role");
  }
  CheckedAgent checked;
  checked.m_id = crypto::new_id<AgentId>(now);
  LK_TRY(checked.m_password_hash, crypto::hash_password(agent.password));
  checked.m_agent = std::move(agent);
  return checked;
}

Result<void> LocalDirectory::add(store::WriteTxn& txn, const CheckedAgent& agent,
                                 Timestamp now) const {
  const AgentId& id = agent.m_id;
  if (auto taken = usernames().add(txn, agent.m_agent.username, id.bytes()); !taken) {
    return taken.error().code == Errc::kConflict ? fail(Errc::kConflict, "the username is taken")
                                                 : Fail{taken.error()};
  }
  records::Agent record;
  record.set_id(std::string{id.raw()});
  record.set_username(agent.m_agent.username);
  record.set_display_name(agent.m_agent.display_name);
  for (const Role role : agent.m_agent.roles) {
    record.add_roles(static_cast<std::uint32_t>(role));
  }
  record.set_password_hash(agent.m_password_hash);
  record.set_created_ms(now.ms);
  record.set_version(1);
  record.set_auth_epoch(1);
  return kAgents.put(txn, id.bytes(), identity_key(), record);
}

Result<void> LocalDirectory::require_password_of(const AgentId& id) const {
  LK_TRY(const auto agent, m_store.read([&](store::ReadTxn& txn) { return load_agent(txn, id); }));
  return require_password(agent);
}

Result<LocalDirectory::CheckedPassword> LocalDirectory::check_password(
    const AgentId& id, const SecretBytes& password) const {
  LK_TRY(const auto agent, m_store.read([&](store::ReadTxn& txn) { return load_agent(txn, id); }));
  LK_TRY_VOID(m_rules.check(password, std::array{agent.username(), agent.display_name()}));
  CheckedPassword checked;
  checked.m_agent = id;
  LK_TRY(checked.m_hash, crypto::hash_password(password));
  return checked;
}

Result<AgentId> LocalDirectory::set_password(store::WriteTxn& txn,
                                             const CheckedPassword& password) const {
  LK_TRY(auto agent, load_agent(txn, password.m_agent));
  LK_TRY_VOID(require_password(agent));
  agent.set_password_hash(password.m_hash);
  agent.set_password_version(agent.password_version() + 1);
  agent.set_version(agent.version() + 1);
  LK_TRY_VOID(kAgents.put(txn, password.m_agent.bytes(), identity_key(), agent));
  return password.m_agent;
}

Result<AgentId> LocalDirectory::set_state(store::WriteTxn& txn, std::string_view username,
                                          AgentSummary::State state) const {
  LK_TRY(auto agent, load_by_name(txn, username));
  const bool disabled = state == AgentSummary::State::kDisabled;
  if (agent.disabled() == disabled) {
    return summary_of(agent).id;
  }
  agent.set_disabled(disabled);
  agent.set_auth_epoch(agent.auth_epoch() + 1);
  agent.set_version(agent.version() + 1);
  for (const std::string& key : agent.session_keys()) {
    LK_TRY_VOID(kSessions.erase(txn, as_bytes(key)));
  }
  agent.clear_session_keys();
  LK_TRY_VOID(kAgents.put(txn, as_bytes(agent.id()), identity_key(), agent));
  return summary_of(agent).id;
}

Result<AgentId> LocalDirectory::id_of(store::ReadTxn& txn, std::string_view username) const {
  LK_TRY(const auto agent, load_by_name(txn, username));
  return summary_of(agent).id;
}

Result<std::vector<AgentSummary>> LocalDirectory::list(store::ReadTxn& txn) const {
  std::vector<AgentSummary> agents;
  LK_TRY_VOID(kAgents.scan(txn, {}, {}, identity_key(),
                           [&](ByteView row, const records::Agent& agent) -> Result<store::Step> {
                             LK_TRY_VOID(check_place(agent, row));
                             agents.push_back(summary_of(agent));
                             return store::Step::kContinue;
                           }));
  return agents;
}

Result<std::optional<AgentSummary>> LocalDirectory::find(store::ReadTxn& txn,
                                                         const AgentId& id) const {
  LK_TRY(const auto agent, find_agent(txn, id));
  return agent ? std::optional{summary_of(*agent)} : std::nullopt;
}

}  // namespace leadkeep::identity
