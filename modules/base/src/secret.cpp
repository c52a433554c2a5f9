#include <leadkeep/base/check.h>
#include <leadkeep/base/secret.h>

#include <cstring>
#include <new>

namespace leadkeep {

void wipe(std::span<std::byte> bytes) noexcept {
  if (!bytes.empty()) {
    ::explicit_bzero(bytes.data(), bytes.size());
  }
}

void wipe(std::string& text) noexcept {
  wipe(std::as_writable_bytes(std::span{text.data(), text.size()}));
  text.clear();
}

SecretBytes::SecretBytes(std::size_t size)
    : m_data{size == 0 ? nullptr : static_cast<std::byte*>(::operator new(size))}, m_size{size} {
  if (m_data != nullptr) {
    std::memset(m_data, 0, m_size);
  }
}

SecretBytes SecretBytes::copy_of(ByteView bytes) {
  SecretBytes out{bytes.size()};
  if (out.m_data != nullptr) {
    std::memcpy(out.m_data, bytes.data(), bytes.size());
  }
  return out;
}

void SecretBytes::cut_to(std::size_t offset, std::size_t size) noexcept {
  LK_CHECK(offset <= m_size && size <= m_size - offset);
  if (m_data != nullptr) {
    std::memmove(m_data, m_data + offset, size);
    wipe({m_data + size, m_size - size});
  }
  m_size = size;
}

SecretBytes::~SecretBytes() {
  if (m_data != nullptr) {
    wipe({m_data, m_size});
    ::operator delete(m_data);
  }
}

}  // namespace leadkeep
