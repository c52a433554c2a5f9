// Which keys of an identity provider count after its metadata has changed (check K-02).
#include <leadkeep/identity/provider_trust.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::identity {
namespace {

using testing::ElementsAre;

Bytes key(int number) {
  return Bytes(8, static_cast<std::byte>(number));
}

saml::ProviderMetadata naming(std::initializer_list<int> numbers) {
  saml::ProviderMetadata metadata;
  for (const int number : numbers) {
    metadata.signing_keys.push_back({key(number), Timestamp{number}, {}});
  }
  metadata.is_signed = true;
  return metadata;
}

ProviderTrust trusting(std::initializer_list<int> numbers) {
  ProviderTrust trust;
  for (const int number : numbers) {
    trust.keys.push_back({key(number), Timestamp{number}, 0, false});
  }
  return trust;
}

ProviderTrust after(const ProviderTrust& before, std::initializer_list<int> numbers) {
  return renewed(before, naming(numbers)).trust;
}

std::vector<int> numbers(const ProviderTrust& trust, bool withdrawn) {
  std::vector<int> found;
  for (const TrustedKey& one : trust.keys) {
    if (one.withdrawn == withdrawn) {
      found.push_back(std::to_integer<int>(one.public_key.front()));
    }
  }
  return found;
}

std::vector<int> in_force(const ProviderTrust& trust) {
  return numbers(trust, false);
}

TEST(ProviderTrust, FollowsSignedMetadata) {
  const auto renewal = renewed(trusting({1, 2}), naming({2, 3}));
  EXPECT_EQ(renewal.added, 1u);
  EXPECT_EQ(renewal.withdrawn, 1u);
  EXPECT_FALSE(renewal.waits);
  EXPECT_THAT(in_force(renewal.trust), ElementsAre(2, 3));
  EXPECT_THAT(renewal.trust.public_keys(), ElementsAre(key(1), key(2), key(3)));
}

TEST(ProviderTrust, ChangesNoKeyForUnsignedMetadata) {
  const auto before = trusting({1, 2});
  for (auto other : {naming({1}), naming({1, 2, 3}), naming({1, 3})}) {
    other.is_signed = false;
    const auto renewal = renewed(before, other);
    EXPECT_TRUE(renewal.waits);
    EXPECT_EQ(renewal.trust, before);
  }
  auto same = naming({2, 1});
  same.is_signed = false;
  same.valid_until = Timestamp{9};
  same.signing_keys[0].certificate_ends = Timestamp{77};
  const auto renewal = renewed(before, same);
  EXPECT_FALSE(renewal.waits);
  EXPECT_EQ(renewal.trust.valid_until, Timestamp{9});
  EXPECT_EQ(renewal.trust.keys[1].certificate_ends, Timestamp{77}) << "in another certificate";
}

// Announced before it is used, or changed from one day to the next.
TEST(ProviderTrust, LetsGoOfAKeyOnceALaterOneWasSeenInUse) {
  for (auto trust : {after(after(trusting({1}), {1, 2}), {2}), after(trusting({1}), {2})}) {
    EXPECT_EQ(trust.retire_before(key(1)), 0u) << "it is late, and not the new one";
    EXPECT_EQ(trust.retire_before(key(2)), 1u);
    EXPECT_THAT(trust.public_keys(), ElementsAre(key(2)));
    EXPECT_EQ(trust.retire_before(key(2)), 0u);
  }
}

// Two machines of the provider, each with a key, and one of them gets another.
TEST(ProviderTrust, LetsGoOfNoKeyForOneThatWasThereBesideIt) {
  auto trust = after(trusting({1, 2}), {2, 3});
  EXPECT_EQ(trust.retire_before(key(2)), 0u);
  EXPECT_THAT(numbers(trust, true), ElementsAre(1));
  EXPECT_EQ(trust.retire_before(key(3)), 1u);
}

TEST(ProviderTrust, LetsGoOfAKeyThatNothingReplaces) {
  auto trust = after(trusting({1, 2}), {2});
  EXPECT_EQ(trust.retire_before(key(2)), 1u);
  EXPECT_EQ(trust.retire_before(key(9)), 0u) << "of nobody";
}

TEST(ProviderTrust, TakesAKeyBackThatWasWithdrawnAndNotLetGoOf) {
  auto trust = after(trusting({1}), {2});
  const auto back = renewed(trust, naming({1, 2}));
  EXPECT_EQ(back.added, 1u);
  EXPECT_THAT(in_force(back.trust), ElementsAre(1, 2));
  EXPECT_EQ(trust.retire_before(key(2)), 1u);
  const auto again = renewed(trust, naming({1, 2, 3}));
  EXPECT_TRUE(again.waits);
  EXPECT_THAT(in_force(again.trust), ElementsAre(2, 3)) << "and the others of it count";
  EXPECT_THAT(in_force(after(trust, {1})), ElementsAre(2)) << "an old one withdraws nothing";
}

// Somebody brings the metadata of last month between the change and its first use.
TEST(ProviderTrust, LosesNoNewKeyToAnOldDocument) {
  auto trust = after(after(trusting({1}), {2}), {1});
  EXPECT_EQ(trust.retire_before(key(1)), 0u);
  trust = after(trust, {2});
  EXPECT_EQ(trust.retire_before(key(2)), 1u);
  EXPECT_THAT(trust.public_keys(), ElementsAre(key(2)));
}

TEST(ProviderTrust, BelievesNoKeysOfADocumentThatEndsEarlierThanOneBefore) {
  auto trust = trusting({1});
  trust.valid_until = Timestamp{100};
  for (const auto until : {std::optional<Timestamp>{}, std::optional{Timestamp{99}}}) {
    auto old = naming({1, 2});
    old.valid_until = until;
    const auto renewal = renewed(trust, old);
    EXPECT_TRUE(renewal.waits);
    EXPECT_EQ(renewal.trust, trust);
    old = naming({1});
    old.valid_until = until;
    EXPECT_FALSE(renewed(trust, old).waits);
    EXPECT_EQ(renewed(trust, old).trust, trust);
  }
}

// A change of all keys each day, and nobody signs in: eight count at most, and those of today do.
TEST(ProviderTrust, GrowsNoFurtherThanTwiceWhatMetadataMayName) {
  auto trust = trusting({1, 2, 3, 4});
  for (int day = 1; day <= 30; ++day) {
    const int first = 4 * day + 1;
    const auto renewal = renewed(trust, naming({first, first + 1, first + 2, first + 3}));
    EXPECT_EQ(renewal.retired, day == 1 ? 0u : 4u);
    trust = renewal.trust;
    EXPECT_LE(trust.keys.size(), 2 * saml::kMostSigningKeys);
    EXPECT_THAT(in_force(trust), ElementsAre(first, first + 1, first + 2, first + 3));
  }
  EXPECT_TRUE(renewed(trust, naming({113})).waits) << "let go of for room";
}

TEST(ProviderTrust, IsOverThreeDaysBehindItsEnd) {
  ProviderTrust trust;
  EXPECT_FALSE(trust.is_over(Timestamp{1'000'000'000'000'000}));
  trust.valid_until = Timestamp{0};
  EXPECT_FALSE(trust.is_over(Timestamp{} + std::chrono::hours{72} - std::chrono::milliseconds{1}));
  EXPECT_TRUE(trust.is_over(Timestamp{} + std::chrono::hours{72}));
}

}  // namespace
}  // namespace leadkeep::identity
