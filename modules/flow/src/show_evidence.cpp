#include "acting.h"
#include "cursor.h"

#include <leadkeep/audit/checkpoint.h>
#include <leadkeep/flow/show_evidence.h>

#include <algorithm>

namespace leadkeep::flow {
namespace {

using Order = TrailQuery::Order;
using store::ReadTxn;
using store::Step;

std::string text_of(const std::optional<Ulid>& session) {
  return session ? identity::SessionId{*session}.text() : "";
}

template <class AnyId>
std::string text_of(const std::optional<AnyId>& id) {
  return id ? id->text() : "";
}

TrailEntry shown(const audit::NumberedEntry& numbered) {
  const audit::Entry& entry = numbered.entry;
  TrailEntry::Words words;
  words.at = numbered.at;
  words.act = name_of(entry.act);
  words.outcome = name_of(entry.outcome);
  words.actor = text_of(entry.actor);
  words.session = text_of(entry.session);
  words.client = text_of(entry.client);
  words.object = audit::text_of(entry.object);
  for (const Ulid& part : entry.parts) {
    words.parts.push_back(IdentifierId{part}.text());
  }
  words.reason = entry.reason;
  words.case_reference = entry.case_reference;
  words.items = entry.items;
  return {numbered.seq, std::move(words)};
}

// What is looked for, as the trail has it.
struct Wanted {
  std::optional<audit::Act> act;
  std::optional<audit::Object> object;
  std::optional<AgentId> actor;
  std::optional<ClientId> client;
  std::uint64_t first;  // number
  std::uint64_t end;    // behind the last one

  [[nodiscard]] bool fits(const audit::Entry& entry) const {
    return (!act || entry.act == *act) && (!object || entry.object == *object) &&
           (!actor || entry.actor == actor) && (!client || entry.client == client);
  }
};

Result<Wanted> wanted_of(ReadTxn& txn, const TrailQuery& query) {
  Wanted wanted{std::nullopt, std::nullopt, query.actor, query.client, 1, 0};
  LK_TRY(const auto position, read_trail_cursor(query.cursor, query.order));
  if (query.act) {
    wanted.act = audit::parse_act(*query.act);
  }
  if (query.object) {
    wanted.object = audit::parse_object(*query.object);
  }
  if (wanted.act.has_value() != query.act.has_value() ||
      wanted.object.has_value() != query.object.has_value()) {
    return fail(Errc::kInvalidInput, "audit: no such act or object");
  }
  LK_TRY(wanted.end,
         query.before ? audit::first_since(txn, *query.before) : audit::next_entry(txn));
  if (query.since) {
    LK_TRY(wanted.first, audit::first_since(txn, *query.since));
  }
  if (position && query.order == Order::kNewestFirst) {
    wanted.end = std::min(wanted.end, *position);
  } else if (position) {
    wanted.first = std::max(wanted.first, *position + 1);
  }
  return wanted;
}

Result<Page<TrailEntry>> fill_page(ReadTxn& txn, const TrailQuery& query) {
  LK_TRY(const Wanted wanted, wanted_of(txn, query));
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMaxPage);
  const bool goes_back = query.order == Order::kNewestFirst;
  Page<TrailEntry> page;
  std::size_t looked_at = 0;
  std::uint64_t last = 0;
  const auto visit = [&](std::uint64_t number, const audit::ReadEntry& entry) -> Result<Step> {
    if (goes_back ? number < wanted.first : number >= wanted.end) {
      return Step::kStop;
    }
    if (page.items.size() == limit || looked_at == kMaxEntriesLookedAt) {
      page.next_cursor = make_trail_cursor(last, query.order);
      return Step::kStop;
    }
    ++looked_at;
    last = number;
    if (!entry) {
      page.items.push_back({number, std::nullopt});
    } else if (wanted.fits(entry.value().entry)) {
      page.items.push_back(shown(entry.value()));
    }
    return Step::kContinue;
  };
  LK_TRY_VOID(goes_back ? audit::walk_back(txn, wanted.end, visit)
                        : audit::walk(txn, wanted.first, visit));
  return page;
}

Result<void> require_size(ReadTxn& txn, std::uint64_t size) {
  LK_TRY(const std::uint64_t next, audit::next_entry(txn));
  return size < next ? Result<void>{}
                     : fail(Errc::kInvalidInput, "audit: the trail has not as many entries");
}

// An entry of the reading becomes durable before what was read is released.
template <class T>
Result<T> on_record(House& house, const identity::Actor& actor, audit::Act act, std::size_t items,
                    Result<T> read) {
  audit::Entry entry = entry_by(actor, act);
  if (!read) {
    if (is_refusal(read.error().code)) {
      record_refusal(house, entry, name_of(read.error().code));
    }
    return read;
  }
  entry.items = items;
  LK_TRY_VOID(record(house, entry));
  return read;
}

}  // namespace

