// leadkeep/audit/tree.h — the Merkle tree of the trail, as it is stored
//
// Entry n of the trail is leaf n-1; its bytes are the entry as it is stored, before sealing. With each
// entry, in its transaction, the right edge is written, and once in 256 entries one row: of the perfect
// subtrees only those of 256, 256², … leaves are stored, the others are computed from what is below.
// A proof so costs some hundred small rows whatever the size of the trail.
//
// Rows of kAuditTree, sealed under the system key "audit"; numbers are big-endian:
//   1                    AuditEdge
//   2 level(1) index(8)  AuditNode, of levels 8, 16, 24 …
//   3                    AuditSigned, the newest tree that was signed (checkpoint.h)
//
// Errors   kCorrupt  a row is missing, or the tree is not the one of the entries
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/audit/merkle.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/store/store.h>

#include <optional>
#include <stop_token>

namespace leadkeep::audit {

[[nodiscard]] Result<Edge> find_edge(store::ReadTxn& txn);
// Adds the entry with the number edge.size() + 1, and saves the edge.
[[nodiscard]] Result<void> add_leaf(store::WriteTxn& txn, Edge& edge, ByteView entry);

// Of what is stored: it does not take the edge's word.
[[nodiscard]] ReadHash stored_hashes(store::ReadTxn& txn);

// The bytes of an entry.
[[nodiscard]] Result<SecretBytes> leaf_of(store::ReadTxn& txn, std::uint64_t number);

struct Head {
  std::uint64_t size = 0;
  Hash root{};

  friend bool operator==(const Head&, const Head&) = default;
};

// The tree of now, which its stored rows were found to make; and that the one that was signed last is its
// beginning. It is the one that was signed last from then on.
[[nodiscard]] Result<Head> take_head(store::WriteTxn& txn);

// Makes the tree of a store that was written before there was one.
[[nodiscard]] Result<void> ensure_tree(store::Store& store);

// Computes the whole tree from the entries, and compares. kUnavailable when `stop` is requested.
[[nodiscard]] Result<void> verify_tree(store::ReadTxn& txn, const std::stop_token& stop);

}  // namespace leadkeep::audit
