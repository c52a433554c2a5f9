#include "generators.h"
#include "wiped_on_fork.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/random.h>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace leadkeep::crypto {

namespace {

// Time that goes on while the machine sleeps. It limits the age of random bytes and is no time of
// the business, so it does not come from a Clock.
std::chrono::seconds time_since_boot() noexcept {
  std::timespec now{};
  LK_CHECK(::clock_gettime(CLOCK_BOOTTIME, &now) == 0);
  return std::chrono::seconds{now.tv_sec};
}

// Random bytes of one thread that need not be secret.
class Pool {
 public:
  void take(std::span<std::byte> out) noexcept {
    LK_CHECK(out.size() <= kSize);
    const auto now = time_since_boot();
    if (is_forked() || out.size() > kSize - m_used || now - m_filled_at >= kMaxAge) {
      refill(now);
    }
    const auto source = m_pages.bytes().subspan(m_used, out.size());
    std::ranges::copy(source, out.begin());
    wipe(source);
    m_used += out.size();
  }

 private:
  static constexpr std::size_t kSize = 512 * kNonceSize;
  static constexpr std::chrono::seconds kMaxAge{60};
  static_assert(kSize == 3 * kPageSize);

  [[nodiscard]] bool is_forked() const noexcept { return m_pages.bytes()[kSize] != kNotForked; }

  void refill(std::chrono::seconds now) noexcept {
    fill_from_public_generator(m_pages.bytes().first(kSize));
    m_pages.bytes()[kSize] = kNotForked;
    m_used = 0;
    m_filled_at = now;
  }

  // Three pages of random bytes and one of the mark, which is zero before the first use too.
  WipedOnForkPages m_pages{4};
  std::size_t m_used = 0;
  std::chrono::seconds m_filled_at{0};
};

void take_from_pool(std::span<std::byte> out) noexcept {
  thread_local Pool pool;
  pool.take(out);
}

}  // namespace

void fill_random(std::span<std::byte> out) {
  fill_from_private_generator(out);
}

SecretBytes random_secret(std::size_t size) {
  SecretBytes secret{size};
  fill_random(secret.expose_mutable());
  return secret;
}

Nonce new_nonce() {
  Nonce nonce;
  take_from_pool(nonce);
  return nonce;
}

Ulid new_ulid(Timestamp now) {
  constexpr std::size_t kTimeSize = 6;
  constexpr std::int64_t kLastMs = (std::int64_t{1} << (8 * kTimeSize)) - 1;
  const auto ms = static_cast<std::uint64_t>(std::clamp(now.ms, std::int64_t{0}, kLastMs));
  Ulid ulid;
  for (std::size_t i = 0; i < kTimeSize; ++i) {
    ulid[i] = static_cast<std::byte>((ms >> (8 * (kTimeSize - 1 - i))) & 0xff);
  }
  take_from_pool(std::span{ulid}.subspan(kTimeSize));
  return ulid;
}

}  // namespace leadkeep::crypto
