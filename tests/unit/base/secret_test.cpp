#include <leadkeep/base/secret.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace {

// What `operator delete` saw in the block it was told to watch.
void* g_watched = nullptr;
bool g_freed = false;
bool g_was_wiped = false;
constexpr std::size_t kWatchedSize = 64;

void release(void* memory) noexcept {
  if (memory != nullptr && memory == g_watched) {
    const auto* const bytes = static_cast<const unsigned char*>(memory);
    g_was_wiped = std::all_of(bytes, bytes + kWatchedSize, [](unsigned char b) { return b == 0; });
    g_freed = true;
    g_watched = nullptr;
  }
  std::free(memory);
}

}  // namespace

// Memory may not be looked at after it was freed, so the test looks at the last moment before.
void* operator new(std::size_t size) {
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) {
    throw std::bad_alloc{};
  }
  return memory;
}

void operator delete(void* memory) noexcept {
  release(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  release(memory);
}

namespace leadkeep {

namespace {

template <class T>
concept ExposesTemporary = requires { std::declval<T&&>().expose(); };

static_assert(!ExposesTemporary<SecretBytes>, "a view would outlive its owner");
static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);

SecretBytes secret_of(char c) {
  return SecretBytes::copy_of(as_bytes(std::string(kWatchedSize, c)));
}

void watch(SecretBytes& secret) {
  g_freed = false;
  g_was_wiped = false;
  g_watched = secret.expose_mutable().data();
}

}  // namespace

TEST(SecretBytes, IsWipedBeforeItsMemoryIsFreed) {
  {
    SecretBytes secret = secret_of('s');
    watch(secret);
  }
  EXPECT_TRUE(g_freed);
  EXPECT_TRUE(g_was_wiped);
}

TEST(SecretBytes, IsWipedOnceWhenItWasMoved) {
  {
    SecretBytes first = secret_of('s');
    watch(first);
    SecretBytes second{std::move(first)};
    EXPECT_FALSE(g_freed);
    EXPECT_EQ(as_text(second.expose()), std::string(kWatchedSize, 's'));
  }
  EXPECT_TRUE(g_freed);
  EXPECT_TRUE(g_was_wiped);
}

TEST(SecretBytes, IsWipedWhenAnotherIsAssigned) {
  {
    SecretBytes secret = secret_of('a');
    watch(secret);
    secret = secret_of('b');
    EXPECT_EQ(as_text(secret.expose()), std::string(kWatchedSize, 'b'));
  }
  EXPECT_TRUE(g_freed);
  EXPECT_TRUE(g_was_wiped);
}

TEST(SecretBytes, StartsWithZeros) {
  const SecretBytes secret{kWatchedSize};
  EXPECT_EQ(as_text(secret.expose()), std::string(kWatchedSize, '\0'));
}

TEST(SecretBytes, CutToAPartHoldsNothingElse) {
  SecretBytes secret = SecretBytes::copy_of(as_bytes("0123456789"));
  const std::byte* const memory = secret.expose().data();
  secret.cut_to(3, 4);
  EXPECT_EQ(as_text(secret.expose()), "3456");
  EXPECT_EQ(as_text(ByteView{memory, 10}), (std::string_view{"3456\0\0\0\0\0\0", 10}));
  secret.cut_to(4, 0);
  EXPECT_TRUE(secret.empty());
}

TEST(SecretBytes, MayBeEmpty) {
  const SecretBytes none;
  const SecretBytes zero{0};
  EXPECT_TRUE(none.empty());
  EXPECT_TRUE(zero.empty());
  EXPECT_TRUE(SecretBytes::copy_of({}).empty());
  EXPECT_TRUE(none.clone().empty());
}

TEST(SecretBytes, ClonesIntoMemoryOfItsOwn) {
  SecretBytes secret = secret_of('s');
  const SecretBytes copy = secret.clone();
  wipe(secret.expose_mutable());
  EXPECT_EQ(as_text(copy.expose()), std::string(kWatchedSize, 's'));
}

TEST(Wipe, OverwritesEveryByte) {
  std::string text(100, 'x');
  wipe(std::as_writable_bytes(std::span{text.data(), text.size()}));
  EXPECT_EQ(text, std::string(100, '\0'));
}

TEST(Wipe, OverwritesAndEmptiesAString) {
  std::string text(100, 'x');
  const char* const memory = text.data();
  wipe(text);
  EXPECT_TRUE(text.empty());
  text.resize(100, 'y');  // within the capacity: the same memory
  EXPECT_EQ(text.data(), memory);
}

}  // namespace leadkeep
