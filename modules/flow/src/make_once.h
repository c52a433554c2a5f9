// How a path makes something that a repeated request must not make again.
#pragma once
#include <leadkeep/audit/trail.h>
#include <leadkeep/flow/idempotency.h>

#include <optional>

namespace leadkeep::flow {

// What an earlier run of the request made, and then the audit entry says "repeated"; else what
// make() makes, which is then remembered.
// make: Result<Id>()
template <class Id, class Make>
[[nodiscard]] Result<Id> make_once(store::WriteTxn& txn, const AgentId& agent,
                                   const std::optional<RepeatGuard>& guard, Timestamp now,
                                   audit::Entry& done, Make&& make) {
  LK_TRY(const auto earlier, find_earlier(txn, agent, guard, now));
  if (earlier) {
    done.reason = "repeated";
    return Id{*earlier};
  }
  LK_TRY(const Id made, make());
  LK_TRY_VOID(remember(txn, agent, guard, made.bytes(), now));
  return made;
}

}  // namespace leadkeep::flow
