// Wipes a buffer on every way out of the scope that fills it.
#pragma once
#include <leadkeep/base/secret.h>

namespace leadkeep::crypto {

class ScopedWipe {
 public:
  explicit ScopedWipe(std::span<std::byte> bytes) noexcept : m_bytes{bytes} {}

  ScopedWipe(const ScopedWipe&) = delete;
  ScopedWipe& operator=(const ScopedWipe&) = delete;

  ~ScopedWipe() { wipe(m_bytes); }

 private:
  std::span<std::byte> m_bytes;
};

}  // namespace leadkeep::crypto
