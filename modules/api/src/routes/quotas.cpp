#include "routes/quotas.h"

#include <leadkeep/base/event_log.h>

#include <algorithm>

namespace leadkeep::api {
namespace {

using std::chrono::seconds;

constexpr std::chrono::minutes kBetweenWords{10};
constexpr std::size_t kRememberedWithoutALook = 1'000;

// A list of items with parameters, RFC 9651.
std::string item(std::string_view who, std::string_view first, std::uint64_t requests,
                 std::string_view second, seconds time) {
  std::string text = "\"" + std::string{who} + "\";";
  text.append(first).append("=").append(std::to_string(requests)).append(";");
  return text.append(second).append("=").append(std::to_string(time.count()));
}

std::string client_or_address(const identity::Caller& caller, const http::Request& request) {
  return caller.client() ? caller.client()->text() : request.source();
}

}  // namespace

Allowance::Spent Allowance::spend(Instant now, std::uint32_t per_second) noexcept {
  const auto each = std::chrono::nanoseconds{seconds{1}} / per_second;
  const auto full_at = std::max(m_full_at, now) + each;
  if (full_at - now > kWindow) {
    return {false, 0, std::chrono::ceil<seconds>(m_full_at - now),
            std::chrono::ceil<seconds>(full_at - now - kWindow)};
  }
  m_full_at = full_at;
  return {true, static_cast<std::uint64_t>((kWindow - (full_at - now)) / each),
          std::chrono::ceil<seconds>(full_at - now), seconds{0}};
}

Quotas::Place::~Place() {
  if (!m_asker) {
    return;
  }
  const auto next = m_asker->with([](Asker& asker) {
    std::shared_ptr<Turn> turn;
    if (asker.waiting.empty()) {
      --asker.inside;
    } else {
      turn = std::move(asker.waiting.front());
      asker.waiting.pop_front();
    }
    return turn;
  });
  if (next) {
    next->with([](bool& has_come) { has_come = true; });
    next->notify_one();
  }
}

Result<void> Quotas::count(const identity::Caller& caller, http::Request& request) {
  return spend(client_or_address(caller, request), "client", m_limits.client_per_second, request);
}

Result<void> Quotas::count(const AgentId& agent, http::Request& request) {
  return spend(agent.text(), "agent", m_limits.agent_per_second, request);
}

Result<void> Quotas::spend(const std::string& who, std::string_view as, std::uint32_t per_second,
                           http::Request& request) {
  const Known asker = known(who);
  const auto spent = asker->with([&](Asker& one) {
    return one.allowance.spend(std::chrono::steady_clock::now(), per_second);
  });
  const auto most = std::uint64_t{per_second} * Allowance::kWindow.count();
  request.list_in_answer("RateLimit-Policy", item(as, "q", most, "w", Allowance::kWindow));
  request.list_in_answer("RateLimit", item(as, "r", spent.left, "t", spent.full_in));
  return spent.granted ? Result<void>{}
                       : refuse(*asker, ClientId::parse(who), request, spent.again_in);
}

Result<Quotas::Place> Quotas::place_for(const identity::Caller& caller,
                                        const std::optional<AgentId>& agent,
                                        http::Request& request) {
  const bool is_of_agent = agent && !caller.client();
  const Known asker = known(is_of_agent ? agent->text() : client_or_address(caller, request));
  std::shared_ptr<Turn> turn;
  enum class Begin : std::uint8_t { kNow, kInTurn, kNot };
  const auto begin = asker->with([&](Asker& one) {
    if (one.inside < m_limits.client_at_once) {
      ++one.inside;
      return Begin::kNow;
    }
    if (one.waiting.size() >= std::size_t{kWaitingForEachInside} * m_limits.client_at_once) {
      return Begin::kNot;
    }
    turn = one.waiting.emplace_back(std::make_shared<Turn>(false));
    return Begin::kInTurn;
  });
  const auto has_come = [](bool come) { return come; };
  const bool entered =
      begin == Begin::kNow ||
      (begin == Begin::kInTurn &&
       (turn->when_or_after(m_patience, has_come, has_come) ||
        // It may just have come.
        asker->with([&](Asker& one) { return std::erase(one.waiting, turn) == 0; })));
  return entered ? Result<Place>{Place{asker}}
                 : refuse(*asker, caller.client(), request, std::chrono::ceil<seconds>(m_patience));
}

std::size_t Quotas::waiting(const ClientId& client) {
  return known(client.text())->with([](const Asker& asker) { return asker.waiting.size(); });
}

std::size_t Quotas::remembered() const {
  return m_askers.with([](const auto& askers) { return askers.size(); });
}

// Whoever works with one of them holds it, and nobody finds it meanwhile but under this lock.
Quotas::Known Quotas::known(const std::string& who) {
  return m_askers.with([&](auto& askers) {
    if (askers.size() >= kRememberedWithoutALook && !askers.contains(who)) {
      const auto now = std::chrono::steady_clock::now();
      std::erase_if(askers, [&](const auto& one) {
        return one.second.use_count() == 1 &&
               one.second->with([&](const Asker& asker) { return asker.allowance.is_full(now); });
      });
    }
    auto& asker = askers[who];
    if (!asker) {
      asker = std::make_shared<Guarded<Asker>>();
    }
    return asker;
  });
}

Fail Quotas::refuse(Guarded<Asker>& asker, const std::optional<ClientId>& client,
                    http::Request& request, seconds again_in) {
  const auto now = std::chrono::steady_clock::now();
  const bool operator_is_told = client && asker.with([&](Asker& one) {
    const bool tell_again = !one.told_at || now - *one.told_at >= kBetweenWords;
    one.told_at = tell_again ? now : one.told_at;
    return tell_again;
  });
  if (operator_is_told) {
    log_warn("CLIENT_ASKS_TOO_MUCH", Field{"client", *client});
  }
  m_metrics.requests_over_quota.add();
  return request.refuse_until(
      again_in,
      "This client or agent asks too often. RateLimit says how much is left; "
      "wait as Retry-After says.");
}

}  // namespace leadkeep::api
