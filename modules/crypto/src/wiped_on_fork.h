// Pages that a child of fork(2) receives filled with zeros and that no core dump contains
// (madvise(2): MADV_WIPEONFORK, MADV_DONTDUMP), between two guard pages. Who needs to know on which
// side of a fork it is writes a mark that is not zero, and looks for it later.
#pragma once
#include <leadkeep/base/bytes.h>

namespace leadkeep::crypto {

inline constexpr std::size_t kPageSize = 4096;

inline constexpr std::byte kNotForked{0x6b};

class WipedOnForkPages {
 public:
  // Stops the process if there is no memory, or if the kernel cannot wipe on fork: going on would
  // mean that a child repeats the nonces of its parent.
  explicit WipedOnForkPages(std::size_t pages) noexcept;
  WipedOnForkPages(const WipedOnForkPages&) = delete;
  WipedOnForkPages& operator=(const WipedOnForkPages&) = delete;
  ~WipedOnForkPages();  // wipes

  [[nodiscard]] std::span<std::byte> bytes() const noexcept { return m_bytes; }

 private:
  std::span<std::byte> m_bytes;
};

}  // namespace leadkeep::crypto
