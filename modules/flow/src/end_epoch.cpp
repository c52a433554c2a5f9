#include "acting.h"

#include <leadkeep/flow/end_epoch.h>

namespace leadkeep::flow {
namespace {

constexpr std::chrono::minutes kAgainAfter{30};

}  // namespace

Result<void> EndEpoch::end(const std::stop_token& stop) {
  const std::scoped_lock turn{m_turn};
  LK_TRY(const auto before, state());
  {
    LK_TRY(const crypto::Key256 root, m_unlock());
    LK_TRY_VOID(m_house.store.end_epoch(root, stop));
  }
  LK_TRY(const auto after, state());
  log_info("KEYS_EPOCH_ENDED", Field{"epoch", after.epoch - 1},
           Field{"destroyed_keys", before.destroyed});
  audit::Entry entry = entry_by(std::nullopt, audit::Act::kKeysEpochEnded);
  entry.items = before.destroyed;
  return record(m_house, entry);
}

Result<void> EndEpoch::end_if_due(const std::stop_token& stop) {
  LK_TRY(const auto epoch, state());
  const Timestamp now = m_house.clock.now();
  const bool was_interrupted = epoch.end_of_earlier == State::End::kUnderWay;
  const bool is_due = epoch.oldest && now - *epoch.oldest >= m_due_after;
  if (!(was_interrupted || is_due) || now < m_not_before) {
    return {};
  }
  auto ended = end(stop);
  if (!ended) {
    m_not_before = now + kAgainAfter;  // each try writes the keys anew
  }
  return ended;
}

}  // namespace leadkeep::flow
