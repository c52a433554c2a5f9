#include "crypto_test_support.h"

#include <leadkeep/crypto/random.h>

#include <algorithm>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace leadkeep::crypto {

namespace {

std::vector<Nonce> draw_nonces(std::size_t count) {
  std::vector<Nonce> nonces(count);
  std::ranges::generate(nonces, new_nonce);
  return nonces;
}

bool has_repeat(std::vector<Nonce> nonces) {
  std::ranges::sort(nonces);
  return std::ranges::adjacent_find(nonces) != nonces.end();
}

void append_all(std::vector<Nonce>& to, const std::vector<Nonce>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// What new_nonce() gives in a child of fork(2).
std::vector<Nonce> draw_nonces_in_child(std::size_t count) {
  int ends[2] = {};
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    for (const Nonce& nonce : draw_nonces(count)) {
      if (::write(ends[1], nonce.data(), nonce.size()) != static_cast<ssize_t>(nonce.size())) {
        ::_exit(1);
      }
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  std::vector<Nonce> nonces;
  for (Nonce nonce;
       ::read(ends[0], nonce.data(), nonce.size()) == static_cast<ssize_t>(nonce.size());) {
    nonces.push_back(nonce);
  }
  ::close(ends[0]);
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(nonces.size(), count);
  return nonces;
}

}  // namespace

TEST(NewNonce, GivesAMillionWithoutARepeat) {
  EXPECT_FALSE(has_repeat(draw_nonces(1'000'000)));
}

TEST(NewNonce, GivesEachThreadItsOwn) {
  std::array<std::vector<Nonce>, 8> drawn;
  {
    std::vector<std::jthread> threads;
    for (auto& nonces : drawn) {
      threads.emplace_back([&nonces] { nonces = draw_nonces(2'000); });
    }
  }
  std::vector<Nonce> all;
  std::ranges::for_each(drawn, [&all](const auto& nonces) { append_all(all, nonces); });
  EXPECT_EQ(all.size(), 16'000u);
  EXPECT_FALSE(has_repeat(all));
}

TEST(NewNonce, GivesAChildOtherNoncesThanItsParentAndItsSiblings) {
  std::vector<Nonce> all = draw_nonces(1);  // the pool is filled before the forks
  append_all(all, draw_nonces_in_child(1'200));
  append_all(all, draw_nonces_in_child(1'200));
  append_all(all, draw_nonces(1'200));
  EXPECT_FALSE(has_repeat(all));
}

TEST(NewNonce, SetsEveryBitInSomeNoncesOnly) {
  Nonce ever{};
  Nonce always;
  always.fill(std::byte{0xff});
  for (const Nonce& nonce : draw_nonces(512)) {
    for (std::size_t i = 0; i < nonce.size(); ++i) {
      ever[i] |= nonce[i];
      always[i] &= nonce[i];
    }
  }
  EXPECT_EQ(to_hex(ever), std::string(48, 'f'));
  EXPECT_EQ(to_hex(always), std::string(48, '0'));
}

TEST(FillRandom, FillsEveryByteOfEverySize) {
  for (std::size_t size = 0; size <= 64; ++size) {
    Bytes ever(size);
    for (int i = 0; i < 16; ++i) {
      Bytes bytes(size);
      fill_random(bytes);
      std::ranges::transform(ever, bytes, ever.begin(), std::bit_or{});
    }
    EXPECT_EQ(std::ranges::count(ever, std::byte{0}), 0);
  }
}

TEST(FillRandom, FillsABufferLargerThanOneRequestOfTheGenerator) {
  Bytes bytes(200'000);
  fill_random(bytes);
  EXPECT_NE(to_hex(ByteView{bytes}.last(16)), std::string(32, '0'));
}

TEST(RandomSecret, HasTheSizeAndIsNewEachTime) {
  EXPECT_EQ(random_secret(0).size(), 0u);
  const auto first = random_secret(32);
  const auto second = random_secret(32);
  EXPECT_EQ(first.size(), 32u);
  EXPECT_FALSE(same_bytes(first.expose(), second.expose()));
}

TEST(NewUlid, StartsWithTheTime) {
  const auto ulid = new_ulid(Timestamp{0x0192'3456'789a});
  EXPECT_EQ(to_hex(ByteView{ulid}.first(6)), "01923456789a");
}

TEST(NewUlid, CountsATimeOutOfRangeAsTheNearestInRange) {
  EXPECT_EQ(to_hex(ByteView{new_ulid(Timestamp{-1})}.first(6)), "000000000000");
  EXPECT_EQ(to_hex(ByteView{new_ulid(Timestamp{std::int64_t{1} << 48})}.first(6)), "ffffffffffff");
}

TEST(NewUlid, DiffersWithinAMillisecond) {
  std::vector<Ulid> ulids(10'000);
  std::ranges::generate(ulids, [] { return new_ulid(Timestamp{1'700'000'000'000}); });
  std::ranges::sort(ulids);
  EXPECT_EQ(std::ranges::adjacent_find(ulids), ulids.end());
}

TEST(NewId, SortsByAgeAndReadsBack) {
  const auto older = new_id<LeadId>(Timestamp{1'700'000'000'000});
  const auto newer = new_id<LeadId>(Timestamp{1'700'000'000'001});
  EXPECT_LT(older, newer);
  EXPECT_LT(older.text(), newer.text());
  EXPECT_EQ(LeadId::parse(older.text()), older);
}

}  // namespace leadkeep::crypto
