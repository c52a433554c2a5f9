#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/identity/login_throttle.h>

#include <algorithm>
#include <array>

#include <arpa/inet.h>

namespace leadkeep::identity {
namespace {

constexpr std::chrono::minutes kWindow{15};
constexpr std::size_t kMaxBuckets = 16'384;
constexpr std::size_t kMaxNameBytes = 128;

// An IPv6 host has 2^64 addresses of its own: its /64 is the source.
std::string network_of(std::string_view source) {
  std::string text{source.substr(0, kMaxNameBytes)};
  std::array<std::byte, 16> address{};
  if (::inet_pton(AF_INET6, text.c_str(), address.data()) != 1) {
    return text;
  }
  return to_hex(ByteView{address}.first(8));
}

bool has_passed(Timestamp window_start, Timestamp now) {
  return window_has_passed(window_start, kWindow, now);
}

}  // namespace

std::string LoginThrottle::name_of(std::string_view kind, std::string_view name) const {
  const auto hash = crypto::hmac_sha256(m_key, {as_bytes(kind), as_bytes(name)});
  return std::string{as_text(hash)};
}

std::array<std::string, 2> LoginThrottle::names_of(std::string_view account,
                                                   std::string_view source) const {
  return {name_of("account ", account.substr(0, kMaxNameBytes)),
          name_of("source ", network_of(source))};
}

Result<void> LoginThrottle::count(std::span<const std::string> names, std::uint32_t limit,
                                  Timestamp now) {
  return m_buckets.with([&](Buckets& buckets) -> Result<void> {
    for (const std::string& name : names) {
      const auto it = buckets.find(name);
      if (it != buckets.end() && !has_passed(it->second.window_start, now) &&
          it->second.failures >= limit) {
        return fail(Errc::kTooManyRequests, "log-in: throttled");
      }
    }
    if (buckets.size() + names.size() > kMaxBuckets) {
      std::erase_if(buckets,
                    [&](const auto& entry) { return has_passed(entry.second.window_start, now); });
    }
    while (buckets.size() + names.size() > kMaxBuckets) {
      buckets.erase(std::ranges::min_element(
          buckets, {}, [](const auto& entry) { return entry.second.window_start.ms; }));
    }
    for (const std::string& name : names) {
      Bucket& bucket = buckets[name];
      if (bucket.failures == 0 || has_passed(bucket.window_start, now)) {
        bucket = Bucket{0, now};
      }
      ++bucket.failures;
    }
    return {};
  });
}

void LoginThrottle::take_back(Buckets& buckets, const std::string& name) {
  const auto it = buckets.find(name);
  if (it != buckets.end() && it->second.failures > 0) {
    --it->second.failures;
  }
}

Result<void> LoginThrottle::admit(std::string_view account, std::string_view source,
                                  Timestamp now) {
  return count(names_of(account, source), m_max_failures, now);
}

void LoginThrottle::succeeded(std::string_view account, std::string_view source) {
  const auto names = names_of(account, source);
  m_buckets.with([&](Buckets& buckets) {
    buckets.erase(names[0]);
    // The source keeps its other failures: one good log-in must not wash away a spray.
    take_back(buckets, names[1]);
  });
}

void LoginThrottle::undecided(std::string_view account, std::string_view source) {
  const auto names = names_of(account, source);
  m_buckets.with([&](Buckets& buckets) {
    for (const std::string& name : names) {
      take_back(buckets, name);
    }
  });
}

Result<void> LoginThrottle::admit_step_up(std::string_view agent, Timestamp now) {
  const std::array names{name_of("step-up ", agent)};
  return count(names, m_max_failures, now);
}

void LoginThrottle::step_up_decided(std::string_view agent) {
  m_buckets.with([&](Buckets& buckets) { take_back(buckets, name_of("step-up ", agent)); });
}

Result<void> LoginThrottle::admit_break_glass(std::string_view source, Timestamp now) {
  const std::array names{name_of("break-glass ", network_of(source))};
  return count(names, m_max_failures, now);
}

void LoginThrottle::break_glass_decided(std::string_view source) {
  m_buckets.with(
      [&](Buckets& buckets) { take_back(buckets, name_of("break-glass ", network_of(source))); });
}

Result<void> LoginThrottle::admit_person(std::string_view person, Timestamp now) {
  const std::string name = name_of("person ", person);
  return count({&name, 1}, m_max_failures_of_person, now);
}

void LoginThrottle::person_succeeded(std::string_view person) {
  const std::string name = name_of("person ", person);
  m_buckets.with([&](Buckets& buckets) { buckets.erase(name); });
}

void LoginThrottle::person_undecided(std::string_view person) {
  const std::string name = name_of("person ", person);
  m_buckets.with([&](Buckets& buckets) { take_back(buckets, name); });
}

}  // namespace leadkeep::identity
