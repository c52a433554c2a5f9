// When the certificates and metadata that were confirmed of identity providers end, and the warnings
// before: 30, 14 and 3 days, and at the end (check K-03). The key is what is trusted, so nothing stops
// working with a certificate; but its provider will exchange it.
#pragma once
#include "recurring.h"

#include <leadkeep/base/clock.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace leadkeep::daemon {

struct ProviderEnd {
  enum class Of : std::uint8_t { kCertificate, kMetadata } of;
  Timestamp when;
};

// Whether a warning has fallen due since `looked`; nothing is the first look, which warns of all that
// is within 30 days.
[[nodiscard]] bool is_warning_due(Timestamp end, std::optional<Timestamp> looked, Timestamp now);

// lk-idp-ends: looks when it is made, and every hour.
class ProviderEnds {
 public:
  // `ends` is asked at every look.
  ProviderEnds(std::function<std::vector<ProviderEnd>()> ends, const Clock& clock);

 private:
  [[nodiscard]] std::chrono::milliseconds look();

  const std::function<std::vector<ProviderEnd>()> m_ends;
  const Clock& m_clock;
  std::map<Timestamp, Timestamp> m_looked;  // at an end, when it was looked at last
  Recurring m_thread;
};

}  // namespace leadkeep::daemon
