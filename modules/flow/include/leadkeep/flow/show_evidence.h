// leadkeep/flow/show_evidence.h — the path of an audit: permit ─ read the trail ─ audit ─ release
//
// Who did or saw what, by internal ids; a signed word on all of it; and proofs that an entry is in what was
// signed, and that what was signed later goes on from it (audit/tree.h). Nobody's personal data is in any
// of it. Every reading is on the trail itself.
//
// Errors   kInvalidInput  a cursor of another list, an act or object that is none, an entry or a tree that
//                         is not within the trail
//          kCorrupt       the stored trail is not the one that was signed: nothing is signed any more
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/page.h>
#include <leadkeep/identity/permit.h>

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::flow {

inline constexpr std::size_t kMaxEntriesLookedAt = 5'000;  // for one page

// Ids as they are written everywhere; empty where there is none.
struct TrailEntry {
  struct Words {
    Timestamp at;
    std::string_view act;
    std::string_view outcome;
    std::string actor;
    std::string session;
    std::string client;
    std::string object;
    std::vector<std::string> parts;
    std::string reason;
    std::string case_reference;
    std::uint64_t items;
  };

  std::uint64_t number;
  std::optional<Words> words;  // absent: it does not open
};

struct TrailQuery {
  // Those that these fit are looked for in at most kMaxEntriesLookedAt entries, so that a page may hold
  // fewer than there are, and a cursor behind it.
  std::optional<std::string> act;
  std::optional<std::string> object;
  std::optional<AgentId> actor;
  std::optional<ClientId> client;
  std::optional<Timestamp> since;   // not older
  std::optional<Timestamp> before;  // older
  enum class Order : std::uint8_t { kNewestFirst, kOldestFirst } order = Order::kNewestFirst;
  std::size_t limit = kDefaultPage;  // 1…kMaxPage
  std::string cursor;                // empty: from the beginning
};

struct SignedTrail {
  std::uint64_t size;
  std::string checkpoint;    // a signed note
  std::string verifier_key;  // of its signature
};

// Hashes of SHA-256, as RFC 6962 orders them.
using ProofHashes = std::vector<ByteArray<32>>;

struct EntryProof {
  TrailEntry entry;
  Bytes leaf;  // the entry as it was hashed
  ProofHashes hashes;
};

class ShowEvidence {
 public:
  using Permit = identity::Permit<identity::Action::kReadAudit>;

  explicit ShowEvidence(House& house) noexcept : m_house{house} {}

  // Makes the tree of a store that was written before there was one; before anything else is written.
  [[nodiscard]] static Result<void> prepare(store::Store& store);

  [[nodiscard]] Result<Page<TrailEntry>> entries(const Permit& permit, const TrailQuery& query);
  [[nodiscard]] Result<SignedTrail> checkpoint(const Permit& permit);
  // That the entry is in the trail of the first `size` entries.
  [[nodiscard]] Result<EntryProof> prove_entry(const Permit& permit, std::uint64_t number,
                                               std::uint64_t size);
  // That the trail of `size` entries begins with the one of `earlier` entries.
  [[nodiscard]] Result<ProofHashes> prove_consistency(const Permit& permit, std::uint64_t earlier,
                                                      std::uint64_t size);

  // Computes the tree from every entry. kCorrupt where it is another one.
  [[nodiscard]] static Result<void> verify(store::Store& store, const std::stop_token& stop);

 private:
  House& m_house;
};

}  // namespace leadkeep::flow
