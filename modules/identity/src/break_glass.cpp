#include "agent_table.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/identity/break_glass.h>
#include <leadkeep/identity/recovery_codes.h>
#include <leadkeep/store/blind_index.h>

namespace leadkeep::identity {
namespace {

// No agent of the local list can have a name with a colon.
constexpr std::string_view kName = ":break-glass";

records::Agent new_agent(const AgentId& id, Timestamp now) {
  records::Agent agent;
  agent.set_id(std::string{id.raw()});
  agent.set_username(std::string{kName});
  agent.set_display_name("Break-glass");
  agent.add_roles(static_cast<std::uint32_t>(Role::kBreakGlass));
  agent.set_created_ms(now.ms);
  agent.set_version(1);
  agent.set_auth_epoch(1);
  return agent;
}

}  // namespace

void BreakGlass::issue(const SecretBytes& code, Timestamp now) {
  m_issued.with([&](std::optional<Issued>& issued) {
    issued = Issued{recovery::hash(code), now + kGoodFor};
  });
}

std::optional<BreakGlass::Broken> BreakGlass::take(const SecretBytes& typed, Timestamp now) {
  const auto hash = recovery::hash(typed);
  return m_issued.with([&](std::optional<Issued>& issued) -> std::optional<Broken> {
    if (!issued || now >= issued->ends_at ||
        crypto::compare_constant_time(hash, issued->hash) != crypto::Compared::kEqual) {
      return std::nullopt;
    }
    issued.reset();
    return Broken{};
  });
}

Result<Admission> BreakGlass::admit(store::WriteTxn& txn, const Broken&, const AgentId& fresh,
                                    Timestamp now) const {
  const store::BlindIndex usernames{store::IndexField::kUsername};
  LK_TRY(const auto known, usernames.find(txn, kName));
  const AgentId id = known ? AgentId{*known} : fresh;
  records::Agent agent;
  if (known) {
    LK_TRY(agent, load_agent(txn, id));
  } else {
    agent = new_agent(id, now);
    LK_TRY_VOID(usernames.add(txn, kName, id.bytes()));
  }
  agent.set_disabled(false);  // who drew the code may enable it as well
  LK_TRY_VOID(kAgents.put(txn, id.bytes(), identity_key(), agent));
  return Admission{Admission::Key{}, id, Assurance::kBreakGlass};
}

}  // namespace leadkeep::identity
