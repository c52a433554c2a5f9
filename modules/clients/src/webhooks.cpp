#include "client_record.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/clients/webhooks.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/store/records/webhook.pb.h>

#include <algorithm>
#include <utility>

namespace leadkeep::clients {
namespace {

constexpr store::Table<records::Webhook> kWebhooks{store::TableId::kWebhooks};
constexpr std::uint32_t kMaxBackoffExponent = 12;
constexpr std::chrono::milliseconds kFirstWait{1'000};
constexpr std::chrono::milliseconds kLongestWait{std::chrono::hours{1}};

std::optional<Timestamp> moment(std::int64_t ms) {
  return ms == 0 ? std::nullopt : std::optional{Timestamp{ms}};
}

Result<Webhook> webhook_in(const records::Webhook& record, ByteView row) {
  const auto client = ClientId::from_bytes(as_bytes(record.client_id()));
  if (!client || !same_bytes(client->bytes(), row) ||
      record.secret().size() != kWebhookSecretBytes) {
    return fail(Errc::kCorrupt, "clients: a record is not the webhook of its row");
  }
  return Webhook{*client,
                 record.url(),
                 AgentId::from_bytes(as_bytes(record.set_by())),
                 Timestamp{record.set_ms()},
                 record.next_entry(),
                 record.failures(),
                 moment(record.failing_since_ms()),
                 Timestamp{record.next_try_ms()},
                 record.last_failure(),
                 moment(record.halted_ms()),
                 record.earlier_secrets().empty()
                     ? std::nullopt
                     : std::optional{Timestamp{record.earlier_secrets(0).until_ms()}}};
}

Result<std::optional<records::Webhook>> find_row(store::ReadTxn& txn, const ClientId& client) {
  return kWebhooks.find(txn, client.bytes(), clients_key());
}

Result<records::Webhook> load_row(store::ReadTxn& txn, const ClientId& client) {
  LK_TRY(auto record, find_row(txn, client));
  if (!record) {
    return fail(Errc::kNotFound, "clients: it has no webhook");
  }
  return *std::move(record);
}

Result<void> put(store::WriteTxn& txn, const ClientId& client, const records::Webhook& record) {
  return kWebhooks.put(txn, client.bytes(), clients_key(), record);
}

void forget_failures(records::Webhook& record) {
  record.set_failures(0);
  record.set_failing_since_ms(0);
  record.set_next_try_ms(0);
  record.set_halted_ms(0);
}

// Of what was tried, as it is now; nothing if it is another one.
Result<std::optional<records::Webhook>> still(store::ReadTxn& txn, const Webhook& tried) {
  LK_TRY(auto record, find_row(txn, tried.client));
  const bool is_same = record && record->url() == tried.url &&
                       record->set_ms() == tried.set_at.ms &&
                       record->next_entry() == tried.next_entry && record->halted_ms() == 0;
  return is_same ? std::move(record) : std::nullopt;
}

Result<std::optional<Webhook>> as_it_is(const records::Webhook& record, const Webhook& tried) {
  LK_TRY(Webhook webhook, webhook_in(record, tried.client.bytes()));
  return std::optional{std::move(webhook)};
}

void note_failure(records::Webhook& record, const std::string& reason, Timestamp now) {
  record.set_failures(record.failures() + 1);
  record.set_last_failure(reason);
  record.set_next_try_ms((now + Webhooks::backoff(record.failures())).ms);
  if (record.failing_since_ms() == 0) {
    record.set_failing_since_ms(now.ms);
  }
}

SecretBytes secret_in(const std::string& bytes) {
  return SecretBytes::copy_of(as_bytes(bytes));
}

}  // namespace

Webhook::State Webhook::state() const noexcept {
  if (halted_at) {
    return State::kHalted;
  }
  return failing_since ? State::kFailing : State::kActive;
}

std::string_view name_of(Webhook::State state) noexcept {
  switch (state) {
    case Webhook::State::kActive:
      return "active";
    case Webhook::State::kFailing:
      return "failing";
    case Webhook::State::kHalted:
      return "halted";
  }
  return "?";
}

std::chrono::milliseconds Webhooks::backoff(std::uint32_t failures) noexcept {
  const std::uint32_t exponent = std::min(failures == 0 ? 0 : failures - 1, kMaxBackoffExponent);
  return std::min<std::chrono::milliseconds>(kFirstWait * (1U << exponent), kLongestWait);
}

SecretBytes Webhooks::draw_secret() {
  return crypto::random_secret(kWebhookSecretBytes);
}

Result<void> Webhooks::set(store::WriteTxn& txn, const Webhook& wanted, const SecretBytes& secret,
                           std::uint64_t next) const {
  LK_TRY(auto record, find_row(txn, wanted.client));
  if (!record) {
    LK_TRY(const auto all, list(txn));
    if (all.size() >= kMost) {
      return fail(Errc::kConflict, "clients: there are 32 webhooks");
    }
    record.emplace();
    record->set_client_id(std::string{wanted.client.raw()});
    record->set_next_entry(next);
  }
  record->set_url(wanted.url);
  record->set_secret(std::string{as_text(secret.expose())});
  record->clear_earlier_secrets();
  record->set_set_by(wanted.set_by ? std::string{wanted.set_by->raw()} : std::string{});
  record->set_set_ms(wanted.set_at.ms);
  record->clear_last_failure();
  forget_failures(*record);
  return put(txn, wanted.client, *record);
}

Result<void> Webhooks::change_secret(store::WriteTxn& txn, const ClientId& client,
                                     const SecretBytes& secret, Timestamp now) const {
  LK_TRY(auto record, load_row(txn, client));
  records::EarlierSecret replaced;
  replaced.set_secret(
      std::exchange(*record.mutable_secret(), std::string{as_text(secret.expose())}));
  replaced.set_until_ms((now + kSecretsOverlap).ms);
  std::vector<records::EarlierSecret> earlier{std::move(replaced)};
  for (const records::EarlierSecret& one : record.earlier_secrets()) {
    if (now < Timestamp{one.until_ms()} && earlier.size() < kMostEarlierSecrets) {
      earlier.push_back(one);
    }
  }
  record.mutable_earlier_secrets()->Assign(earlier.begin(), earlier.end());
  return put(txn, client, record);
}

Result<void> Webhooks::resume(store::WriteTxn& txn, const ClientId& client) const {
  LK_TRY(auto record, load_row(txn, client));
  if (record.halted_ms() == 0) {
    return fail(Errc::kConflict, "clients: its webhook is not halted");
  }
  forget_failures(record);
  return put(txn, client, record);
}

Result<void> Webhooks::remove(store::WriteTxn& txn, const ClientId& client) const {
  LK_TRY_VOID(load_row(txn, client));
  return forget(txn, client);
}

Result<void> Webhooks::forget(store::WriteTxn& txn, const ClientId& client) const {
  return kWebhooks.erase(txn, client.bytes());
}

Result<std::optional<Webhook>> Webhooks::find(store::ReadTxn& txn, const ClientId& client) const {
  LK_TRY(const auto record, find_row(txn, client));
  if (!record) {
    return std::optional<Webhook>{};
  }
  LK_TRY(auto webhook, webhook_in(*record, client.bytes()));
  return std::optional{std::move(webhook)};
}

Result<std::vector<Webhook>> Webhooks::list(store::ReadTxn& txn) const {
  std::vector<Webhook> all;
  LK_TRY_VOID(kWebhooks.scan(txn, {}, {}, clients_key(),
                             [&](ByteView key, records::Webhook& record) -> Result<store::Step> {
                               auto webhook = webhook_in(record, key);
                               if (webhook) {
                                 all.push_back(std::move(webhook).value());
                               } else {
                                 log_error("CLIENT_UNREADABLE");
                               }
                               return store::Step::kContinue;
                             }));
  return all;
}

Result<std::string> Webhooks::sign(store::ReadTxn& txn, const ClientId& client,
                                   const SignedContent& content) const {
  LK_TRY(const auto record, load_row(txn, client));
  LK_TRY_VOID(webhook_in(record, client.bytes()));
  std::string signatures = webhook_signature(secret_in(record.secret()), content);
  for (const records::EarlierSecret& earlier : record.earlier_secrets()) {
    if (content.sent_at < Timestamp{earlier.until_ms()}) {
      signatures += " " + webhook_signature(secret_in(earlier.secret()), content);
    }
  }
  return signatures;
}

Result<std::optional<Webhook>> Webhooks::record_success(store::WriteTxn& txn, const Webhook& tried,
                                                        std::uint64_t next_entry) const {
  LK_TRY(auto record, still(txn, tried));
  if (!record) {
    return std::optional<Webhook>{};
  }
  forget_failures(*record);
  record->set_next_entry(next_entry);
  LK_TRY_VOID(put(txn, tried.client, *record));
  return as_it_is(*record, tried);
}

Result<std::optional<Webhook>> Webhooks::record_failure(store::WriteTxn& txn, const Webhook& tried,
                                                        const WebhookFailure& failure,
                                                        Timestamp now) const {
  LK_TRY(auto record, still(txn, tried));
  if (!record) {
    return std::optional<Webhook>{};
  }
  note_failure(*record, failure.reason, now);
  if (failure.then == WebhookFailure::Then::kHalt ||
      now - Timestamp{record->failing_since_ms()} >= kTried) {
    record->set_halted_ms(now.ms);
  }
  LK_TRY_VOID(put(txn, tried.client, *record));
  return as_it_is(*record, tried);
}

Result<void> Webhooks::skip_to(store::WriteTxn& txn, const Webhook& webhook,
                               std::uint64_t next_entry) const {
  LK_TRY(auto record, still(txn, webhook));
  if (!record) {
    return {};
  }
  record->set_next_entry(next_entry);
  return put(txn, webhook.client, *record);
}

}  // namespace leadkeep::clients
