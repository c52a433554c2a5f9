#include <leadkeep/identity/login_throttle.h>

#include <algorithm>
#include <array>

namespace leadkeep::identity {
namespace {

constexpr std::chrono::minutes kWindow{15};
constexpr std::size_t kMaxBuckets = 16'384;
constexpr std::size_t kMaxNameBytes = 128;

std::array<std::string, 2> names_of(std::string_view account, std::string_view source) {
  return {"account " + std::string{account.substr(0, kMaxNameBytes)},
          "source " + std::string{source.substr(0, kMaxNameBytes)}};
}

}  // namespace

Result<void> LoginThrottle::admit(std::string_view account, std::string_view source,
                                  Timestamp now) {
  const auto names = names_of(account, source);
  return m_buckets.with([&](Buckets& buckets) -> Result<void> {
    for (const std::string& name : names) {
      const auto it = buckets.find(name);
      if (it != buckets.end() && now - it->second.window_start < kWindow &&
          it->second.failures >= m_max_failures) {
        return fail(Errc::kTooManyRequests, "log-in: throttled");
      }
    }
    if (buckets.size() + names.size() > kMaxBuckets) {
      std::erase_if(buckets,
                    [&](const auto& entry) { return now - entry.second.window_start >= kWindow; });
    }
    while (buckets.size() + names.size() > kMaxBuckets) {
      buckets.erase(std::ranges::min_element(
          buckets, {}, [](const auto& entry) { return entry.second.window_start.ms; }));
    }
    for (const std::string& name : names) {
      Bucket& bucket = buckets[name];
      if (bucket.failures == 0 || now - bucket.window_start >= kWindow) {
        bucket = Bucket{0, now};
      }
      ++bucket.failures;
    }
    return {};
  });
}

void LoginThrottle::succeeded(std::string_view account, std::string_view source) {
  const auto names = names_of(account, source);
  m_buckets.with([&](Buckets& buckets) {
    buckets.erase(names[0]);
    // The source keeps its other failures: one good log-in must not wash away a spray.
    const auto it = buckets.find(names[1]);
    if (it != buckets.end() && it->second.failures > 0) {
      --it->second.failures;
    }
  });
}

}  // namespace leadkeep::identity
