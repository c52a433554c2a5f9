// leadkeep/clients/webhooks.h — where a program wants to be told of what happens, and how far it was
//
// A webhook follows the audit trail: `next_entry` is the first entry that was not handed over, so nothing
// is lost by a crash of either side, and nothing is kept twice.
//
//   active ── a try fails ──► failing ── three days without success, or "gone" ──► halted
//      ▲──────── success ────────┘                                                   │
//      ▲──────────────────────────────── resumed by a person ────────────────────────┘
//
// Errors   kNotFound  the program has no webhook
//          kConflict  it is not halted, so there is nothing to resume; there are 32 of them already
//          kCorrupt   a row that is not the webhook of its program
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/id.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/clients/webhook_signature.h>
#include <leadkeep/store/transaction.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::clients {

struct Webhook {
  ClientId client;
  std::string url;
  std::optional<AgentId> set_by;  // nothing: the operator of the host
  Timestamp set_at;
  std::uint64_t next_entry = 0;
  std::uint32_t failures = 0;  // in a row
  std::optional<Timestamp> failing_since;
  Timestamp next_try;
  std::string last_failure;  // a stable code; empty: there was none
  std::optional<Timestamp> halted_at;
  std::optional<Timestamp> earlier_secret_until;  // of the one that was replaced last

  enum class State : std::uint8_t { kActive, kFailing, kHalted };
  [[nodiscard]] State state() const noexcept;
};

[[nodiscard]] std::string_view name_of(Webhook::State state) noexcept;

struct WebhookFailure {
  std::string reason;  // a stable code
  enum class Then : std::uint8_t { kTryAgain, kHalt } then = Then::kTryAgain;
};

class Webhooks {
 public:
  static constexpr std::size_t kMost = 32;
  // How long a secret signs as well after it was replaced; three of them at most.
  static constexpr std::chrono::hours kSecretsOverlap{24};
  static constexpr std::size_t kMostEarlierSecrets = 3;
  // How long one that fails is tried.
  static constexpr std::chrono::days kTried{3};

  // Drawn before the transaction, so that a body that runs twice gives it once.
  [[nodiscard]] static SecretBytes draw_secret();

  // A new one begins with the entry `next` of the trail; one that was there goes on where it was, at the
  // new address, with the new secret and without the old one.
  [[nodiscard]] Result<void> set(store::WriteTxn& txn, const Webhook& wanted,
                                 const SecretBytes& secret, std::uint64_t next) const;
  [[nodiscard]] Result<void> change_secret(store::WriteTxn& txn, const ClientId& client,
                                           const SecretBytes& secret, Timestamp now) const;
  [[nodiscard]] Result<void> resume(store::WriteTxn& txn, const ClientId& client) const;
  [[nodiscard]] Result<void> remove(store::WriteTxn& txn, const ClientId& client) const;
  // The same, and it is fine if there is none.
  [[nodiscard]] Result<void> forget(store::WriteTxn& txn, const ClientId& client) const;

  // Nothing: the program has none.
  [[nodiscard]] Result<std::optional<Webhook>> find(store::ReadTxn& txn,
                                                    const ClientId& client) const;
  // Without those whose row is damaged, which the log names.
  [[nodiscard]] Result<std::vector<Webhook>> list(store::ReadTxn& txn) const;

  // With every secret in force.
  [[nodiscard]] Result<std::string> sign(store::ReadTxn& txn, const ClientId& client,
                                         const SignedContent& content) const;

  // What became of handing over, and what the webhook is then. Nothing is recorded, and nothing yielded,
  // where it was set anew or removed meanwhile.
  [[nodiscard]] Result<std::optional<Webhook>> record_success(store::WriteTxn& txn,
                                                              const Webhook& tried,
                                                              std::uint64_t next_entry) const;
  [[nodiscard]] Result<std::optional<Webhook>> record_failure(store::WriteTxn& txn,
                                                              const Webhook& tried,
                                                              const WebhookFailure& failure,
                                                              Timestamp now) const;
  // Nothing before `next_entry` is for this one.
  [[nodiscard]] Result<void> skip_to(store::WriteTxn& txn, const Webhook& webhook,
                                     std::uint64_t next_entry) const;

  // 1 s, 2 s, 4 s … up to an hour.
  [[nodiscard]] static std::chrono::milliseconds backoff(std::uint32_t failures) noexcept;
};

}  // namespace leadkeep::clients
