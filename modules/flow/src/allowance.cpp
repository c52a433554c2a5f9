#include <leadkeep/flow/allowance.h>

#include <chrono>

namespace leadkeep::flow {
namespace {

constexpr std::chrono::hours kWindow{1};

}  // namespace

std::string log_text(const Who& who) {
  return who.id;
}

Who who_is(const identity::Actor& actor) {
  return {actor.agent ? actor.agent->text() : actor.client ? actor.client->text() : std::string{}};
}

Allowance::Taken Allowance::take(const identity::Actor& actor, Timestamp now, unsigned count) {
  return m_tallies.with([&](auto& tallies) {
    std::erase_if(tallies, [&](const auto& one) {
      return window_has_passed(one.second.since, kWindow, now);
    });
    Tally& tally = tallies.try_emplace(who_is(actor).id, Tally{now}).first->second;
    if (count > m_most - tally.taken) {
      return Taken::kNone;
    }
    tally.taken += count;
    return tally.taken == m_most ? Taken::kTheLast : Taken::kSome;
  });
}

void Allowance::give_back(const identity::Actor& actor, unsigned count) {
  m_tallies.with([&](auto& tallies) {
    const auto found = tallies.find(who_is(actor).id);
    if (found == tallies.end()) {
      return;
    }
    Tally& tally = found->second;
    tally.taken -= std::min(count, tally.taken);
    if (tally.taken == 0) {
      tallies.erase(found);
    }
  });
}

}  // namespace leadkeep::flow
