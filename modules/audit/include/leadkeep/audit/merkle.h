// leadkeep/audit/merkle.h — a Merkle tree over the entries of the trail
//
// The tree of RFC 6962, so that tools of others can verify it: a leaf is SHA-256(0x00 ‖ entry), a node is
// SHA-256(0x01 ‖ left ‖ right). Leaves count from 0. A subtree is perfect when it has 2^level leaves; the
// one with number `index` has those from index·2^level on.
//
// Errors   kInvalidInput  a leaf, or a smaller tree, that is not within the tree
//          what the reader of hashes returned
// Source   RFC 6962 section 2.1
// Threads  any; pure
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/result.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace leadkeep::audit {

using Hash = ByteArray<32>;

[[nodiscard]] Hash leaf_hash(ByteView entry);
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);

struct Subtree {
  unsigned level;
  std::uint64_t index;

  friend bool operator==(const Subtree&, const Subtree&) = default;
};

// The right edge of a tree: what is needed to add to it and to know its root.
class Edge {
 public:
  Edge() = default;  // of the empty tree

  // From what size() and hashes() were; nothing for another number of hashes.
  [[nodiscard]] static std::optional<Edge> from(std::uint64_t size, std::vector<Hash> hashes);

  [[nodiscard]] std::uint64_t size() const noexcept { return m_size; }

  // Of the perfect subtrees, the largest first.
  [[nodiscard]] const std::vector<Hash>& hashes() const noexcept { return m_hashes; }

  [[nodiscard]] Hash root() const;

  struct Completed {
    Subtree subtree;
    Hash hash;
  };

  // Adds a leaf; yields the perfect subtrees of more than one leaf that it completes.
  std::vector<Completed> add(const Hash& leaf);

  friend bool operator==(const Edge&, const Edge&) = default;

 private:
  std::uint64_t m_size = 0;
  std::vector<Hash> m_hashes;
};

// Hash of a perfect subtree that the tree has.
using ReadHash = std::function<Result<Hash>(const Subtree&)>;

[[nodiscard]] Result<Hash> root_of(std::uint64_t size, const ReadHash& read);
// What leads from a leaf to the root, the nearest first (section 2.1.1).
[[nodiscard]] Result<std::vector<Hash>> inclusion_proof(std::uint64_t leaf, std::uint64_t size,
                                                        const ReadHash& read);
// That the tree of `size` leaves begins with the one of `earlier` leaves, at least one (section 2.1.2).
[[nodiscard]] Result<std::vector<Hash>> consistency_proof(std::uint64_t earlier, std::uint64_t size,
                                                          const ReadHash& read);

}  // namespace leadkeep::audit
