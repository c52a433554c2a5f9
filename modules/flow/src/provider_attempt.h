// What every log-in at an identity provider has in common, whatever it speaks.
#pragma once
#include <leadkeep/base/event_log.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/refuse.h>
#include <leadkeep/identity/login_throttle.h>

#include <string>
#include <string_view>

namespace leadkeep::flow {

// Without a name it is the only one that there is.
template <class Providers>
[[nodiscard]] auto find_named(const Providers& providers, std::string_view name) {
  return name.empty() && providers.size() == 1 ? providers.begin()
                                               : providers.find(std::string{name});
}

// Of an OpenID provider that does not answer, or knows us not: that is for the operator, and whoever
// signs in or out can only wait.
template <class T>
[[nodiscard]] Result<T> reported(Result<T> asked) {
  if (asked || asked.error().code == Errc::kUnauthenticated) {
    return asked;
  }
  log_warn("OIDC_PROVIDER_FAULT", Field{"reason", Reason{asked.error()}});
  return fail(Errc::kUnavailable, "provider_fault");
}

// The detail is for the log and the trail.
[[nodiscard]] inline Fail refused_message(std::string_view cause) {
  return fail(Errc::kUnauthenticated, std::string{cause});
}

// What is sent here without having been asked for in this browser is told apart by a hash, and counts
// against nobody: any web page can send it from the address of a whole office.
[[nodiscard]] inline Result<void> refuse_stranger(Refuse& refuse, std::string_view cause,
                                                  const std::string& source) {
  refuse.record_log_in(std::nullopt, cause, source);
  return refused_message(cause);
}

// Failures are counted by where they come from: nobody is named yet.
template <class Judge>
[[nodiscard]] Result<void> count_attempt(House& house, identity::LoginThrottle& throttle,
                                         Refuse& refuse, const std::string& source,
                                         const Judge& judge) {
  const std::string account = "sign-on" + source;
  if (auto admitted = throttle.admit(account, source, house.clock.now()); !admitted) {
    refuse.record_log_in(std::nullopt, "throttled", source);
    return admitted;
  }
  Result<void> taken = judge();
  if (!taken) {
    const Error& why = taken.error();
    if (why.code == Errc::kUnavailable) {
      throttle.undecided(account, source);  // an outage counts against nobody
    }
    refuse.record_log_in(
        std::nullopt, why.code == Errc::kUnauthenticated ? why.detail : name_of(why.code), source);
    return taken;
  }
  throttle.succeeded(account, source);
  return {};
}

}  // namespace leadkeep::flow
