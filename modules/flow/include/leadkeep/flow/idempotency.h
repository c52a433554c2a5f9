// leadkeep/flow/idempotency.h — a POST that is repeated has one effect
//
// The first request with an Idempotency-Key stores, in its own transaction, what it made; the same
// request again, by the same agent within 24 hours, yields that. Another request with the same key
// is refused (kIdempotencyMismatch).
// Source   IETF draft "The Idempotency-Key HTTP Header Field"
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/clock.h>
#include <leadkeep/base/id.h>
#include <leadkeep/store/transaction.h>

#include <optional>
#include <string>
#include <vector>

namespace leadkeep::flow {

inline constexpr std::size_t kMaxIdempotencyKeyBytes = 255;

struct RepeatGuard {
  std::string key;             // of the header, 1…255 visible ASCII characters
  ByteArray<32> request_hash;  // over method, path and body
};

// What an earlier run of the same request made, if there was one.
[[nodiscard]] Result<std::optional<Ulid>> find_earlier(store::ReadTxn& txn, const AgentId& agent,
                                                       const std::optional<RepeatGuard>& guard,
                                                       Timestamp now);
[[nodiscard]] Result<void> remember(store::WriteTxn& txn, const AgentId& agent,
                                    const std::optional<RepeatGuard>& guard, ByteView made,
                                    Timestamp now);
// Answers that are older than 24 hours, at most `limit`; and their removal, which looks again.
[[nodiscard]] Result<std::vector<Bytes>> find_old_answers(store::ReadTxn& txn, Timestamp now,
                                                          std::size_t limit);
[[nodiscard]] Result<void> remove_old_answers(store::WriteTxn& txn, const std::vector<Bytes>& keys,
                                              Timestamp now);

}  // namespace leadkeep::flow
