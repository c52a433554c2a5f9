#include "wiped_on_fork.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/secret.h>

#include <sys/mman.h>
#include <unistd.h>

namespace leadkeep::crypto {

WipedOnForkPages::WipedOnForkPages(std::size_t pages) noexcept {
  LK_CHECK(::sysconf(_SC_PAGESIZE) == static_cast<long>(kPageSize));
  const std::size_t size = pages * kPageSize;
  void* const mapping =
      ::mmap(nullptr, size + 2 * kPageSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  LK_CHECK(mapping != MAP_FAILED);
  m_bytes = {static_cast<std::byte*>(mapping) + kPageSize, size};
  LK_CHECK(::mprotect(m_bytes.data(), size, PROT_READ | PROT_WRITE) == 0);
  LK_CHECK(::madvise(m_bytes.data(), size, MADV_WIPEONFORK) == 0);
  LK_CHECK(::madvise(m_bytes.data(), size, MADV_DONTDUMP) == 0);
}

WipedOnForkPages::~WipedOnForkPages() {
  wipe(m_bytes);
  LK_CHECK(::munmap(m_bytes.data() - kPageSize, m_bytes.size() + 2 * kPageSize) == 0);
}

}  // namespace leadkeep::crypto
