#include "apply_updates.h"
#include "webhook_journal.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/flow/receive_message.h>
#include <leadkeep/intake/parse.h>

namespace leadkeep::flow {
namespace {

// The webhook could not be applied although the store works: a record that does not verify, or a
// bug.
bool is_our_fault(Errc code) {
  return code == Errc::kCorrupt || code == Errc::kInternal;
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
    Received received;
    received.applied = Received::Applied::kDeferred;
    return received;
  }
  if (!applied) {
    return Fail{std::move(applied).error()};
  }
  // 4. Durable: tell who listens.
  count(m_house.metrics, applied.value(), updates);
  m_house.feed.publish(applied.value().events);
  return applied.value().received;
}

Result<std::size_t> ReceiveMessage::apply_deferred() {
  LK_TRY(const auto entries, WebhookJournal::deferred(m_house));
  std::size_t done = 0;
  for (const DeferredWebhook& entry : entries) {
    const auto webhook = intake::reopen_journaled(entry.body);
    LK_TRY(const intake::WebhookUpdates updates,
           intake::parse(webhook, m_house.phone_number_id, entry.received_at));
    LK_TRY(const PreparedUpdates prepared, prepare(m_house, updates));
    auto applied = m_house.store.write([&](store::WriteTxn& txn) -> Result<Applied> {
      LK_TRY_VOID(WebhookJournal::settle(txn, entry));
      return apply(txn, m_house, prepared, entry.received_at);
    });
    if (!applied) {
      log_warn("WEBHOOK_STILL_DEFERRED", Field{"reason", Reason{applied.error()}});
      continue;
    }
    count(m_house.metrics, applied.value(), updates);
    m_house.feed.publish(applied.value().events);
    ++done;
  }
  return done;
}

}  // namespace leadkeep::flow
