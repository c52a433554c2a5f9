#include "apply_updates.h"
#include "webhook_journal.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/flow/receive_message.h>
#include <leadkeep/intake/parse.h>

namespace leadkeep::flow {
namespace {

// The store works, and still the webhook could not be applied: a record that does not open, a bug.
bool is_our_fault(Errc code) {
  return code != Errc::kUnavailable;
}

void count(Metrics& metrics, const Applied& applied, const intake::WebhookUpdates& updates) {
  metrics.messages_received.add(applied.received.messages);
  metrics.messages_repeated.add(applied.received.repeated);
  metrics.messages_unattributed.add(updates.unattributed);
  metrics.updates_ignored.add(updates.ignored);
  metrics.statuses_applied.add(applied.received.statuses);
  metrics.statuses_unmatched.add(applied.statuses_unmatched);
}

}  // namespace

Result<Received> ReceiveMessage::receive(const intake::VerifiedWebhook& webhook) {
  const Timestamp now = m_house.clock.now();
  // 1. Parse; every element on its own.
  LK_TRY(const intake::WebhookUpdates updates,
         intake::parse(webhook, m_house.phone_number_id, now));
  // 2. Find numbers and addresses in texts, and make the keys of people who are new.
  LK_TRY(const PreparedUpdates prepared, prepare(m_house, updates));
  LK_TRY(const WebhookJournal journal, WebhookJournal::open(m_house, now));
  // 3. One transaction: the raw body, and all that it tells.
  auto applied = m_house.store.write([&](store::WriteTxn& txn) -> Result<Applied> {
    LK_TRY_VOID(journal.keep(txn, webhook.body()));
    return apply(txn, m_house, prepared, now);
  });
  if (!applied && is_our_fault(applied.error().code)) {
    log_error("WEBHOOK_DEFERRED", Field{"reason", Reason{applied.error()}});
    LK_TRY_VOID(journal.keep_deferred(webhook.body()));
    m_house.metrics.webhooks_deferred.add();
    m_house.metrics.updates_ignored.add(updates.ignored);
    // One damaged record must not hold back the messages of other people in the same webhook.
    (void)apply_each(prepared, now).ok();
    Received received;
    received.applied = Received::Applied::kDeferred;
    return received;
  }
  if (!applied) {
    return Fail{std::move(applied).error()};
  }
  LK_SEEDED_LEAK(phone_in_log, seeded::say("from +" + seeded::phone()));
  LK_SEEDED_LEAK(base64_in_log, seeded::say(to_base64url(as_bytes(seeded::phone()))));
  LK_SEEDED_LEAK(hex_in_log, seeded::say(to_hex(as_bytes(seeded::phone()))));
  LK_SEEDED_LEAK(phone_in_file_name, seeded::write_file("tmp-" + seeded::phone(), "."));
  LK_SEEDED_LEAK(phone_in_deleted_file, seeded::leave_deleted_file_open(seeded::phone()));
  LK_SEEDED_LEAK(
      utf16_in_file, std::string wide; for (const char c : seeded::phone()) {
        wide.append({c, '\0'});
      } seeded::write_file("names.bin", wide));
  // 4. Durable: tell who listens.
  count(m_house.metrics, applied.value(), updates);
  m_house.feed.publish(applied.value().events);
  if (applied.value().received.statuses > 0) {
    m_house.outbox_signal.notify();  // a status may have let the next reply go
  }
  return applied.value().received;
}

Result<void> ReceiveMessage::apply_each(const PreparedUpdates& prepared, Timestamp now) {
  Result<void> outcome;
  for (const auto& update : prepared.updates) {
    const PreparedUpdates one{{update}, 0};
    auto applied = m_house.store.write(
        [&](store::WriteTxn& txn) -> Result<Applied> { return apply(txn, m_house, one, now); });
    if (!applied) {
      outcome = Fail{std::move(applied).error()};
      continue;
    }
    count(m_house.metrics, applied.value(), {});
    m_house.feed.publish(applied.value().events);
  }
  return outcome;
}

Result<void> ReceiveMessage::apply_again(const DeferredWebhook& entry) {
  const auto webhook = intake::reopen_journaled(entry.body);
  LK_TRY(const intake::WebhookUpdates updates,
         intake::parse(webhook, m_house.phone_number_id, entry.received_at));
  LK_TRY(const PreparedUpdates prepared, prepare(m_house, updates));
  const Timestamp now = m_house.clock.now();
  LK_TRY_VOID(apply_each(prepared, now));
  // What nobody wrote that we can name, and the end of it, in one transaction: counted once.
  LK_TRY_VOID(m_house.store.write([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY(const Applied none, apply(txn, m_house, {{}, prepared.unattributed}, now));
    LK_CHECK(none.events.empty());
    return WebhookJournal::settle(txn, entry);
  }));
  m_house.metrics.messages_unattributed.add(updates.unattributed);
  return {};
}

Result<std::size_t> ReceiveMessage::apply_deferred() {
  std::size_t done = 0;
  Bytes after;
  while (true) {
    LK_TRY(const auto key, WebhookJournal::next_deferred(m_house, after));
    if (!key) {
      return done;
    }
    after = *key;
    const auto entry = WebhookJournal::load_deferred(m_house, *key);
    const Result<void> applied = entry ? apply_again(entry.value()) : Fail{entry.error()};
    if (applied) {
      ++done;
    } else {
      log_warn("WEBHOOK_STILL_DEFERRED", Field{"reason", Reason{applied.error()}});
    }
  }
}

Result<void> ReceiveMessage::forget_journal(std::chrono::days kept, const std::stop_token& stop) {
  constexpr std::size_t kAtOnce = 5'000;
  while (!stop.stop_requested()) {
    LK_TRY(const auto left,
           WebhookJournal::remove_old(m_house, kept, m_house.clock.now(), kAtOnce));
    if (left == WebhookJournal::Left::kNothing) {
      break;
    }
  }
  return {};
}

}  // namespace leadkeep::flow
