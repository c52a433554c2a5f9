#include "webhook_journal.h"

#include <leadkeep/store/counters.h>
#include <leadkeep/store/records/journal.pb.h>
#include <leadkeep/store/table.h>

namespace leadkeep::flow {
namespace {

constexpr store::Table<records::JournalEntry> kJournal{store::TableId::kJournal};
constexpr store::Table<records::DeferredEntry> kDeferred{store::TableId::kDeferred};
constexpr std::int64_t kMsPerDay = 86'400'000;
constexpr std::size_t kKeySize = 4 + 8;

}  // namespace

Result<WebhookJournal> WebhookJournal::open(House& house, Timestamp now) {
  const auto day = static_cast<std::uint32_t>(now.ms / kMsPerDay);
  LK_TRY_VOID(house.store.ensure_key(store::journal_key(day)));
  return WebhookJournal{house, day, now};
}

Result<Bytes> WebhookJournal::write_entry(store::WriteTxn& txn, std::string_view body) const {
  LK_TRY(const std::uint64_t seq, store::next_number(txn, store::kJournalCounter));
  Bytes key;
  append_be(key, m_day);
  append_be(key, seq);
  records::JournalEntry entry;
  entry.set_body(std::string{body});
  entry.set_received_ms(m_now.ms);
  LK_TRY_VOID(kJournal.put(txn, key, store::journal_key(m_day), entry));
  return key;
}

Result<void> WebhookJournal::keep(store::WriteTxn& txn, std::string_view body) const {
  LK_TRY(const Bytes key, write_entry(txn, body));
  (void)key;
  return {};
}

Result<void> WebhookJournal::keep_deferred(std::string_view body) const {
  return m_house.store.write([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY(const Bytes key, write_entry(txn, body));
    records::DeferredEntry mark;
    mark.set_received_ms(m_now.ms);
    return kDeferred.put(txn, key, store::journal_key(m_day), mark);
  });
}

Result<std::optional<Bytes>> WebhookJournal::next_deferred(House& house, const Bytes& after) {
  return house.store.read([&](store::ReadTxn& txn) -> Result<std::optional<Bytes>> {
    std::optional<Bytes> found;
    LK_TRY_VOID(txn.scan(store::TableId::kDeferred, {}, after,
                         [&](ByteView key, ByteView) -> Result<store::Step> {
                           if (same_bytes(key, after)) {
                             return store::Step::kContinue;
                           }
                           found = Bytes{key.begin(), key.end()};
                           return store::Step::kStop;
                         }));
    return found;
  });
}

Result<DeferredWebhook> WebhookJournal::load_deferred(House& house, const Bytes& key) {
  if (key.size() != kKeySize) {
    return fail(Errc::kCorrupt, "journal: a key has an impossible length");
  }
  const store::KeyRef day_key = store::journal_key(read_be<std::uint32_t>(key));
  return house.store.read([&](store::ReadTxn& txn) -> Result<DeferredWebhook> {
    LK_TRY(const records::DeferredEntry mark, kDeferred.load(txn, key, day_key));
    LK_TRY(const records::JournalEntry record, kJournal.load(txn, key, day_key));
    return DeferredWebhook{key, record.body(), Timestamp{mark.received_ms()}};
  });
}

Result<void> WebhookJournal::settle(store::WriteTxn& txn, const DeferredWebhook& entry) {
  return kDeferred.erase(txn, entry.key);
}

}  // namespace leadkeep::flow
