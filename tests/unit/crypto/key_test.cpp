#include "crypto_test_support.h"

#include <leadkeep/crypto/aead.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/wrap.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <functional>
#include <sstream>
#include <thread>
#include <type_traits>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace leadkeep::crypto {

namespace {

static_assert(!std::is_copy_constructible_v<Key256>);
static_assert(!std::is_copy_assignable_v<Key256>);
static_assert(std::is_nothrow_move_constructible_v<Key256>);
static_assert(std::is_nothrow_move_assignable_v<Key256>);
static_assert(!std::is_default_constructible_v<Key256>);
static_assert(!std::is_constructible_v<Key256, ByteView>);
static_assert(!std::is_constructible_v<Key256, std::byte*>);

static_assert(!std::is_default_constructible_v<RawKeyAccess>);
static_assert(!std::is_aggregate_v<RawKeyAccess>);
static_assert(!std::is_copy_constructible_v<RawKeyAccess>);
static_assert(!std::is_move_constructible_v<RawKeyAccess>);
static_assert(!std::is_trivially_copyable_v<RawKeyAccess>);  // nor by std::bit_cast

template <class Key>
concept CanBeReadWithNothing = requires(const Key& key) { key.bytes({}); };
static_assert(!CanBeReadWithNothing<Key256>);

template <class Key>
concept CanBePrinted = requires(std::ostream& out, const Key& key) { out << key; };
static_assert(!CanBePrinted<Key256>);

template <class Key>
concept CanBeCompared = requires(const Key& a, const Key& b) { a == b; };
static_assert(!CanBeCompared<Key256>);

// A name for a key that shows nothing of it.
std::string fingerprint(const Key256& key) {
  return to_hex(commit_to_key(key, {}));
}

// How often the 32 bytes of a key are in the writable memory of this process. They are given
// inverted, so that the search does not find what it is looking for.
int count_in_memory(const ByteArray<kKeySize>& inverted) {
  int found = 0;
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  std::ifstream maps{"/proc/self/maps"};
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  for (std::string line; std::getline(maps, line);) {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    char mode[5] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &from, &to, mode) == 3 && mode[0] == 'r' &&
        mode[1] == 'w' && to - from <= (64u << 20)) {  // not the shadow memory of a sanitizer
      ranges.emplace_back(from, to);
    }
  }
  constexpr std::size_t kChunk = 1 << 16;
  std::vector<std::byte> buffer(kChunk + kKeySize - 1);
  const int first = std::to_integer<int>(~inverted[0]);
  const auto buffer_at = reinterpret_cast<std::uintptr_t>(buffer.data());
  for (const auto& [from, to] : ranges) {
    for (auto at = from; at < to; at += kChunk) {
      const auto count =
          ::pread(memory, buffer.data(), std::min(buffer.size(), to - at), static_cast<off_t>(at));
      const auto end = buffer.begin() + std::max(count, ssize_t{0});
      for (auto hit = buffer.begin(); end - hit >= static_cast<ssize_t>(kKeySize); ++hit) {
        const void* next = std::memchr(&*hit, first, static_cast<std::size_t>(end - hit));
        if (next == nullptr) {
          break;
        }
        hit = buffer.begin() + (static_cast<const std::byte*>(next) - buffer.data());
        const auto found_at = at + static_cast<std::uint64_t>(hit - buffer.begin());
        const bool in_own_buffer =
            found_at + kKeySize > buffer_at && found_at < buffer_at + buffer.size();
        if (!in_own_buffer && end - hit >= static_cast<ssize_t>(kKeySize) &&
            std::equal(inverted.begin(), inverted.end(), hit,
                       [](std::byte a, std::byte b) { return a == ~b; })) {
          ++found;
        }
      }
    }
  }
  ::close(memory);
  return found;
}

// Makes a random key and tells its bytes inverted.
Key256 make_key(ByteArray<kKeySize>& inverted) {
  SecretBytes bytes = random_secret(kKeySize);
  auto key = Key256::from_bytes(bytes.expose()).value();
  std::ranges::transform(bytes.expose(), inverted.begin(), [](std::byte b) { return ~b; });
  return key;
}

}  // namespace

TEST(Key256, TakesThirtyTwoBytesOnly) {
  for (std::size_t size = 0; size <= 64; ++size) {
    const auto key = Key256::from_bytes(Bytes(size));
    EXPECT_EQ(key.ok(), size == 32);
    if (!key.ok()) {
      EXPECT_EQ(key.error().code, Errc::kInvalidInput);
    }
  }
}

TEST(Key256, IsNewEachTimeWhenRandom) {
  EXPECT_NE(fingerprint(Key256::random()), fingerprint(Key256::random()));
}

TEST(Key256, CloneLivesOnWithoutTheOriginal) {
  auto original = counting_key();
  const auto clone = original.clone();
  original = Key256::random();
  EXPECT_EQ(fingerprint(clone), fingerprint(counting_key()));
}

TEST(Key256, MovesAndReplaces) {
  auto key = counting_key(1);
  auto other = counting_key(2);
  key = std::move(other);
  EXPECT_EQ(fingerprint(key), fingerprint(counting_key(2)));
  const Key256 moved{std::move(key)};
  EXPECT_EQ(fingerprint(moved), fingerprint(counting_key(2)));
}

