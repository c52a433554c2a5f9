#include "provider_ends.h"

#include <leadkeep/base/event_log.h>

#include <algorithm>
#include <array>
#include <utility>

namespace leadkeep::daemon {
namespace {

constexpr std::array kDaysBefore{std::chrono::days{30}, std::chrono::days{14}, std::chrono::days{3},
                                 std::chrono::days{0}};
constexpr std::chrono::hours kBetweenLooks{1};

void warn(const ProviderEnd& end, Timestamp now) {
  const Field left{"days", std::chrono::floor<std::chrono::days>(end.when - now).count()};
  if (end.of == ProviderEnd::Of::kCertificate) {
    log_warn("SAML_CERTIFICATE_ENDS", left);
  } else {
    log_warn("SAML_METADATA_ENDS", left);
  }
}

}  // namespace

bool is_warning_due(Timestamp end, std::optional<Timestamp> looked, Timestamp now) {
  return std::ranges::any_of(kDaysBefore, [&](std::chrono::days before) {
    const Timestamp due = end - before;
    return due <= now && (!looked || *looked < due);
  });
}

ProviderEnds::ProviderEnds(std::function<std::vector<ProviderEnd>()> ends, const Clock& clock)
    : m_ends{std::move(ends)}, m_clock{clock}, m_thread{"lk-idp-ends", [this] { return look(); }} {}

std::chrono::milliseconds ProviderEnds::look() {
  const Timestamp now = m_clock.now();
  std::map<Timestamp, Timestamp> looked;
  for (const ProviderEnd& end : m_ends()) {
    const auto before = m_looked.find(end.when);
    if (is_warning_due(end.when,
                       before == m_looked.end() ? std::nullopt : std::optional{before->second},
                       now)) {
      warn(end, now);
    }
    looked[end.when] = now;
  }
  m_looked = std::move(looked);
  return kBetweenLooks;
}

}  // namespace leadkeep::daemon
