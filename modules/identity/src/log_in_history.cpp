#include "agent_table.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/identity/log_in_history.h>
#include <leadkeep/store/records/log_in_history.pb.h>

#include <algorithm>
#include <iterator>

namespace leadkeep::identity {
namespace {

constexpr store::Table<records::LogInHistory> kHistory{store::TableId::kLogInHistory};

// Of each outcome apart: refusals, which anybody can cause, push no log-in out.
void make_room(google::protobuf::RepeatedPtrField<records::LogIn>& log_ins, bool let_in) {
  const auto is_alike = [&](const records::LogIn& past) { return past.let_in() == let_in; };
  auto alike = static_cast<std::size_t>(std::ranges::count_if(log_ins, is_alike));
  for (auto it = log_ins.begin(); it != log_ins.end() && alike >= LogInHistory::kKeptOfEach;) {
    const bool goes = is_alike(*it);
    it = goes ? log_ins.erase(it) : std::next(it);
    alike -= goes ? 1 : 0;
  }
}

}  // namespace

Result<void> LogInHistory::add(store::WriteTxn& txn, const AgentId& agent,
                               const PastLogIn& log_in) {
  auto found = load_or_new(kHistory, txn, agent);
  if (!found && found.error().code != Errc::kCorrupt) {
    return Fail{std::move(found).error()};
  }
  records::LogInHistory history;
  if (found) {
    history = std::move(found).value();
  } else {  // nobody is locked out, nor anything kept off the record, by a damaged history
    log_warn("LOG_IN_HISTORY_UNREADABLE", Field{"agent", agent});
    history.set_agent_id(std::string{agent.raw()});
  }
  const bool let_in = log_in.outcome == PastLogIn::Outcome::kLetIn;
  make_room(*history.mutable_log_ins(), let_in);
  auto& log_ins = *history.mutable_log_ins();
  auto& added = *log_ins.Add();
  added.set_at_ms(log_in.at.ms);
  added.set_let_in(let_in);
  added.set_how(log_in.how);
  added.set_source(log_in.source);
  return kHistory.put(txn, agent.bytes(), identity_key(), history);
}

Result<std::vector<PastLogIn>> LogInHistory::list(store::ReadTxn& txn, const AgentId& agent) {
  LK_TRY(const auto history, load_or_new(kHistory, txn, agent));
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
