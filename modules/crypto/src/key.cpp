#include "generators.h"
#include "raw_key_access.h"
#include "wiped_on_fork.h"

#include <leadkeep/base/guarded.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/crypto/key.h>

#include <algorithm>
#include <cstdint>
#include <list>
#include <vector>

#include <sys/mman.h>

namespace leadkeep::crypto {

namespace {

// The memory of all keys of the process:
//
//   block   16 pages between guard pages
//   page    slot 0: mark of wiped_on_fork.h | slots 1 to 127: one key each
constexpr std::size_t kPagesPerBlock = 16;
constexpr std::size_t kSlotsPerBlock = kPagesPerBlock * kPageSize / kKeySize;

// False for a slot that the process inherited by fork: the kernel has filled its page with zeros.
[[nodiscard]] bool is_own(const std::byte* slot) noexcept {
  const std::byte* const page = slot - reinterpret_cast<std::uintptr_t>(slot) % kPageSize;
  return *page == kNotForked;
}

class KeyArena {
 public:
  [[nodiscard]] std::byte* take() {
    while (!m_free.empty() && !is_own(m_free.back())) {
      m_free.pop_back();
    }
    if (m_free.empty()) {
      add_block();
    }
    std::byte* const slot = m_free.back();
    m_free.pop_back();
    return slot;
  }

  void give_back(std::byte* slot) noexcept {
    wipe({slot, kKeySize});
    m_free.push_back(slot);  // within the capacity that add_block has reserved
  }

  [[nodiscard]] bool is_locked() {
    if (m_blocks.empty()) {
      add_block();
    }
    return m_is_locked;
  }

 private:
  void add_block() {
    const auto bytes = m_blocks.emplace_back(kPagesPerBlock).bytes();
    m_is_locked = ::mlock(bytes.data(), bytes.size()) == 0 && m_is_locked;
    m_free.reserve(m_blocks.size() * kSlotsPerBlock);
    for (std::size_t i = 0; i < bytes.size(); i += kKeySize) {
      if (i % kPageSize == 0) {
        bytes[i] = kNotForked;
      } else {
        m_free.push_back(&bytes[i]);
      }
    }
  }

  std::list<WipedOnForkPages> m_blocks;
  std::vector<std::byte*> m_free;
  bool m_is_locked = true;
};

// Never destroyed: a key of static storage duration may outlive every other static object.
Guarded<KeyArena>& arena() {
  static auto& instance = *new Guarded<KeyArena>;
  return instance;
}

std::byte* take_slot() {
  return arena().with([](KeyArena& a) { return a.take(); });
}

}  // namespace

Key256 Key256::random() {
  Key256 key{take_slot()};
  fill_from_private_generator({key.m_slot, kKeySize});
  return key;
}

Result<Key256> Key256::from_bytes(ByteView bytes) {
  if (bytes.size() != kKeySize) {
    return fail(Errc::kInvalidInput, "a key has 32 bytes");
  }
  Key256 key{take_slot()};
  std::ranges::copy(bytes, key.m_slot);
  return key;
}

Key256& Key256::operator=(Key256&& other) noexcept {
  Key256 previous{std::exchange(m_slot, std::exchange(other.m_slot, nullptr))};
  return *this;
}

Key256::~Key256() {
  if (m_slot != nullptr) {
    arena().with([this](KeyArena& a) { a.give_back(m_slot); });
  }
}

Key256 Key256::clone() const {
  Key256 copy{take_slot()};
  std::ranges::copy(RawKeyAccessIssuer::bytes_of(*this), copy.m_slot);
  return copy;
}

ByteView Key256::bytes(RawKeyAccess) const& {
  LK_CHECK(m_slot != nullptr);
  // A key of the parent reads as 32 zero bytes in a child, and what is sealed with those is open to
  // everyone.
  LK_CHECK(is_own(m_slot));
  return {m_slot, kKeySize};
}

bool key_memory_is_locked() noexcept {
  return arena().with([](KeyArena& a) { return a.is_locked(); });
}

}  // namespace leadkeep::crypto
