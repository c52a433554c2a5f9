// leadkeep/flow/refuse.h — every refused request leaves a trace
//
// Writes the audit entry of a request that was refused before a path was entered: no session, no
// permit. If the store cannot write, the refusal stands anyway. Who is not proven can send requests
// without end, and every entry is a durable write: beyond 20 entries a second without an actor, the
// next entry says in `items` how many were counted only.
// Threads  any
#pragma once
#include <leadkeep/base/guarded.h>
#include <leadkeep/clients/registry.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/identity/permit.h>

namespace leadkeep::flow {

class Refuse {
 public:
  explicit Refuse(House& house) noexcept : m_house{house} {}

  void record(const std::optional<identity::Actor>& actor, Errc reason);
  // A program that is no approved client. The log hears of it as well, once a minute at most.
  void record_client(const clients::NotApproved& why);
  // A log-in that was refused: why, and whose account it was about, if there is one, who then sees
  // it in the history.
  void record_log_in(const std::optional<AgentId>& account, std::string_view reason,
                     std::string_view source);

 private:
  struct Window {
    Timestamp start;
    std::uint32_t written = 0;
    std::uint64_t counted_only = 0;
  };

  // How many were counted only since the last entry; nothing when this one is counted only, too.
  [[nodiscard]] std::optional<std::uint64_t> admit_unproven(Guarded<Window>& counted);

  House& m_house;
  Guarded<Window> m_window;
  Guarded<Window> m_known_clients;
  Guarded<Timestamp> m_last_known_client;  // that the log heard of
  Guarded<Timestamp> m_last_stranger;
};

}  // namespace leadkeep::flow
