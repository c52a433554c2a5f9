#include "saml_reading.h"

#include "saml/forger.h"
#include "saml/vectors.h"

#include <leadkeep/saml/reader.h>
#include <leadkeep/saml_judge/judge.h>

#include <span>
#include <stdexcept>

namespace leadkeep::bench {
namespace {

using Judge = std::function<saml::Judgement(const saml::ResponseJob&)>;

constexpr double kMilliseconds = 1e3;

saml::ResponseJob job_of(std::string posted, bool accepts_cbc = false, bool asked_again = false) {
  return {std::move(posted),
          {std::string{test::kIdp}, {test::idp_key().public_key()}, accepts_cbc},
          {std::string{test::kSp}, std::string{test::kAcs}},
          {std::string{test::kRequest}, test::kNow - std::chrono::seconds{30}, asked_again},
          test::kNow};
}

saml::Judgement judge_apart(const saml::ResponseJob& job) {
  static saml::Reader reader{LEADKEEP_SAML_READER, [] {
                               std::vector<SecretBytes> keys;
                               keys.push_back(test::sp_key().pkcs8());
                               return keys;
                             }()};
  auto judged = reader.judge(job);
  if (!judged) {
    throw std::runtime_error{judged.error().detail};
  }
  return std::move(judged).value();
}

saml::Judgement judge_here(const saml::ResponseJob& job) {
  static const auto keys = [] {
    std::vector<crypto::RsaPrivateKey> made;
    made.push_back(crypto::RsaPrivateKey::parse(test::sp_key().pkcs8()).value());
    return made;
  }();
  return saml_judge::judge_response(job.posted, job.provider, job.us, keys, job.question, job.now);
}

double milliseconds_of(const Judge& judge, const saml::ResponseJob& job) {
  const auto begin = std::chrono::steady_clock::now();
  (void)judge(job);
  return kMilliseconds *
         std::chrono::duration<double>{std::chrono::steady_clock::now() - begin}.count();
}

const std::vector<saml::ResponseJob>& attacks() {
  static const auto jobs = [] {
    std::vector<saml::ResponseJob> made;
    for (const test::Vector& vector : test::all_vectors()) {
      if (vector.refused_by) {
        made.push_back(job_of(vector.post(), vector.accepts_cbc, vector.asked_again));
      }
    }
    return made;
  }();
  return jobs;
}

// All once, and those that took longest three times more: of each the quickest, as what else the
// machine does is no cost of an attack.
double slowest_attack(const Judge& judge) {
  constexpr std::size_t kCandidates = 10;
  std::vector<std::pair<double, const saml::ResponseJob*>> taken;
  for (const saml::ResponseJob& job : attacks()) {
    taken.emplace_back(milliseconds_of(judge, job), &job);
  }
  std::ranges::sort(taken, std::greater{});
  double slowest = 0;
  for (const auto& [once, job] : std::span{taken}.first(std::min(kCandidates, taken.size()))) {
    slowest =
        std::max(slowest, std::min({once, milliseconds_of(judge, *job),
                                    milliseconds_of(judge, *job), milliseconds_of(judge, *job)}));
  }
  return slowest;
}

}  // namespace

Figure saml_response(const std::string& name, const Effort& effort) {
  test::Forger forger;
  forger.sign_response.emplace();
  const saml::ResponseJob job = job_of(forger.posted());
  const auto measure = [&](const Judge& judge) {
    return kMilliseconds / per_second(1, effort.seconds, [&](unsigned, std::uint64_t) {
             if (!judge(job).identity) {
               throw std::runtime_error{"the response lets nobody in"};
             }
           });
  };
  return in_turn(
      name, "ms", Better::kLower, effort, [&] { return measure(judge_apart); },
      [&] { return measure(judge_here); });
}

Figure saml_attack(const std::string& name, const Effort& effort) {
  return in_turn(
      name, "ms", Better::kLower, effort, [] { return slowest_attack(judge_apart); },
      [] { return slowest_attack(judge_here); });
}

}  // namespace leadkeep::bench
