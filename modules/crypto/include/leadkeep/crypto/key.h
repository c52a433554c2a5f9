// leadkeep/crypto/key.h — a 256-bit secret key that can be used but not read
//
// Takes    32 bytes, or nothing (random)
// Yields   Key256              move-only; wiped when it dies; copied only by clone()
// Refuses  kInvalidInput       not exactly 32 bytes
// Memory   Every key lives in one arena of the process: pages between guard pages, locked into RAM
//          as far as RLIMIT_MEMLOCK allows, left out of core dumps, and wiped in a child of
//          fork(2). A child that uses a key of its parent is stopped by LK_CHECK instead of working
//          on with 32 zero bytes.
// Threads  The arena: any. One Key256: const members from any thread, as usual.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/result.h>

#include <utility>

namespace leadkeep::crypto {

inline constexpr std::size_t kKeySize = 32;

// The token that opens a Key256. Only RawKeyAccessIssuer can make one, and that class is defined in
// a private header of this module; a search for its name lists every place that sees key bytes.
class RawKeyAccess {
 public:
  RawKeyAccess(const RawKeyAccess&) = delete;
  RawKeyAccess& operator=(const RawKeyAccess&) = delete;

  ~RawKeyAccess() {}  // not trivial, so that std::bit_cast cannot make one either

 private:
  friend class RawKeyAccessIssuer;
  RawKeyAccess() = default;
};

class Key256 {
 public:
  [[nodiscard]] static Key256 random();

  // Copies the bytes; the caller wipes its own.
  [[nodiscard]] static Result<Key256> from_bytes(ByteView bytes);

  Key256(const Key256&) = delete;
  Key256& operator=(const Key256&) = delete;

  Key256(Key256&& other) noexcept : m_slot{std::exchange(other.m_slot, nullptr)} {}

  Key256& operator=(Key256&& other) noexcept;  // wipes the key that was held before
  ~Key256();

  [[nodiscard]] Key256 clone() const;

  [[nodiscard]] ByteView bytes(RawKeyAccess access) const&;
  ByteView bytes(RawKeyAccess access) const&& = delete;

 private:
  explicit Key256(std::byte* slot) noexcept : m_slot{slot} {}

  std::byte* m_slot;  // in the arena; null after a move
};

// False when the kernel refused to lock a page of the arena, so that keys may reach swap space.
[[nodiscard]] bool key_memory_is_locked() noexcept;

}  // namespace leadkeep::crypto
