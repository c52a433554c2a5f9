#include <leadkeep/audit/merkle.h>
#include <leadkeep/crypto/hash.h>

#include <bit>

namespace leadkeep::audit {
namespace {

constexpr std::array kLeafPrefix{std::byte{0}};
constexpr std::array kNodePrefix{std::byte{1}};

// The leaves [begin, begin + count). As RFC 6962 divides a tree, `begin` is a multiple of the smallest
// power of two that is not below `count`.
struct Leaves {
  std::uint64_t begin;
  std::uint64_t count;

  [[nodiscard]] bool is_perfect() const noexcept { return std::has_single_bit(count); }

  [[nodiscard]] Leaves left() const noexcept { return {begin, std::bit_floor(count - 1)}; }

  [[nodiscard]] Leaves right() const noexcept {
    const std::uint64_t k = std::bit_floor(count - 1);
    return {begin + k, count - k};
  }
};

Result<Hash> hash_of(const Leaves& leaves, const ReadHash& read) {
  if (leaves.is_perfect()) {
    const auto level = static_cast<unsigned>(std::countr_zero(leaves.count));
    return read({level, leaves.begin >> level});
  }
  LK_TRY(const Hash left, hash_of(leaves.left(), read));
  LK_TRY(const Hash right, hash_of(leaves.right(), read));
  return node_hash(left, right);
}

Result<void> add_path(std::uint64_t leaf, const Leaves& leaves, const ReadHash& read,
                      std::vector<Hash>& path) {
  if (leaves.count == 1) {
    return {};
  }
  const bool is_left = leaf < leaves.right().begin;
  LK_TRY_VOID(add_path(leaf, is_left ? leaves.left() : leaves.right(), read, path));
  LK_TRY(const Hash other, hash_of(is_left ? leaves.right() : leaves.left(), read));
  path.push_back(other);
  return {};
}

// `is_known`: whoever verifies has the root of the earlier tree, which these leaves are then.
Result<void> add_consistency(std::uint64_t earlier, const Leaves& leaves, bool is_known,
                             const ReadHash& read, std::vector<Hash>& path) {
  if (earlier == leaves.begin + leaves.count) {
    if (!is_known) {
      LK_TRY(const Hash own, hash_of(leaves, read));
      path.push_back(own);
    }
    return {};
  }
  const bool is_left = earlier <= leaves.right().begin;
  LK_TRY_VOID(add_consistency(earlier, is_left ? leaves.left() : leaves.right(),
                              is_known && is_left, read, path));
  LK_TRY(const Hash other, hash_of(is_left ? leaves.right() : leaves.left(), read));
  path.push_back(other);
  return {};
}

}  // namespace

Hash leaf_hash(ByteView entry) {
  return crypto::sha256({kLeafPrefix, entry});
}

Hash node_hash(const Hash& left, const Hash& right) {
  return crypto::sha256({kNodePrefix, left, right});
}

std::optional<Edge> Edge::from(std::uint64_t size, std::vector<Hash> hashes) {
  if (static_cast<std::size_t>(std::popcount(size)) != hashes.size()) {
    return std::nullopt;
  }
  Edge edge;
  edge.m_size = size;
  edge.m_hashes = std::move(hashes);
  return edge;
}

Hash Edge::root() const {
  if (m_hashes.empty()) {
    return crypto::sha256({});
  }
  Hash root = m_hashes.back();
  for (std::size_t i = m_hashes.size() - 1; i-- > 0;) {
    root = node_hash(m_hashes[i], root);
  }
  return root;
}

std::vector<Edge::Completed> Edge::add(const Hash& leaf) {
  std::vector<Completed> completed;
  Hash hash = leaf;
  const auto merges = static_cast<unsigned>(std::countr_one(m_size));
  for (unsigned level = 1; level <= merges; ++level) {
    hash = node_hash(m_hashes.back(), hash);
    m_hashes.pop_back();
    completed.push_back({{level, m_size >> level}, hash});
  }
  m_hashes.push_back(hash);
  ++m_size;
  return completed;
}

Result<Hash> root_of(std::uint64_t size, const ReadHash& read) {
  return size == 0 ? Result{Edge{}.root()} : hash_of({0, size}, read);
}

Result<std::vector<Hash>> inclusion_proof(std::uint64_t leaf, std::uint64_t size,
                                          const ReadHash& read) {
  if (leaf >= size) {
    return fail(Errc::kInvalidInput, "audit: there is no such entry in the tree");
  }
  std::vector<Hash> path;
  LK_TRY_VOID(add_path(leaf, {0, size}, read, path));
  return path;
}

Result<std::vector<Hash>> consistency_proof(std::uint64_t earlier, std::uint64_t size,
                                            const ReadHash& read) {
  if (earlier == 0 || earlier > size) {
    return fail(Errc::kInvalidInput, "audit: the earlier tree is not within the tree");
  }
  std::vector<Hash> path;
  LK_TRY_VOID(add_consistency(earlier, {0, size}, true, read, path));
  return path;
}

}  // namespace leadkeep::audit
