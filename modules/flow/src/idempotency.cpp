#include <leadkeep/flow/idempotency.h>
#include <leadkeep/store/blind_index.h>
#include <leadkeep/store/records/idempotency.pb.h>
#include <leadkeep/store/table.h>

#include <algorithm>
#include <chrono>

namespace leadkeep::flow {
namespace {

constexpr store::Table<records::IdempotentAnswer> kAnswers{store::TableId::kIdempotency};
constexpr std::chrono::hours kLife{24};

store::KeyRef api_key() {
  return store::system_key("api");
}

bool is_over(const records::IdempotentAnswer& answer, Timestamp now) {
  return now - Timestamp{answer.created_ms()} >= kLife;
}

Result<ByteArray<32>> row_key(store::ReadTxn& txn, const AgentId& agent, const RepeatGuard& guard) {
  return store::keyed_tag(txn, "api.idempotency", {agent.bytes(), as_bytes(guard.key)});
}

}  // namespace

Result<std::optional<Ulid>> find_earlier(store::ReadTxn& txn, const AgentId& agent,
                                         const std::optional<RepeatGuard>& guard, Timestamp now) {
  if (!guard) {
    return std::optional<Ulid>{};
  }
  LK_TRY(const auto key, row_key(txn, agent, *guard));
  LK_TRY(const auto answer, kAnswers.find(txn, key, api_key()));
  if (!answer || is_over(*answer, now)) {
    return std::optional<Ulid>{};
  }
  if (as_text(guard->request_hash) != answer->request_hash()) {
    return fail(Errc::kIdempotencyMismatch, "the Idempotency-Key was used with another request");
  }
  Ulid made{};
  if (answer->object_id().size() != made.size()) {
    return fail(Errc::kCorrupt, "idempotency: a record has no id");
  }
  std::ranges::copy(as_bytes(answer->object_id()), made.begin());
  return std::optional{made};
}

Result<void> remember(store::WriteTxn& txn, const AgentId& agent,
                      const std::optional<RepeatGuard>& guard, ByteView made, Timestamp now) {
  if (!guard) {
    return {};
  }
  LK_TRY(const auto key, row_key(txn, agent, *guard));
  records::IdempotentAnswer answer;
  answer.set_request_hash(std::string{as_text(guard->request_hash)});
  answer.set_object_id(std::string{as_text(made)});
  answer.set_created_ms(now.ms);
  return kAnswers.put(txn, key, api_key(), answer);
}

Result<std::vector<Bytes>> find_old_answers(store::ReadTxn& txn, Timestamp now, std::size_t limit) {
  std::vector<Bytes> old;
  LK_TRY_VOID(kAnswers.scan(
      txn, {}, {}, api_key(),
      [&](ByteView key, const records::IdempotentAnswer& answer) -> Result<store::Step> {
        if (is_over(answer, now)) {
          old.emplace_back(key.begin(), key.end());
        }
        return old.size() < limit ? store::Step::kContinue : store::Step::kStop;
      }));
  return old;
}

Result<void> remove_old_answers(store::WriteTxn& txn, const std::vector<Bytes>& keys,
                                Timestamp now) {
  for (const Bytes& key : keys) {
    LK_TRY(const auto answer, kAnswers.find(txn, key, api_key()));
    if (answer && is_over(*answer, now)) {
      LK_TRY_VOID(kAnswers.erase(txn, key));
    }
  }
  return {};
}

}  // namespace leadkeep::flow
