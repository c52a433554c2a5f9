#include <leadkeep/base/event_log.h>
#include <leadkeep/flow/guesses.h>

#include <chrono>

namespace leadkeep::flow {
namespace {

constexpr std::chrono::hours kWindow{1};

struct Guesser {
  std::string id;  // an internal one
};

std::string log_text(const Guesser& guesser) {
  return guesser.id;
}

Guesser whose(const identity::Actor& actor) {
  return {actor.agent ? actor.agent->text() : actor.client ? actor.client->text() : std::string{}};
}

}  // namespace

Guesses::Taken Guesses::take(const identity::Actor& actor, Timestamp now) {
  return m_tallies.with([&](auto& tallies) {
    std::erase_if(tallies, [&](const auto& one) {
      return window_has_passed(one.second.since, kWindow, now);
    });
    Tally& tally = tallies.try_emplace(whose(actor).id, Tally{now}).first->second;
    if (tally.taken == kMostGuesses) {
      return Taken::kNone;
    }
    return ++tally.taken == kMostGuesses ? Taken::kLast : Taken::kOne;
  });
}

void Guesses::give_back(const identity::Actor& actor) {
  m_tallies.with([&](auto& tallies) {
    const auto found = tallies.find(whose(actor).id);
    if (found != tallies.end() && --found->second.taken == 0) {
      tallies.erase(found);
    }
  });
}

void Guesses::report(const identity::Actor& actor) {
  log_warn("LEADS_GUESSED", Field{"who", whose(actor)});
}

}  // namespace leadkeep::flow
