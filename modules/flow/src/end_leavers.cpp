#include "acting.h"
#include "forgotten_devices.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/flow/end_leavers.h>
#include <leadkeep/identity/directory_agents.h>
#include <leadkeep/identity/leaver.h>
#include <leadkeep/identity/local_directory.h>

#include <algorithm>
#include <utility>

namespace leadkeep::flow {

struct EndLeavers::Judged {
  std::vector<std::pair<AgentId, const identity::DirectoryPerson*>> staying;
  std::vector<Gone> meant;
  std::vector<Gone> doubtful;
  std::map<AgentId, Timestamp> missing;
};

Result<EndLeavers::Live> EndLeavers::find_live() {
  return m_house.store.read([&](store::ReadTxn& txn) -> Result<Live> {
    Live live;
    LK_TRY(auto agents, m_sessions.list_agents(txn, m_house.clock.now()));
    LK_TRY(const auto remembered, m_devices.list_agents(txn));
    agents.insert(agents.end(), remembered.begin(), remembered.end());
    for (const AgentId& agent : agents) {
      LK_TRY(const auto id, identity::DirectoryAgents{}.id_of(txn, agent));
      if (id) {
        live.emplace(*id, agent);
      }
    }
    return live;
  });
}

EndLeavers::Judged EndLeavers::judge(const Live& live,
                                     const std::vector<identity::DirectoryPerson>& people,
                                     Timestamp asked) {
  Judged judged;
  std::map<identity::DirectoryId, const identity::DirectoryPerson*> known;
  for (const identity::DirectoryPerson& person : people) {
    known.emplace(person.id, &person);
  }
  const auto missing_before = m_state.with([](State& state) { return state.missing; });
  for (const auto& [id, agent] : live) {
    const auto found = known.find(id);
    if (found == known.end()) {
      const auto before = missing_before.find(agent);
      const Timestamp since = before == missing_before.end() ? asked : before->second;
      judged.missing.emplace(agent, since);
      if (asked - since >= identity::kMissingLongEnough) {
        judged.doubtful.push_back({agent, identity::kNotInDirectory, asked});
      }
      continue;
    }
    const identity::DirectoryPerson& person = *found->second;
    if (const auto reason = identity::reason_to_end(person)) {
      auto& gone = identity::is_meant(*reason) ? judged.meant : judged.doubtful;
      gone.push_back({agent, identity::name_of(*reason), asked});
    } else {
      judged.staying.emplace_back(agent, &person);
    }
  }
  return judged;
}

Result<void> EndLeavers::hold_if_too_many(std::vector<Gone>& doubtful, std::size_t asked) {
  std::vector<Gone> held;
  if (doubtful.size() > identity::most_gone_at_once(asked)) {
    held.swap(doubtful);
  }
  m_house.metrics.leavers_held.set(static_cast<std::int64_t>(held.size()));
  const std::size_t count = held.size();
  const std::size_t before =
      m_state.with([&](State& state) { return std::exchange(state.held, std::move(held)).size(); });
  if (count == 0 || count == before) {
    return {};
  }
  log_warn("LEAVERS_HELD", Field{"count", count}, Field{"asked", asked});
  audit::Entry entry = entry_by(std::nullopt, audit::Act::kLeaversHeld);
  entry.items = count;
  return record(m_house, entry);
}

Result<void> EndLeavers::follow(const AgentId& agent, const identity::DirectoryPerson& person) {
  using identity::DirectoryAgents;
  LK_TRY(const auto news, m_house.store.read([&](store::ReadTxn& txn) {
    return DirectoryAgents{}.compare(txn, agent, person);
  }));
  if (news == DirectoryAgents::News::kNone) {
    return {};
  }
  return m_house.store.write(
      [&](store::WriteTxn& txn) { return DirectoryAgents{}.follow(txn, agent, person); });
}

// Each in a transaction of its own: what cannot be done to one must not keep the others in.
Result<std::size_t> EndLeavers::end(const std::vector<Gone>& all) {
  std::size_t ended = 0;
  Result<void> outcome;
  const Timestamp now = m_house.clock.now();
  for (const Gone& gone : all) {
    auto done = m_house.store.write([&](store::WriteTxn& txn) -> Result<void> {
      LK_TRY(const auto sessions, m_sessions.close_all(txn, gone.agent, gone.asked));
      LK_TRY_VOID(forget_devices_of(txn, m_devices, std::nullopt, gone.agent, now));
      return append_ends(txn, std::nullopt, gone.agent, sessions, gone.reason, now);
    });
    if (done) {
      ++ended;
    } else {
      outcome = std::move(done);
    }
  }
  m_house.metrics.leavers.add(ended);
  if (ended > 0) {
    log_info("LEAVERS_SIGNED_OUT", Field{"count", ended});
  }
  return outcome ? Result<std::size_t>{ended} : Fail{std::move(outcome).error()};
}

Result<EndLeavers::Run> EndLeavers::run() {
  LK_TRY(const Live live, find_live());
  if (live.empty()) {
    m_state.with([](State& state) { state = {}; });
    m_house.metrics.leavers_held.set(0);
    return Run{};
  }
  std::vector<identity::DirectoryId> ids;
  for (const auto& [id, agent] : live) {
    ids.push_back(id);
  }
  const Timestamp asked = m_house.clock.now();
  auto people = m_look_up(ids);
  if (!people) {
    m_house.metrics.rechecks_failed.add();
    return Fail{std::move(people).error()};
  }
  m_word.heard(asked);
  m_house.metrics.rechecks.add();
  Judged judged = judge(live, people.value(), asked);
  m_state.with([&](State& state) { state.missing = judged.missing; });
  // Who was meant goes first: nothing that is wrong with the others may hold it up.
  LK_TRY(std::size_t ended, end(judged.meant));
  LK_TRY_VOID(hold_if_too_many(judged.doubtful, live.size()));
  LK_TRY(const std::size_t more, end(judged.doubtful));
  for (const auto& [agent, person] : judged.staying) {
    LK_TRY_VOID(follow(agent, *person));
  }
  const std::size_t held = m_state.with([](State& state) { return state.held.size(); });
  return Run{live.size(), ended + more, held, judged.missing.size()};
}

Result<std::vector<EndLeavers::Held>> EndLeavers::list_held() {
  const auto held = m_state.with([](State& state) { return state.held; });
  return m_house.store.read([&](store::ReadTxn& txn) -> Result<std::vector<Held>> {
    const identity::LocalDirectory agents{m_house.store};
    std::vector<Held> named;
    for (const Gone& gone : held) {
      LK_TRY(const auto agent, agents.find(txn, gone.agent));
      named.push_back({gone.agent, agent ? agent->username : "", gone.reason});
    }
    return named;
  });
}

Result<std::size_t> EndLeavers::end_held() {
  const auto held = m_state.with([](State& state) { return std::exchange(state.held, {}); });
  m_house.metrics.leavers_held.set(0);
  audit::Entry entry = entry_by(std::nullopt, audit::Act::kLeaversEnded);
  entry.items = held.size();
  LK_TRY_VOID(record(m_house, entry));
  return end(held);
}

}  // namespace leadkeep::flow