Result<void> ShowEvidence::prepare(store::Store& store) {
  return audit::ensure_tree(store);
}

Result<Page<TrailEntry>> ShowEvidence::entries(const Permit& permit, const TrailQuery& query) {
  auto page = m_house.store.read([&](ReadTxn& txn) { return fill_page(txn, query); });
  const std::size_t items = page ? page.value().items.size() : 0;
  return on_record(m_house, permit.actor(), audit::Act::kTrailRead, items, std::move(page));
}

Result<SignedTrail> ShowEvidence::checkpoint(const Permit& permit) {
  LK_TRY(const auto signer,
         m_house.store.read([](ReadTxn& txn) { return audit::CheckpointSigner::of(txn); }));
  const auto head = act(m_house, entry_by(permit.actor(), audit::Act::kCheckpointSigned),
                        [](store::WriteTxn& txn, audit::Entry& done) -> Result<audit::Head> {
                          LK_TRY(const audit::Head now, audit::take_head(txn));
                          done.items = now.size;
                          return now;
                        });
  if (!head) {
    if (head.error().code == Errc::kCorrupt) {
      log_error("AUDIT_TRAIL_BROKEN", Field{"reason", Reason{head.error()}});
    }
    return Fail{head.error()};
  }
  return SignedTrail{head.value().size, signer.sign(head.value()), signer.verifier_key()};
}

Result<EntryProof> ShowEvidence::prove_entry(const Permit& permit, std::uint64_t number,
                                             std::uint64_t size) {
  auto proof = m_house.store.read([&](ReadTxn& txn) -> Result<EntryProof> {
    LK_TRY_VOID(require_size(txn, size));
    LK_TRY(auto hashes, audit::inclusion_proof(number - 1, size, audit::stored_hashes(txn)));
    LK_TRY(const SecretBytes leaf, audit::leaf_of(txn, number));
    LK_TRY(const auto entry, audit::entry_of(leaf));
    const ByteView bytes = leaf.expose();
    return EntryProof{shown(entry), {bytes.begin(), bytes.end()}, std::move(hashes)};
  });
  return on_record(m_house, permit.actor(), audit::Act::kEntryProven, 1, std::move(proof));
}

Result<ProofHashes> ShowEvidence::prove_consistency(const Permit& permit, std::uint64_t earlier,
                                                    std::uint64_t size) {
  auto hashes = m_house.store.read([&](ReadTxn& txn) -> Result<ProofHashes> {
    LK_TRY_VOID(require_size(txn, size));
    return audit::consistency_proof(earlier, size, audit::stored_hashes(txn));
  });
  return on_record(m_house, permit.actor(), audit::Act::kEntryProven, 0, std::move(hashes));
}

Result<void> ShowEvidence::verify(store::Store& store, const std::stop_token& stop) {
  return store.read([&](ReadTxn& txn) { return audit::verify_tree(txn, stop); });
}

}  // namespace leadkeep::flow
