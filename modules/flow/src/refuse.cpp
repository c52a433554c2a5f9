#include "acting.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/flow/refuse.h>
#include <leadkeep/identity/log_in_history.h>

namespace leadkeep::flow {
namespace {

constexpr std::chrono::seconds kWindowLength{1};
constexpr std::uint32_t kUnprovenPerWindow = 20;
constexpr std::chrono::minutes kBetweenLogLines{1};

bool take_turn(Timestamp& last, Timestamp now) {
  const bool mine = window_has_passed(last, kBetweenLogLines, now);
  last = mine ? now : last;
  return mine;
}

}  // namespace

std::optional<std::uint64_t> Refuse::admit_unproven(Guarded<Window>& counted) {
  const Timestamp now = m_house.clock.now();
  return counted.with([&](Window& window) -> std::optional<std::uint64_t> {
    if (window_has_passed(window.start, kWindowLength, now)) {
      window.start = now;
      window.written = 0;
    }
    if (window.written == kUnprovenPerWindow) {
      ++window.counted_only;
      return std::nullopt;
    }
    ++window.written;
    return std::exchange(window.counted_only, 0);
  });
}

void Refuse::record(const std::optional<identity::Actor>& actor, Errc reason) {
  m_house.metrics.requests_refused.add();
  audit::Entry entry = entry_by(actor, audit::Act::kRequest);
  if (!actor || !actor->agent) {
    const auto counted_only = admit_unproven(m_window);
    if (!counted_only) {
      return;
    }
    entry.items = *counted_only;
  }
  record_refusal(m_house, entry, name_of(reason));
}

void Refuse::record_client(const clients::NotApproved& why) {
  m_house.metrics.requests_refused.add();
  // Strangers without number must not hide who is known.
  const auto counted_only = admit_unproven(why.client ? m_known_clients : m_window);
  if (!counted_only) {
    return;
  }
  audit::Entry entry = entry_by(std::nullopt, audit::Act::kRequest);
  if (why.client) {
    entry.object = audit::object_of(*why.client);
  }
  entry.items = *counted_only;
  record_refusal(m_house, entry, why.reason);
  auto& last_line = why.client ? m_last_known_client : m_last_stranger;
  if (!last_line.with([&](Timestamp& last) { return take_turn(last, m_house.clock.now()); })) {
    return;
  }
  if (why.client) {
    log_warn("CLIENT_REFUSED", Field{"client", *why.client}, Field{"reason", Reason{why.reason}});
  } else {
    log_warn("CLIENT_REFUSED", Field{"reason", Reason{why.reason}});
  }
}

void Refuse::record_log_in(const std::optional<AgentId>& account, std::string_view reason,
                           std::string_view source) {
  m_house.metrics.log_ins_refused.add();
  // Those of an account are bounded by the throttle, and nobody else's flood hides them.
  const auto counted_only = account ? std::optional<std::uint64_t>{0} : admit_unproven(m_window);
  if (!counted_only) {
    return;
  }
  const Timestamp now = m_house.clock.now();
  audit::Entry entry = entry_by(std::nullopt, audit::Act::kLogIn);
  entry.outcome = audit::Outcome::kRefused;
  entry.reason = std::string{reason};
  entry.items = *counted_only;
  if (account) {
    entry.object = audit::object_of(*account);
  }
  report_unwritten(m_house.store.write([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY_VOID(audit::append(txn, entry, now));
    if (!account) {
      return {};
    }
    return identity::LogInHistory::add(
        txn, *account,
        {now, identity::PastLogIn::Outcome::kRefused, std::string{reason}, std::string{source}});
  }));
}

}  // namespace leadkeep::flow
