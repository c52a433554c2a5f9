#include <leadkeep/base/event_log.h>
#include <leadkeep/ldap/servers.h>

#include <algorithm>

namespace leadkeep::ldap {
namespace {

constexpr std::size_t kMaxIdle = 8;
constexpr std::chrono::seconds kMaxRest{60};  // firewalls and servers drop those that rest longer
constexpr std::chrono::minutes kMaxAge{10};
constexpr int kMaxFailures = 3;
constexpr std::chrono::seconds kLeftAlone{15};

// Whether another server may know better.
bool decides_nothing(const Error& error) {
  return error.code == Errc::kUnavailable;
}

}  // namespace

Servers::Servers(const Network& network, std::vector<Server> servers, ServiceAccount account,
                 const Clock& clock)
    : m_network{network},
      m_servers{std::move(servers)},
      m_account{std::move(account)},
      m_clock{clock},
      m_states{m_servers.size()} {}

std::vector<std::size_t> Servers::candidates() {
  const Timestamp now = m_clock.now();
  return m_states.with([&](const States& states) {
    std::vector<std::size_t> healthy;
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < states.size(); ++i) {
      all.push_back(i);
      if (now >= states[i].left_alone_until) {
        healthy.push_back(i);
      }
    }
    return healthy.empty() ? all : healthy;
  });
}

void Servers::note(std::size_t server, const Result<void>& outcome) {
  const bool failed = !outcome && decides_nothing(outcome.error());
  const Timestamp now = m_clock.now();
  std::vector<Kept> dropped;  // closed outside of the lock
  const bool gave_up = m_states.with([&](States& states) {
    Health& health = states[server];
    health.failures = failed ? health.failures + 1 : 0;
    if (health.failures < kMaxFailures) {
      return false;
    }
    health.failures = 0;
    health.left_alone_until = now + kLeftAlone;
    dropped = std::move(health.idle);
    health.idle.clear();
    return true;
  });
  if (gave_up) {
    log_warn("DIRECTORY_SERVER_DOWN", Field{"server", server + 1},
             Field{"reason", Reason{outcome.error()}});
  }
}

std::optional<Servers::Kept> Servers::take_idle(std::size_t server) {
  const Timestamp now = m_clock.now();
  std::vector<Kept> stale;  // closed outside of the lock
  return m_states.with([&](States& states) -> std::optional<Kept> {
    auto& idle = states[server].idle;
    while (!idle.empty()) {
      Kept kept = std::move(idle.back());
      idle.pop_back();
      if (now - kept.used < kMaxRest && now - kept.opened < kMaxAge) {
        return kept;
      }
      stale.push_back(std::move(kept));
    }
    return std::nullopt;
  });
}

Result<Servers::Kept> Servers::open_bound(std::size_t server) {
  LK_TRY(auto connection, Connection::open(m_network, m_servers[server]));
  LK_TRY(const BindAnswer answer, connection->bind(m_account.dn, m_account.password));
  if (answer.verdict != BindAnswer::Verdict::kProven) {
    return fail(Errc::kUnavailable,
                "directory: the service account is refused (" + std::string{answer.cause} +
                    "); check directory.bind_dn and directory.bind_password_file");
  }
  const Timestamp now = m_clock.now();
  return Kept{std::move(connection), now, now};
}

void Servers::give_back(std::size_t server, Kept kept) {
  kept.used = m_clock.now();
  const bool is_usable = kept.connection->is_usable();
  m_states.with([&](States& states) {
    auto& idle = states[server].idle;
    if (is_usable && idle.size() < kMaxIdle) {
      idle.push_back(std::move(kept));
    }
  });
}

// A connection that was kept may have died meanwhile, which says nothing about the server.
Result<void> Servers::ask_server(std::size_t server, const Question& question) {
  if (auto kept = take_idle(server)) {
    auto outcome = question(*kept->connection);
    const bool died = !kept->connection->is_usable();
    give_back(server, *std::move(kept));
    if (!died) {
      return outcome;
    }
  }
  LK_TRY(Kept kept, open_bound(server));
  auto outcome = question(*kept.connection);
  give_back(server, std::move(kept));
  return outcome;
}

Result<void> Servers::ask(const Question& question) {
  Result<void> outcome = fail(Errc::kUnavailable, "directory: no server is configured");
  for (const std::size_t server : candidates()) {
    outcome = ask_server(server, question);
    note(server, outcome);
    if (outcome || !decides_nothing(outcome.error())) {
      break;
    }
  }
  return outcome;
}

Result<BindAnswer> Servers::prove(const std::string& dn, const SecretBytes& password) {
  Result<BindAnswer> answer = fail(Errc::kUnavailable, "directory: no server is configured");
  for (const std::size_t server : candidates()) {
    auto connection = Connection::open(m_network, m_servers[server]);
    answer = connection ? connection.value()->bind(dn, password)
                        : Result<BindAnswer>{Fail{connection.error()}};
    note(server, answer ? Result<void>{} : Result<void>{Fail{answer.error()}});
    // Once the password was sent, the server may have counted it although its answer was lost.
    if (connection) {
      break;
    }
  }
  return answer;
}

}  // namespace leadkeep::ldap
