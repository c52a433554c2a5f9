#include "webhook_journal.h"

#include <leadkeep/base/text.h>
#include <leadkeep/store/counters.h>
#include <leadkeep/store/records/journal.pb.h>
#include <leadkeep/store/table.h>

#include <algorithm>

namespace leadkeep::flow {
namespace {

constexpr store::Table<records::JournalEntry> kJournal{store::TableId::kJournal};
constexpr store::Table<records::DeferredEntry> kDeferred{store::TableId::kDeferred};
constexpr std::int64_t kMsPerDay = 86'400'000;
constexpr std::size_t kKeySize = 4 + 8;
constexpr std::size_t kErasedAtOnce = 500;

store::KeyRef day_key_of(ByteView row) {
  return store::journal_key(read_be<std::uint32_t>(row));
}

Result<bool> has_row(store::ReadTxn& txn, store::TableId table, ByteView key) {
  bool found = false;
  LK_TRY_VOID(txn.scan(table, key, {}, [&](ByteView, ByteView) -> Result<store::Step> {
    found = true;
    return store::Step::kStop;
  }));
  return found;
}

bool is_part_of_name(char c) {
  return is_alphanumeric(c) || c == '_';
}

// As a word of its own: no other number begins or ends with it.
bool holds_name(std::string_view body, std::string_view name) {
  for (std::size_t at = body.find(name); at != std::string_view::npos;
       at = body.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || !is_part_of_name(body[at - 1]);
    const bool ends = end == body.size() || !is_part_of_name(body[end]);
    if (begins && ends) {
      return true;
    }
  }
  return false;
}

// One that is damaged, or whose day has no key any more, says nothing of anybody.
Result<bool> names_one_of(store::ReadTxn& txn, ByteView key, ByteView value,
                          const std::vector<std::string>& names) {
  const auto opened = txn.open_value(store::TableId::kJournal, key, day_key_of(key), value);
  if (!opened && opened.error().code != Errc::kCorrupt && opened.error().code != Errc::kNotFound) {
    return Fail{opened.error()};
  }
  records::JournalEntry entry;
  return opened && store::decode_record(opened.value(), entry) &&
         std::ranges::any_of(
             names, [&](const std::string& name) { return holds_name(entry.body(), name); });
}

Result<void> erase_rows(House& house, const std::vector<Bytes>& rows) {
  for (std::size_t at = 0; at < rows.size(); at += kErasedAtOnce) {
    LK_TRY_VOID(house.store.write([&](store::WriteTxn& txn) -> Result<void> {
      for (std::size_t i = at; i < std::min(rows.size(), at + kErasedAtOnce); ++i) {
        LK_TRY_VOID(kJournal.erase(txn, rows[i]));
        LK_TRY_VOID(kDeferred.erase(txn, rows[i]));
      }
      return {};
    }));
  }
  return {};
}

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
  const store::KeyRef day_key = day_key_of(key);
  return house.store.read([&](store::ReadTxn& txn) -> Result<DeferredWebhook> {
    LK_TRY(const records::DeferredEntry mark, kDeferred.load(txn, key, day_key));
    LK_TRY(const records::JournalEntry record, kJournal.load(txn, key, day_key));
    return DeferredWebhook{key, record.body(), Timestamp{mark.received_ms()}};
  });
}

Result<void> WebhookJournal::settle(store::WriteTxn& txn, const DeferredWebhook& entry) {
  return kDeferred.erase(txn, entry.key);
}

Result<std::optional<Bytes>> WebhookJournal::remove_about(House& house,
                                                          const std::vector<std::string>& names,
                                                          const Bytes& from, std::size_t limit) {
  std::optional<Bytes> next;
  std::vector<Bytes> found;
  std::size_t looked_at = 0;
  LK_TRY_VOID(house.store.read([&](store::ReadTxn& txn) {
    return txn.scan(store::TableId::kJournal, {}, from,
                    [&](ByteView key, ByteView value) -> Result<store::Step> {
                      if (looked_at++ == limit) {
                        next.emplace(key.begin(), key.end());
                        return store::Step::kStop;
                      }
                      LK_TRY(const bool is_about, names_one_of(txn, key, value, names));
                      if (is_about) {
                        found.emplace_back(key.begin(), key.end());
                      }
                      return store::Step::kContinue;
                    });
  }));
  LK_TRY_VOID(erase_rows(house, found));
  return next;
}

Timestamp WebhookJournal::kept_until(Timestamp received, std::chrono::days kept) {
  return Timestamp{(received.ms / kMsPerDay + 1) * kMsPerDay} + kept;
}

Result<WebhookJournal::Left> WebhookJournal::remove_old(House& house, std::chrono::days kept,
                                                        Timestamp now, std::size_t limit) {
  const auto today = static_cast<std::uint32_t>(now.ms / kMsPerDay);
  const auto days = static_cast<std::uint32_t>(kept.count());
  const std::uint32_t first_kept = today > days ? today - days : 0;
  std::vector<Bytes> found;
  LK_TRY_VOID(house.store.read([&](store::ReadTxn& txn) {
    return txn.scan(store::TableId::kJournal, {}, {},
                    [&](ByteView key, ByteView) -> Result<store::Step> {
                      if (read_be<std::uint32_t>(key) >= first_kept || found.size() == limit) {
                        return store::Step::kStop;
                      }
                      LK_TRY(const bool is_deferred, has_row(txn, store::TableId::kDeferred, key));
                      if (!is_deferred) {
                        found.emplace_back(key.begin(), key.end());
                      }
                      return store::Step::kContinue;
                    });
  }));
  LK_TRY_VOID(erase_rows(house, found));
  if (found.size() == limit) {
    return Left::kSome;
  }
  LK_TRY(const auto keys, house.store.keys().list(store::KeyKind::kJournalDay));
  for (const store::KeyRef& day_key : keys) {
    const ByteView day = ByteView{day_key.id}.last(sizeof(std::uint32_t));
    LK_TRY(const bool is_in_use, house.store.read([&](store::ReadTxn& txn) {
      return has_row(txn, store::TableId::kJournal, day);
    }));
    if (read_be<std::uint32_t>(day) < first_kept && !is_in_use) {
      LK_TRY_VOID(house.store.destroy_key(day_key));
    }
  }
  return Left::kNothing;
}

}  // namespace leadkeep::flow
