#include "routes/quotas.h"

#include "approved_client.h"

#include <leadkeep/crypto/random.h>

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Instant = Allowance::Instant;

constexpr Instant kStart{std::chrono::hours{100}};

TEST(Allowance, GrantsTenSecondsWorthAtOnceAndThenOneAfterTheOther) {
  Allowance allowance;
  for (int i = 0; i < 50; ++i) {
    const auto spent = allowance.spend(kStart, 5);
    EXPECT_TRUE(spent.granted) << i;
    EXPECT_EQ(spent.left, 49U - static_cast<unsigned>(i));
  }
  const auto refused = allowance.spend(kStart, 5);
  EXPECT_FALSE(refused.granted);
  EXPECT_EQ(refused.again_in, seconds{1});
  EXPECT_EQ(refused.full_in, seconds{10});
  EXPECT_TRUE(allowance.spend(kStart + milliseconds{200}, 5).granted);
  EXPECT_FALSE(allowance.spend(kStart + milliseconds{399}, 5).granted);
  EXPECT_TRUE(allowance.spend(kStart + milliseconds{400}, 5).granted);
}

TEST(Allowance, IsBackOnceNothingWasAskedForLongEnough) {
  Allowance allowance;
  for (int i = 0; i < 50; ++i) {
    (void)allowance.spend(kStart, 5);
  }
  EXPECT_FALSE(allowance.is_full(kStart + milliseconds{9'999}));
  EXPECT_TRUE(allowance.is_full(kStart + seconds{10}));
  EXPECT_EQ(allowance.spend(kStart + seconds{60}, 5).left, 49U);
}

TEST(Allowance, WhatWasRefusedCostsNothing) {
  Allowance allowance;
  for (int i = 0; i < 1'000; ++i) {
    (void)allowance.spend(kStart, 5);
  }
  EXPECT_TRUE(allowance.spend(kStart + milliseconds{200}, 5).granted);
}

class QuotasTest : public ::testing::Test {
 protected:
  struct Asked {
    http::RequestHead head = http::RequestHead::parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n").value();
    http::Peer peer;
    http::Request request{head, peer, [](std::size_t) { return Result<std::string>{""}; }};

    std::string field(std::string_view name) {
      for (auto& [other, value] : request.take_answer_fields()) {
        if (other == name) {
          return value;
        }
      }
      return {};
    }
  };

  static identity::Caller a_client() {
    clients::Rights rights = clients::every_right();
    return test::program_with(rights);
  }

  static AgentId an_agent() { return crypto::new_id<AgentId>(Timestamp{1}); }

  Metrics metrics;
  // A wake-up that is lost would show as a test that does not end.
  Quotas quotas{{.client_per_second = 5, .agent_per_second = 2, .client_at_once = 1},
                metrics,
                std::chrono::hours{1}};
};

TEST_F(QuotasTest, TellWhatThereIsAndWhatIsLeftOfBoth) {
  Asked asked;
  ASSERT_TRUE(quotas.count(a_client(), asked.request).ok());
  ASSERT_TRUE(quotas.count(an_agent(), asked.request).ok());
  const auto fields = asked.request.take_answer_fields();
  ASSERT_EQ(fields.size(), 2U);
  EXPECT_EQ(fields[0].first, "RateLimit-Policy");
  EXPECT_EQ(fields[0].second, "\"client\";q=50;w=10, \"agent\";q=20;w=10");
  EXPECT_EQ(fields[1].first, "RateLimit");
  EXPECT_EQ(fields[1].second, "\"client\";r=49;t=1, \"agent\";r=19;t=1");
}

TEST_F(QuotasTest, RefuseWhoHasSpentThemAndNobodyElse) {
  const auto noisy = a_client();
  for (int i = 0; i < 50; ++i) {
    Asked asked;
    ASSERT_TRUE(quotas.count(noisy, asked.request).ok()) << i;
  }
  Asked refused;
  EXPECT_EQ(quotas.count(noisy, refused.request).error().code, Errc::kTooManyRequests);
  EXPECT_EQ(refused.request.fault()->status, 429);
  EXPECT_EQ(refused.request.fault()->again_in, seconds{1});
  EXPECT_TRUE(refused.field("RateLimit").starts_with("\"client\";r=0;t="));
  EXPECT_EQ(metrics.requests_over_quota.value(), 1U);
  Asked other;
  EXPECT_TRUE(quotas.count(a_client(), other.request).ok());
}

TEST_F(QuotasTest, CountPagesByTheAddressThatTheyComeFrom) {
  Asked here;
  here.peer.address = "10.0.0.1";
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(quotas.count(identity::Caller::page(), here.request).ok());
  }
  EXPECT_FALSE(quotas.count(identity::Caller::page(), here.request).ok());
  Asked elsewhere;
  elsewhere.peer.address = "10.0.0.2";
  EXPECT_TRUE(quotas.count(identity::Caller::page(), elsewhere.request).ok());
}

TEST_F(QuotasTest, CountAnAgentThroughWhicheverClient) {
  const auto agent = an_agent();
  Asked asked;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(quotas.count(agent, asked.request).ok());
  }
  EXPECT_FALSE(quotas.count(agent, asked.request).ok());
  EXPECT_TRUE(quotas.count(an_agent(), asked.request).ok());
}

TEST_F(QuotasTest, LetAFewWaitAndEachOfThemInOnceOneIsDone) {
  const auto client = a_client();
  Asked first;
  auto place = std::make_optional(quotas.place_for(client, {}, first.request));
  ASSERT_TRUE(place->ok());
  std::atomic<int> entered{0};
  std::vector<std::thread> waiting;
  for (std::uint32_t i = 0; i < Quotas::kWaitingForEachInside; ++i) {
    waiting.emplace_back([&] {
      Asked asked;
      entered += quotas.place_for(client, {}, asked.request).ok() ? 1 : 0;
    });
  }
  while (quotas.waiting(*client.client()) < Quotas::kWaitingForEachInside) {
    std::this_thread::yield();
  }
  Asked one_more;
  EXPECT_EQ(quotas.place_for(client, {}, one_more.request).error().code, Errc::kTooManyRequests);
  Asked of_another_client;
  EXPECT_TRUE(quotas.place_for(a_client(), {}, of_another_client.request).ok());
  EXPECT_EQ(entered, 0);
  place.reset();
  for (auto& one : waiting) {
    one.join();
  }
  EXPECT_EQ(entered, 4);
}

TEST_F(QuotasTest, LetInWhoHasWaitedForLongest) {
  const auto client = a_client();
  Asked first;
  auto place = std::make_optional(quotas.place_for(client, {}, first.request));
  std::vector<std::size_t> order;  // of those inside, of whom there is one at a time
  std::vector<std::thread> waiting;
  for (std::size_t i = 0; i < Quotas::kWaitingForEachInside; ++i) {
    waiting.emplace_back([&, i] {
      Asked asked;
      const auto mine = quotas.place_for(client, {}, asked.request);
      order.push_back(i);
    });
    while (quotas.waiting(*client.client()) <= i) {
      std::this_thread::yield();
    }
  }
  place.reset();
  for (auto& one : waiting) {
    one.join();
  }
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3}));
}

TEST_F(QuotasTest, RefuseARequestThatWaitsForTooLong) {
  Quotas impatient{{.client_at_once = 1}, metrics, std::chrono::milliseconds{1}};
  const auto client = a_client();
  Asked first;
  Asked second;
  const auto place = impatient.place_for(client, {}, first.request);
  ASSERT_TRUE(place.ok());
  EXPECT_EQ(impatient.place_for(client, {}, second.request).error().code, Errc::kTooManyRequests);
  EXPECT_EQ(second.request.fault()->again_in, seconds{1});
  EXPECT_EQ(impatient.waiting(*client.client()), 0U);
}

TEST_F(QuotasTest, ForgetWhoHasEverythingBack) {
  for (int i = 0; i < 3'000; ++i) {
    Asked asked;
    asked.peer.address = "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256);
    const auto place = quotas.place_for(identity::Caller::page(), {}, asked.request);
    ASSERT_TRUE(place.ok());
  }
  EXPECT_LE(quotas.remembered(), 1'001U);
}

}  // namespace
}  // namespace leadkeep::api