TEST(Key256, SurvivesAMoveToItself) {
  auto key = counting_key();
  auto& same = key;
  key = std::move(same);
  EXPECT_EQ(fingerprint(key), fingerprint(counting_key()));
}

TEST(Key256DeathTest, StopsWhenUsedAfterAMove) {
  auto key = counting_key();
  const Key256 moved{std::move(key)};
  EXPECT_DEATH((void)key.clone(), "CHECK_FAILED");
}

// More keys than one block of the arena has, with slots freed and taken again in between.
TEST(Key256, KeepsManyKeysApart) {
  std::vector<Key256> keys;
  std::vector<std::string> fingerprints;
  const auto add = [&](Key256 key) {
    fingerprints.push_back(fingerprint(key));
    keys.push_back(std::move(key));
  };
  for (int i = 0; i < 5000; ++i) {
    add(Key256::random());
  }
  for (std::size_t i = 0; i < keys.size(); i += 2) {
    keys[i] = Key256::random();
    fingerprints[i] = fingerprint(keys[i]);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    ASSERT_EQ(fingerprint(keys[i]), fingerprints[i]);
  }
  std::ranges::sort(fingerprints);
  EXPECT_EQ(std::ranges::adjacent_find(fingerprints), fingerprints.end());
}

TEST(Key256, CanBeMadeAndDroppedOnManyThreads) {
  std::atomic<int> intact{0};
  {
    std::vector<std::jthread> threads;
    for (std::uint8_t t = 0; t < 4; ++t) {
      threads.emplace_back([&intact, t] {
        const auto expected = fingerprint(counting_key(t));
        for (int i = 0; i < 500; ++i) {
          intact += fingerprint(counting_key(t)) == expected ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(intact, 2000);
}

TEST(Key256, IsInMemoryOnceWhileItLives) {
  ByteArray<kKeySize> inverted;
  const auto key = make_key(inverted);
  EXPECT_EQ(count_in_memory(inverted), 1);
}

// Each use of a key is looked at alone: the next one would overwrite what it left in a context of
// OpenSSL, on the heap or on the stack.
TEST(Key256, IsNowhereInMemoryAfterItWasUsedAndDropped) {
  const auto other = Key256::random();
  const Nonce nonce = new_nonce();
  const std::vector<std::pair<std::string, std::function<void(const Key256&)>>> uses{
      {"nothing", [](const Key256&) {}},
      {"clone", [](const Key256& key) { (void)key.clone(); }},
      {"seal",
       [&](const Key256& key) {
         Bytes sealed;
         seal(key, nonce, {}, as_bytes("text"), sealed);
       }},
      {"seal and open while the last key is kept",
       [&](const Key256& key) {
         const KeepLastKey keep;
         Bytes sealed;
         seal(key, nonce, {}, as_bytes("text"), sealed);
         ASSERT_TRUE(open(key, nonce, {}, sealed).ok());
       }},
      {"open", [&](const Key256& key) { (void)open(key, nonce, {}, Bytes(40)); }},
      {"wrap", [&](const Key256& key) { (void)wrap_key(other, key, {}); }},
      {"unwrap",
       [&](const Key256& key) {
         ASSERT_TRUE(unwrap_key(other, wrap_key(other, key, {}), {}).ok());
       }},
      {"wrap another", [&](const Key256& key) { (void)wrap_key(key, other, {}); }},
      {"commit", [](const Key256& key) { (void)commit_to_key(key, {}); }},
      {"derive", [](const Key256& key) { (void)derive_key(key, "info"); }},
  };
  for (const auto& [name, use] : uses) {
    ByteArray<kKeySize> inverted;
    {
      const auto key = make_key(inverted);
      use(key);
    }
    EXPECT_EQ(count_in_memory(inverted), 0) << name;
  }
}

TEST(Key256DeathTest, StopsAChildThatUsesAKeyOfItsParent) {
  const auto key = counting_key();
  EXPECT_DEATH((void)key.clone(), "CHECK_FAILED");
}

TEST(Key256, CanBeMadeInAChild) {
  const auto expected = fingerprint(counting_key());
  auto of_parent = Key256::random();
  const pid_t child = ::fork();
  if (child == 0) {
    const auto first = counting_key();
    of_parent = Key256::random();  // gives the wiped slot back
    const auto second = counting_key();
    ::_exit(fingerprint(first) == expected && fingerprint(second) == expected ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(fingerprint(counting_key()), expected);
}

TEST(KeyMemory, IsLockedLeftOutOfDumpsAndWipedOnFork) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  const bool locked = false;  // the sanitizers turn mlock(2) into nothing
  EXPECT_TRUE(key_memory_is_locked());
#else
  const bool locked = key_memory_is_locked();
#endif
  std::ifstream smaps{"/proc/self/smaps"};
  bool found = false;
  for (std::string line; std::getline(smaps, line);) {
    if (line.starts_with("VmFlags:")) {
      line += ' ';
      const auto has = [&line](const char* flag) { return line.find(flag) != line.npos; };
      found |= has(" dd ") && has(" wf ") && (!locked || has(" lo "));
    }
  }
  EXPECT_TRUE(found);
}

}  // namespace leadkeep::crypto
