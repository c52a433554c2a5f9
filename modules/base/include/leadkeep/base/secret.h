// leadkeep/base/secret.h — key bytes, passwords and tokens in memory
//
// A SecretBytes cannot be copied, printed or compared in variable time, never grows, and is wiped
// when it dies, in every build. `expose()` does not compile on a temporary, so that no view can
// outlive its owner.
#pragma once
#include <leadkeep/base/bytes.h>

#include <utility>

namespace leadkeep {

void wipe(std::span<std::byte> bytes) noexcept;
void wipe(std::string& text) noexcept;  // wipes the characters, then empties the string

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size);  // zero-filled
  [[nodiscard]] static SecretBytes copy_of(ByteView bytes);

  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;

  SecretBytes(SecretBytes&& other) noexcept
      : m_data{std::exchange(other.m_data, nullptr)}, m_size{std::exchange(other.m_size, 0)} {}

  SecretBytes& operator=(SecretBytes&& other) noexcept {
    std::swap(m_data, other.m_data);
    std::swap(m_size, other.m_size);
    return *this;
  }

  ~SecretBytes();

  [[nodiscard]] SecretBytes clone() const { return copy_of({m_data, m_size}); }

  // Keeps `size` bytes from `offset` on and wipes the others.
  void cut_to(std::size_t offset, std::size_t size) noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return m_size; }

  [[nodiscard]] bool empty() const noexcept { return m_size == 0; }

  [[nodiscard]] ByteView expose() const& noexcept { return {m_data, m_size}; }

  ByteView expose() const&& = delete;

  [[nodiscard]] std::span<std::byte> expose_mutable() & noexcept { return {m_data, m_size}; }

 private:
  std::byte* m_data = nullptr;
  std::size_t m_size = 0;
};

}  // namespace leadkeep
