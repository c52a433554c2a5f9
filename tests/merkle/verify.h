// What an auditor's own tool does with a proof: RFC 9162 sections 2.1.3.2 and 2.1.4.2, from the leaf up.
// It has nothing of modules/audit but the type of a hash.
#pragma once
#include <leadkeep/crypto/hash.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace leadkeep::test {

using TreeHash = ByteArray<32>;

inline TreeHash hash_of_leaf(ByteView leaf) {
  constexpr std::array kLeaf{std::byte{0}};
  return crypto::sha256({kLeaf, leaf});
}

inline TreeHash hash_of_pair(const TreeHash& left, const TreeHash& right) {
  constexpr std::array kNode{std::byte{1}};
  return crypto::sha256({kNode, left, right});
}

// The root that the proof leads to; nothing where it is too short or too long.
inline std::optional<TreeHash> root_by_inclusion(const TreeHash& leaf, std::uint64_t index,
                                                 std::uint64_t size,
                                                 const std::vector<TreeHash>& path) {
  if (index >= size) {
    return std::nullopt;
  }
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  TreeHash r = leaf;
  for (const TreeHash& p : path) {
    if (sn == 0) {
      return std::nullopt;
    }
    if ((fn & 1) != 0 || fn == sn) {
      r = hash_of_pair(p, r);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      r = hash_of_pair(r, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 ? std::optional{r} : std::nullopt;
}

inline bool is_consistent(std::uint64_t first, const TreeHash& first_root, std::uint64_t second,
                          const TreeHash& second_root, std::vector<TreeHash> path) {
  if (first == second) {
    return path.empty() && first_root == second_root;
  }
  if ((first & (first - 1)) == 0) {
    path.insert(path.begin(), first_root);
  }
  if (path.empty()) {
    return false;
  }
  std::uint64_t fn = first - 1;
  std::uint64_t sn = second - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  TreeHash fr = path.front();
  TreeHash sr = path.front();
  for (std::size_t i = 1; i < path.size(); ++i) {
    const TreeHash& c = path[i];
    if (sn == 0) {
      return false;
    }
    if ((fn & 1) != 0 || fn == sn) {
      fr = hash_of_pair(c, fr);
      sr = hash_of_pair(c, sr);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = hash_of_pair(sr, c);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return fr == first_root && sr == second_root && sn == 0;
}

}  // namespace leadkeep::test
