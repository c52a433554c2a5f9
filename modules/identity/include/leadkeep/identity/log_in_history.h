// leadkeep/identity/log_in_history.h — log-in path: what an agent sees of log-ins to the account
//
// The last 25, and the last 25 that were refused, so that a log-in that was not the agent's own is
// seen by the one who can tell. In the store and sealed, because it holds addresses.
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/id.h>
#include <leadkeep/store/transaction.h>

#include <string>
#include <vector>

namespace leadkeep::identity {

struct PastLogIn {
  Timestamp at;
  enum class Outcome : std::uint8_t { kRefused, kLetIn } outcome;
  std::string how;     // the assurance by name, or the cause of the refusal
  std::string source;  // address of the peer
};

class LogInHistory {
 public:
  static constexpr std::size_t kKeptOfEach = 25;

  [[nodiscard]] static Result<void> add(store::WriteTxn& txn, const AgentId& agent,
                                        const PastLogIn& log_in);
  // Newest first.
  [[nodiscard]] static Result<std::vector<PastLogIn>> list(store::ReadTxn& txn,
                                                           const AgentId& agent);
};

}  // namespace leadkeep::identity
