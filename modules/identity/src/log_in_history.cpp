#include "agent_table.h"

#include <leadkeep/identity/log_in_history.h>
#include <leadkeep/store/records/log_in_history.pb.h>

#include <algorithm>

namespace leadkeep::identity {
namespace {

constexpr store::Table<records::LogInHistory> kHistory{store::TableId::kLogInHistory};

Result<records::LogInHistory> load(store::ReadTxn& txn, const AgentId& agent) {
  LK_TRY(auto found, kHistory.find(txn, agent.bytes(), identity_key()));
  if (!found) {
    records::LogInHistory none;
    none.set_agent_id(std::string{agent.raw()});
    return none;
  }
  if (!same_bytes(as_bytes(found->agent_id()), agent.bytes())) {
    return fail(Errc::kCorrupt, "identity: a history of log-ins is not of the agent of its row");
  }
  return std::move(*found);
}

}  // namespace

Result<void> LogInHistory::add(store::WriteTxn& txn, const AgentId& agent,
                               const PastLogIn& log_in) {
  LK_TRY(auto history, load(txn, agent));
  auto& log_ins = *history.mutable_log_ins();
  if (log_ins.size() >= static_cast<int>(kKept)) {
    log_ins.DeleteSubrange(0, log_ins.size() + 1 - static_cast<int>(kKept));
  }
  auto& added = *log_ins.Add();
  added.set_at_ms(log_in.at.ms);
  added.set_let_in(log_in.outcome == PastLogIn::Outcome::kLetIn);
  added.set_how(log_in.how);
  added.set_source(log_in.source);
  return kHistory.put(txn, agent.bytes(), identity_key(), history);
}

Result<std::vector<PastLogIn>> LogInHistory::list(store::ReadTxn& txn, const AgentId& agent) {
  LK_TRY(const auto history, load(txn, agent));
  std::vector<PastLogIn> log_ins;
  for (const auto& past : history.log_ins()) {
    log_ins.push_back({Timestamp{past.at_ms()},
                       past.let_in() ? PastLogIn::Outcome::kLetIn : PastLogIn::Outcome::kRefused,
                       past.how(), past.source()});
  }
  std::ranges::reverse(log_ins);
  return log_ins;
}

}  // namespace leadkeep::identity
