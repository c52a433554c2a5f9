// A house with an identity provider, and browsers that sign in there. The provider is the forger of
// tests/saml, the verdicts the real ones, in this process.
#pragma once
#include "path_house.h"
#include "saml/corp.h"

#include <leadkeep/flow/sign_on.h>
#include <leadkeep/saml_judge/judge.h>

#include <functional>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace leadkeep::test {

class SignOnPath : public ::testing::Test, public PathHouse {
 protected:
  SignOnPath() : SignOnPath{std::set<identity::Role>{}} {}

  explicit SignOnPath(std::set<identity::Role> second_factor_for)
      : PathHouse{store::Rehearsal::kEveryWrite, std::move(second_factor_for)} {
    store.clock().set(kNow);
  }

  // A browser that has asked.
  struct Browser {
    std::string cookie;
    identity::SignOnRequest request;
  };

  Browser ask(std::string_view provider = "") {
    return browser_of(must(sign_on.begin_log_in(provider)));
  }

  Browser ask_again(const identity::Session& session) {
    return browser_of(must(sign_on.begin_step_up("corp", session)));
  }

  Browser browser_of(const flow::SignOn::Departure& departure) {
    const std::string cookie{as_text(departure.cookie.expose())};
    return {cookie, *sign_on.request_of(cookie)};
  }

  Result<void> give(const Browser& browser, const Forger& forger) {
    return sign_on.take({browser.cookie, browser.request.relay_state, forger.posted(), "10.0.0.1"});
  }

  Result<identity::OpenedSession> open(const Browser& browser, std::string_view code = "") {
    return log_in.log_in(attempt_of(browser, code));
  }

  static identity::LoginAttempt attempt_of(const Browser& browser, std::string_view code = "") {
    identity::LoginAttempt attempt{a_program()};
    attempt.sign_on = browser.request;
    attempt.second_factor = SecretBytes::copy_of(as_bytes(code));
    attempt.source = "10.0.0.1";
    return attempt;
  }

  // Whoever the forger says, all the way.
  identity::Session signed_in(
      const std::function<void(Forger&)>& spoil = [](Forger&) {}, std::string_view provider = "") {
    const Browser browser = ask(provider);
    Forger forger = answering(browser.request);
    spoil(forger);
    forger.assertion["ID"] = "_a" + browser.request.id;
    must(give(browser, forger));
    return must(open(browser)).session;
  }

  [[nodiscard]] std::string last_reason() { return trail().back().entry.reason; }

  flow::SamlService service = service_with_corp();
  flow::Judge judge = [](const saml::ResponseJob& job) -> Result<saml::Judgement> {
    return saml_judge::judge_response(job.posted, job.provider, job.us, {}, job.question, job.now);
  };
  flow::SignOn sign_on{house,
                       &service,
                       [this](const auto& job) { return judge(job); },
                       sign_on_requests,
                       sign_on_answers,
                       throttle,
                       refuse};
};

}  // namespace leadkeep::test
