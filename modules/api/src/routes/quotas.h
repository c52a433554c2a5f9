// routes/quotas.h — how much one client, and one agent, may ask for
//
// Each has requests to spend, which come back evenly; whoever saved them up may spend ten seconds' worth
// at once. Pages in browsers without a certificate spend what their address has. Of a client's requests a
// few are worked on at a time, and its next ones wait for those, a second at most; of an agent's, where
// there is no client. So a program that asks too much waits for itself, and the others' requests find the
// processors as they would without it. Nobody has a place while they are waited for: it is given behind
// the body, and not to log-ins and other proofs, which rest on purpose.
//
// Tells    RateLimit-Policy and RateLimit in the answer: what there is, and what is left
// Refuses  kTooManyRequests, with Retry-After
// Bounds   what is remembered of whoever has all of it back is forgotten
// Source   draft-ietf-httpapi-ratelimit-headers-10; the generic cell rate algorithm of ITU-T I.371
// Units    steady clock
// Threads  any
#pragma once
#include "http/request.h"

#include <leadkeep/api/servers.h>
#include <leadkeep/base/guarded.h>
#include <leadkeep/base/metrics.h>
#include <leadkeep/identity/caller.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::api {

// What one of them has spent.
class Allowance {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds kWindow{10};

  struct Spent {
    bool granted;
    std::uint64_t left;
    std::chrono::seconds full_in;   // until all of it is back
    std::chrono::seconds again_in;  // until one is; 0 if it was granted
  };

  // `per_second` is above 0.
  [[nodiscard]] Spent spend(Instant now, std::uint32_t per_second) noexcept;

  [[nodiscard]] bool is_full(Instant now) const noexcept { return m_full_at <= now; }

 private:
  Instant m_full_at;
};

class Quotas {
  using Turn = Guarded<bool>;  // whether it has come

  struct Asker {
    Allowance allowance;
    std::uint32_t inside = 0;
    std::deque<std::shared_ptr<Turn>> waiting;  // the oldest first; none while there is a place
    std::optional<Allowance::Instant> told_at;  // the operator, that it asks too much
  };

  using Known = std::shared_ptr<Guarded<Asker>>;

 public:
  static constexpr std::uint32_t kWaitingForEachInside = 4;

  // `patience`: how long a request waits for a place.
  Quotas(const RequestLimits& limits, Metrics& metrics,
         std::chrono::milliseconds patience = std::chrono::seconds{1}) noexcept
      : m_limits{limits}, m_metrics{metrics}, m_patience{patience} {}

  // Of a request that is worked on; once it is gone it is that of the request that has waited for longest.
  class Place {
   public:
    explicit Place(std::shared_ptr<Guarded<Asker>> asker) noexcept : m_asker{std::move(asker)} {}

    Place(Place&&) = default;
    Place(const Place&) = delete;
    Place& operator=(Place&&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();

   private:
    std::shared_ptr<Guarded<Asker>> m_asker;
  };

  // A request of the client; of a page, of the address that it comes from.
  [[nodiscard]] Result<void> count(const identity::Caller& caller, http::Request& request);
  [[nodiscard]] Result<void> count(const AgentId& agent, http::Request& request);
  // Waits for one. `agent`: whose it is where there is no client.
  [[nodiscard]] Result<Place> place_for(const identity::Caller& caller,
                                        const std::optional<AgentId>& agent,
                                        http::Request& request);
  [[nodiscard]] std::size_t waiting(const ClientId& client);
  [[nodiscard]] std::size_t remembered() const;

 private:
  [[nodiscard]] Known known(const std::string& who);
  [[nodiscard]] Result<void> spend(const std::string& who, std::string_view as,
                                   std::uint32_t per_second, http::Request& request);
  [[nodiscard]] Fail refuse(Guarded<Asker>& asker, const std::optional<ClientId>& client,
                            http::Request& request, std::chrono::seconds again_in);

  const RequestLimits m_limits;
  Metrics& m_metrics;
  const std::chrono::milliseconds m_patience;
  Guarded<std::map<std::string, Known>> m_askers;  // by the text of an id, or by address
};

}  // namespace leadkeep::api
