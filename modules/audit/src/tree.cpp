#include "audit_rows.h"

#include <leadkeep/audit/tree.h>

#include <algorithm>

namespace leadkeep::audit {
namespace {

constexpr store::Table<records::AuditEdge> kEdges{store::TableId::kAuditTree};
constexpr store::Table<records::AuditNode> kNodes{store::TableId::kAuditTree};
constexpr store::Table<records::AuditSigned> kSigned{store::TableId::kAuditTree};
constexpr std::array kEdgeRow{std::byte{1}};
constexpr std::byte kNodeRow{2};
constexpr std::array kSignedRow{std::byte{3}};
constexpr unsigned kStoredLevels = 8;  // one in so many
// What numbered the entries before there was a tree, and counts no more.
constexpr std::string_view kCounterOfOld = "audit";
constexpr std::size_t kHashSize = std::tuple_size_v<Hash>;

Bytes node_key(const Subtree& subtree) {
  Bytes key{kNodeRow, static_cast<std::byte>(subtree.level)};
  append_be(key, subtree.index);
  return key;
}

bool is_stored(const Subtree& subtree) {
  return subtree.level > 0 && subtree.level % kStoredLevels == 0;
}

std::optional<Hash> to_hash(std::string_view raw) {
  Hash hash{};
  if (raw.size() != hash.size()) {
    return std::nullopt;
  }
  std::ranges::copy(as_bytes(raw), hash.begin());
  return hash;
}

std::string to_raw(const Hash& hash) {
  return std::string{as_text(hash)};
}

Result<Edge> edge_of(const records::AuditEdge& record) {
  std::vector<Hash> hashes;
  const std::string& all = record.hashes();
  for (std::size_t at = 0; at + kHashSize <= all.size(); at += kHashSize) {
    hashes.push_back(*to_hash(std::string_view{all}.substr(at, kHashSize)));
  }
  auto edge = Edge::from(record.size(), std::move(hashes));
  if (!edge || all.size() % kHashSize != 0) {
    return fail(Errc::kCorrupt, "audit: the edge of the tree is none");
  }
  return std::move(*edge);
}

Result<void> save_edge(store::WriteTxn& txn, const Edge& edge) {
  records::AuditEdge record;
  record.set_size(edge.size());
  std::string& hashes = *record.mutable_hashes();
  for (const Hash& hash : edge.hashes()) {
    hashes += as_text(hash);
  }
  return kEdges.put(txn, kEdgeRow, audit_key(), record);
}

Result<Hash> stored_hash(store::ReadTxn& txn, const Subtree& subtree) {
  if (subtree.level == 0) {
    LK_TRY(const SecretBytes entry, leaf_of(txn, subtree.index + 1));
    return leaf_hash(entry.expose());
  }
  if (is_stored(subtree)) {
    LK_TRY(const auto node, kNodes.load(txn, node_key(subtree), audit_key()));
    const auto hash = to_hash(node.hash());
    return hash ? Result{*hash} : fail(Errc::kCorrupt, "audit: a node of the tree is none");
  }
  LK_TRY(const Hash left, stored_hash(txn, {subtree.level - 1, 2 * subtree.index}));
  LK_TRY(const Hash right, stored_hash(txn, {subtree.level - 1, 2 * subtree.index + 1}));
  return node_hash(left, right);
}

Result<void> save_nodes(store::WriteTxn& txn, const std::vector<Edge::Completed>& completed) {
  for (const auto& [subtree, hash] : completed) {
    if (is_stored(subtree)) {
      records::AuditNode node;
      node.set_hash(to_raw(hash));
      LK_TRY_VOID(kNodes.put(txn, node_key(subtree), audit_key(), node));
    }
  }
  return {};
}

// The number of the newest entry; 0 for none.
Result<std::uint64_t> last_entry(store::ReadTxn& txn) {
  std::uint64_t last = 0;
  LK_TRY_VOID(txn.scan_back(store::TableId::kAudit, {}, {},
                            [&](ByteView key, ByteView) -> Result<store::Step> {
                              last = key.size() == sizeof(last) ? read_be<std::uint64_t>(key) : 1;
                              return store::Step::kStop;
                            }));
  return last;
}

// Every entry in its order, as it is stored.
Result<void> walk_entries(store::ReadTxn& txn, const std::function<Result<void>(ByteView)>& visit) {
  std::uint64_t expected = 1;
  return txn.scan(store::TableId::kAudit, {}, {},
                  [&](ByteView key, ByteView value) -> Result<store::Step> {
                    if (!std::ranges::equal(key, entry_key(expected))) {
                      return fail(Errc::kCorrupt, "audit: an entry is missing");
                    }
                    ++expected;
                    LK_TRY(const SecretBytes entry,
                           txn.open_value(store::TableId::kAudit, key, audit_key(), value));
                    LK_TRY_VOID(visit(entry.expose()));
                    return store::Step::kContinue;
                  });
}

}  // namespace

Result<Edge> find_edge(store::ReadTxn& txn) {
  LK_TRY(const auto record, kEdges.find(txn, kEdgeRow, audit_key()));
  if (record) {
    return edge_of(*record);
  }
  LK_TRY(const std::uint64_t entries, last_entry(txn));
  return entries == 0 ? Result{Edge{}} : fail(Errc::kCorrupt, "audit: the tree is missing");
}

Result<void> add_leaf(store::WriteTxn& txn, Edge& edge, ByteView entry) {
  LK_TRY_VOID(save_nodes(txn, edge.add(leaf_hash(entry))));
  return save_edge(txn, edge);
}

ReadHash stored_hashes(store::ReadTxn& txn) {
  return [&txn](const Subtree& subtree) { return stored_hash(txn, subtree); };
}

Result<SecretBytes> leaf_of(store::ReadTxn& txn, std::uint64_t number) {
  LK_TRY(auto entry, txn.get_sealed(store::TableId::kAudit, entry_key(number), audit_key()));
  if (!entry) {
    return fail(Errc::kCorrupt, "audit: an entry is missing");
  }
  return std::move(*entry);
}

Result<Head> take_head(store::WriteTxn& txn) {
  LK_TRY(const Edge edge, find_edge(txn));
  const Head head{edge.size(), edge.root()};
  LK_TRY(const Hash root, root_of(head.size, stored_hashes(txn)));
  LK_TRY(const auto last, kSigned.find(txn, kSignedRow, audit_key()));
  bool goes_on = root == head.root;
  if (last) {
    goes_on = goes_on && last->size() <= head.size;
    if (goes_on) {
      LK_TRY(const Hash earlier, root_of(last->size(), stored_hashes(txn)));
      goes_on = to_hash(last->root()) == earlier;
    }
  }
  if (!goes_on) {
    return fail(Errc::kCorrupt, "audit: the trail does not go on from what was signed");
  }
  records::AuditSigned now;
  now.set_size(head.size);
  now.set_root(to_raw(head.root));
  LK_TRY_VOID(kSigned.put(txn, kSignedRow, audit_key(), now));
  return head;
}

Result<void> ensure_tree(store::Store& store) {
  LK_TRY(const bool is_to_be_made, store.read([](store::ReadTxn& txn) -> Result<bool> {
    LK_TRY(const auto record, kEdges.find(txn, kEdgeRow, audit_key()));
    LK_TRY(const std::uint64_t entries, last_entry(txn));
    LK_TRY(const std::uint64_t counted, store::last_number(txn, kCounterOfOld));
    return !record && entries > 0 && counted == entries;
  }));
  if (!is_to_be_made) {
    return {};
  }
  return store.write([](store::WriteTxn& txn) -> Result<void> {
    Edge edge;
    LK_TRY_VOID(walk_entries(
        txn, [&](ByteView entry) { return save_nodes(txn, edge.add(leaf_hash(entry))); }));
    return save_edge(txn, edge);
  });
}

Result<void> verify_tree(store::ReadTxn& txn, const std::stop_token& stop) {
  LK_TRY(const Edge stored, find_edge(txn));
  Edge computed;
  LK_TRY_VOID(walk_entries(txn, [&](ByteView entry) -> Result<void> {
    if (stop.stop_requested()) {
      return fail(Errc::kUnavailable, "verify: the daemon stops");
    }
    for (const auto& [subtree, hash] : computed.add(leaf_hash(entry))) {
      if (is_stored(subtree)) {
        LK_TRY(const Hash own, stored_hash(txn, subtree));
        if (own != hash) {
          return fail(Errc::kCorrupt, "audit: a node is not of its entries");
        }
      }
    }
    return {};
  }));
  return computed == stored ? Result<void>{}
                            : fail(Errc::kCorrupt, "audit: the tree is not of its entries");
}

}  // namespace leadkeep::audit
