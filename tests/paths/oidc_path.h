// A house with an OpenID provider, and browsers that sign in there. The provider is the one of
// tests/oidc, in this process; the verdicts are the real ones.
#pragma once
#include "oidc/cloud.h"
#include "path_house.h"

#include <leadkeep/flow/oidc_logout.h>
#include <leadkeep/flow/oidc_sign_on.h>

#include <functional>
#include <string>

#include <gtest/gtest.h>

namespace leadkeep::test {

class OidcPath : public ::testing::Test, public PathHouse {
 protected:
  OidcPath() : PathHouse{store::Rehearsal::kEveryWrite, {}} {
    service.providers.emplace("cloud", cloud(op));
    service.published_keys = oidc::published_keys({&client_key()});
    service.home = "https://leads.example.test/";
  }

  // A browser that has asked.
  struct Browser {
    std::string cookie;
    std::string location;
    identity::SignOnRequest request;
  };

  Browser browser_of(const flow::OidcSignOn::Departure& departure) {
    const std::string cookie{as_text(departure.cookie.expose())};
    return {cookie, departure.location,
            *sign_on_requests.find_answered(cookie, store.clock().now())};
  }

  Browser ask(std::string_view provider = "") {
    return browser_of(must(sign_on.begin_log_in(provider)));
  }

  Browser ask_again(const identity::Session& session) {
    return browser_of(must(sign_on.begin_step_up("cloud", session)));
  }

  static flow::OidcSignOn::Answer answer_to(const Browser&&) = delete;  // it is a view

  static flow::OidcSignOn::Answer answer_to(const Browser& browser) {
    return {"cloud", browser.cookie, browser.request.relay_state, kIssuer, "c-1", "10.0.0.1"};
  }

  // The provider gives an ID token for this browser's code.
  Result<void> come_back(
      const Browser& browser, const std::function<void(TokenDraft&)>& spoil = [](TokenDraft&) {}) {
    auto draft = id_token_draft(store.clock().now(), browser.request.nonce);
    spoil(draft);
    op.give(draft);
    return sign_on.take(answer_to(browser));
  }

  static identity::LoginAttempt attempt_of(const Browser& browser) {
    identity::LoginAttempt attempt{a_program()};
    attempt.sign_on = browser.request;
    attempt.source = "10.0.0.1";
    return attempt;
  }

  Result<identity::OpenedSession> open(const Browser& browser) {
    return log_in.log_in(attempt_of(browser));
  }

  identity::Session signed_in(const std::function<void(TokenDraft&)>& spoil = [](TokenDraft&) {}) {
    const Browser browser = ask();
    must(come_back(browser, spoil));
    return must(open(browser)).session;
  }

  bool is_live(const identity::Session& session) {
    return store->read([&](store::ReadTxn& txn) { return sessions.require_live(txn, session); })
        .ok();
  }

  [[nodiscard]] std::string last_reason() { return trail().back().entry.reason; }

  OpenIdProvider op;
  flow::OidcService service;
  flow::OidcSignOn sign_on{house, &service, sign_on_requests, sign_on_answers, throttle, refuse};
  flow::OidcLogout logout{house, &service, log_in, sessions, sign_on_answers, refuse};
};

}  // namespace leadkeep::test
