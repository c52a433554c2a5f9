#include "merkle/verify.h"

#include <leadkeep/audit/merkle.h>

#include <map>

#include <gtest/gtest.h>

namespace leadkeep::audit {
namespace {

constexpr std::uint64_t kLargest = 70;  // leaves; more than one level of everything

// The leaves and roots that tests of Certificate Transparency have published.
constexpr std::array kPublishedLeaves{"",
                                      "00",
                                      "10",
                                      "2021",
                                      "3031",
                                      "40414243",
                                      "5051525354555657",
                                      "606162636465666768696a6b6c6d6e6f"};
constexpr std::array kPublishedRoots{
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

// A tree of which everything is kept, as a store would have it.
class Tree {
 public:
  explicit Tree(std::uint64_t size) {
    for (std::uint64_t i = 0; i < size; ++i) {
      const Hash leaf = hash_at(i);
      m_hashes[{0, i}] = leaf;
      for (const auto& [subtree, hash] : m_edge.add(leaf)) {
        m_hashes[{subtree.level, subtree.index}] = hash;
      }
      m_roots.push_back(m_edge.root());
    }
  }

  static Hash hash_at(std::uint64_t i) { return leaf_hash(as_bytes(std::to_string(i))); }

  [[nodiscard]] Hash root(std::uint64_t size) const { return m_roots.at(size - 1); }

  [[nodiscard]] ReadHash reader() const {
    return [this](const Subtree& subtree) -> Result<Hash> {
      return m_hashes.at({subtree.level, subtree.index});
    };
  }

 private:
  Edge m_edge;
  std::map<std::pair<unsigned, std::uint64_t>, Hash> m_hashes;
  std::vector<Hash> m_roots;
};

TEST(Merkle, HasThePublishedRoots) {
  Edge edge;
  EXPECT_EQ(to_hex(edge.root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (std::size_t i = 0; i < kPublishedLeaves.size(); ++i) {
    edge.add(leaf_hash(*from_hex(kPublishedLeaves.at(i))));
    EXPECT_EQ(to_hex(edge.root()), kPublishedRoots.at(i)) << i + 1;
  }
}

TEST(Merkle, EdgeGoesOnFromWhatWasKeptOfIt) {
  Edge edge;
  for (std::uint64_t i = 0; i < kLargest; ++i) {
    edge = *Edge::from(edge.size(), edge.hashes());
    edge.add(Tree::hash_at(i));
  }
  EXPECT_EQ(edge.root(), Tree{kLargest}.root(kLargest));
  EXPECT_FALSE(Edge::from(3, {Hash{}})) << "three leaves are two subtrees";
}

TEST(Merkle, ComputesEveryRootFromSubtrees) {
  const Tree tree{kLargest};
  for (std::uint64_t size = 1; size <= kLargest; ++size) {
    EXPECT_EQ(root_of(size, tree.reader()).value(), tree.root(size)) << size;
  }
}

TEST(Merkle, ProvesEachLeafOfEachTreeToAVerifierOfItsOwn) {
  const Tree tree{kLargest};
  for (std::uint64_t size = 1; size <= kLargest; ++size) {
    for (std::uint64_t leaf = 0; leaf < size; ++leaf) {
      const auto path = inclusion_proof(leaf, size, tree.reader());
      ASSERT_TRUE(path.ok());
      EXPECT_EQ(test::root_by_inclusion(Tree::hash_at(leaf), leaf, size, path.value()),
                tree.root(size))
          << leaf << " of " << size;
      EXPECT_NE(test::root_by_inclusion(Tree::hash_at(leaf + 1), leaf, size, path.value()),
                tree.root(size))
          << "another leaf is proven as well";
    }
  }
}

TEST(Merkle, ProvesThatEachTreeBeginsWithEachSmallerOne) {
  const Tree tree{kLargest};
  for (std::uint64_t size = 1; size <= kLargest; ++size) {
    for (std::uint64_t earlier = 1; earlier <= size; ++earlier) {
      const auto path = consistency_proof(earlier, size, tree.reader());
      ASSERT_TRUE(path.ok());
      EXPECT_TRUE(
          test::is_consistent(earlier, tree.root(earlier), size, tree.root(size), path.value()))
          << earlier << " in " << size;
      EXPECT_FALSE(
          test::is_consistent(earlier, Tree::hash_at(0xbad), size, tree.root(size), path.value()))
          << "any tree is its beginning";
    }
  }
}

TEST(Merkle, ProvesNothingThatIsNotWithin) {
  const Tree tree{4};
  EXPECT_EQ(inclusion_proof(4, 4, tree.reader()).error().code, Errc::kInvalidInput);
  EXPECT_EQ(inclusion_proof(0, 0, tree.reader()).error().code, Errc::kInvalidInput);
  EXPECT_EQ(consistency_proof(0, 4, tree.reader()).error().code, Errc::kInvalidInput);
  EXPECT_EQ(consistency_proof(5, 4, tree.reader()).error().code, Errc::kInvalidInput);
}

}  // namespace
}  // namespace leadkeep::audit
