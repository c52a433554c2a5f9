#include "crypto_test_support.h"

#include <leadkeep/crypto/password_hash.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

namespace leadkeep::crypto {

namespace {

// Cheap to check: 256 KiB.
constexpr std::string_view kCheapPhc =
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

SecretBytes secret(std::string_view text) {
  return SecretBytes::copy_of(as_bytes(text));
}

PasswordMatch check(std::string_view phc) {
  return check_password(secret("password"), phc);
}

std::uint64_t peak_memory_kib() {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;) {
    if (word == "VmHWM:") {
      std::uint64_t kib = 0;
      status >> kib;
      return kib;
    }
  }
  return 0;
}

template <class Function>
std::chrono::nanoseconds processor_time(Function function) {
  std::timespec before{};
  std::timespec after{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
  function();
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
  return std::chrono::seconds{after.tv_sec - before.tv_sec} +
         std::chrono::nanoseconds{after.tv_nsec - before.tv_nsec};
}

}  // namespace

TEST(CheckPassword, AcceptsTheHashesOfTheReferenceImplementation) {
  const auto vectors = read_vectors("phc-argon2id/encoded.txt");
  ASSERT_EQ(vectors.size(), 7u);
  for (const auto& vector : vectors) {
    const auto& phc = vector.at("phc");
    EXPECT_EQ(check_password(secret(vector.at("password")), phc), PasswordMatch::kMatches) << phc;
    EXPECT_EQ(check_password(secret("Password"), phc), PasswordMatch::kDiffers) << phc;
  }
}

TEST(HashPassword, MakesAStringThatTheRightPasswordMatches) {
  const auto phc = hash_password(secret("correct horse battery staple"));
  ASSERT_TRUE(phc.ok());
  EXPECT_EQ(phc.value().substr(0, 31), "$argon2id$v=19$m=19456,t=2,p=1$");
  EXPECT_EQ(phc.value().size(), 31u + 22 + 1 + 43);
  EXPECT_EQ(check_password(secret("correct horse battery staple"), phc.value()),
            PasswordMatch::kMatches);
  EXPECT_EQ(check_password(secret("correct horse battery stapl"), phc.value()),
            PasswordMatch::kDiffers);
  EXPECT_EQ(check_password(SecretBytes{}, phc.value()), PasswordMatch::kDiffers);
}

TEST(HashPassword, TakesANewSaltEachTime) {
  EXPECT_NE(hash_password(secret("password")).value(), hash_password(secret("password")).value());
}

TEST(HashPassword, HashesEveryByteOfThePassword) {
  constexpr std::string_view kWithZero{"pass\0word", 9};
  constexpr std::string_view kOther{"pass\0wort", 9};
  const auto phc = hash_password(secret(kWithZero)).value();
  EXPECT_EQ(check_password(secret(kWithZero), phc), PasswordMatch::kMatches);
  EXPECT_EQ(check_password(secret(kOther), phc), PasswordMatch::kDiffers);
  EXPECT_EQ(check_password(secret("pass"), phc), PasswordMatch::kDiffers);
}

TEST(CheckPassword, RefusesEveryChangedCharacter) {
  ASSERT_EQ(check(kCheapPhc), PasswordMatch::kMatches);
  for (std::size_t i = 0; i < kCheapPhc.size(); ++i) {
    for (const char other : {'A', '1', '$', '\0', static_cast<char>(kCheapPhc[i] ^ 1)}) {
      std::string changed{kCheapPhc};
      if (changed[i] != other) {
        changed[i] = other;
        EXPECT_EQ(check(changed), PasswordMatch::kDiffers) << changed;
      }
    }
  }
}

TEST(CheckPassword, RefusesEveryTruncationAndAnAppendedCharacter) {
  for (std::size_t size = 0; size < kCheapPhc.size(); ++size) {
    EXPECT_EQ(check(kCheapPhc.substr(0, size)), PasswordMatch::kDiffers);
  }
  EXPECT_EQ(check(std::string{kCheapPhc} + "A"), PasswordMatch::kDiffers);
  EXPECT_EQ(check(std::string{kCheapPhc} + '\0'), PasswordMatch::kDiffers);
}

TEST(CheckPassword, RefusesOtherVariants) {
  // The reference implementation's Argon2i hash of the same password.
  EXPECT_EQ(check("$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"
                  "$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA"),
            PasswordMatch::kDiffers);
  EXPECT_EQ(check("$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"),
            PasswordMatch::kDiffers);
}

TEST(CheckPassword, RefusesASecondSpelling) {
  constexpr std::string_view kHash{"$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"};
  ASSERT_EQ(check("$argon2id$v=19$m=256,t=2,p=1" + std::string{kHash}), PasswordMatch::kMatches);
  for (const std::string_view front :
       {"$argon2id$v=19$m=0256,t=2,p=1", "$argon2id$v=19$m=+256,t=2,p=1",
        "$argon2id$v=19$t=2,m=256,p=1", "$argon2id$v=19$m=256,t=2,p=1,x=1",
        "$argon2id$m=256,t=2,p=1", "$argon2id$v=19$m=256,t=2", " $argon2id$v=19$m=256,t=2,p=1"}) {
    EXPECT_EQ(check(std::string{front} + std::string{kHash}), PasswordMatch::kDiffers) << front;
  }
  EXPECT_EQ(
      check("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR_uIPnA4rEsF5h7TKyQwu9U1bMCHGi_4"),
      PasswordMatch::kDiffers);
  EXPECT_EQ(check(std::string{kCheapPhc} + "="), PasswordMatch::kDiffers);
}

TEST(CheckPassword, RefusesParametersThatArgon2DoesNotHave) {
  for (const std::string_view cost :
       {"m=7,t=2,p=1", "m=256,t=0,p=1", "m=256,t=2,p=0", "m=8,t=2,p=2"}) {
    EXPECT_EQ(check("$argon2id$v=19$" + std::string{cost} +
                    "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
              PasswordMatch::kDiffers);
  }
}

// Without bounds, each of these would take 4 GiB of memory or minutes of time.
TEST(CheckPassword, RefusesAStringThatIsExpensiveWithoutComputingIt) {
  for (const std::string_view cost :
       {"m=4294967295,t=2,p=1", "m=256,t=4294967295,p=1", "m=65536,t=2,p=16777215",
        "m=65537,t=2,p=1", "m=256,t=11,p=1", "m=256,t=2,p=5", "m=18446744073709551872,t=2,p=1"}) {
    const std::string phc = "$argon2id$v=19$" + std::string{cost} +
                            "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    const auto time = processor_time([&] { EXPECT_EQ(check(phc), PasswordMatch::kDiffers); });
    EXPECT_LT(time, std::chrono::milliseconds{5}) << cost;
  }
}

// Twelve ask at once, and each hash takes 19 MiB.
TEST(CheckPassword, RunsFourAtATimeAndAnswersAllRight) {
  const auto phc = hash_password(secret("password")).value();
  std::ofstream{"/proc/self/clear_refs"} << "5";  // forgets the peak of the resident memory
  [[maybe_unused]] const std::uint64_t before_kib = peak_memory_kib();
  std::atomic<int> right{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 12; ++t) {
      threads.emplace_back([&right, &phc, t] {
        const bool matches = check_password(secret(t % 2 == 0 ? "password" : "other"), phc) ==
                             PasswordMatch::kMatches;
        right += matches == (t % 2 == 0) ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(right, 12);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they keep freed memory
  EXPECT_LT(peak_memory_kib() - before_kib, 6u * 19456);
#endif
}

TEST(SpendPasswordCheckTime, TakesAboutTheTimeOfACheck) {
  const auto password = secret("password");
  const auto phc = hash_password(password).value();
  auto check_time = std::chrono::nanoseconds::max();
  auto spent_time = std::chrono::nanoseconds::max();
  for (int i = 0; i < 5; ++i) {
    check_time = std::min(check_time, processor_time([&] { (void)check_password(password, phc); }));
    spent_time = std::min(spent_time, processor_time([&] { spend_password_check_time(password); }));
  }
  EXPECT_GT(spent_time, check_time / 2);
  EXPECT_LT(spent_time, check_time * 2);
}

}  // namespace leadkeep::crypto
