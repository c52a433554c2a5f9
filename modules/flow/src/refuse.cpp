#include "acting.h"

#include <leadkeep/flow/refuse.h>

namespace leadkeep::flow {
namespace {

constexpr std::chrono::seconds kWindowLength{1};
constexpr std::uint32_t kUnprovenPerWindow = 20;

}  // namespace

void Refuse::record(const std::optional<identity::Actor>& actor, Errc reason) {
  m_house.metrics.requests_refused.add();
  audit::Entry entry = entry_by(actor, audit::Act::kRequest);
  if (!actor) {
    const Timestamp now = m_house.clock.now();
    const auto items = m_window.with([&](Window& window) -> std::optional<std::uint64_t> {
      if (now - window.start >= kWindowLength) {
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
    if (!items) {
      return;
    }
    entry.items = *items;
  }
  record_refusal(m_house, entry, reason);
}

}  // namespace leadkeep::flow
