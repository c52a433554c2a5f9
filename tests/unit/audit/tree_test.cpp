#include "merkle/verify.h"
#include "test_store.h"

#include <leadkeep/audit/checkpoint.h>
#include <leadkeep/audit/trail.h>
#include <leadkeep/audit/tree.h>
#include <leadkeep/crypto/public_key.h>
#include <leadkeep/crypto/signature.h>
#include <leadkeep/store/counters.h>

#include <gtest/gtest.h>

namespace leadkeep::audit {
namespace {

using store::ReadTxn;
using store::TableId;
using store::WriteTxn;

constexpr std::uint64_t kMoreThanTwoRows = 600;  // entries; a row of the tree is one of 256
constexpr Errc kSound = Errc::kInternal;         // what verify() says where nothing is wrong

class AuditTree : public ::testing::Test {
 protected:
  void write_entries(std::uint64_t count) {
    must(m_store->write([&](WriteTxn& txn) -> Result<void> {
      for (std::uint64_t i = 0; i < count; ++i) {
        Entry entry;
        entry.act = Act::kReadLead;
        entry.items = i;
        LK_TRY_VOID(append(txn, entry, m_store.clock().now()));
      }
      return {};
    }));
  }

  template <class Body>
  auto read(Body body) {
    return m_store->read(body);
  }

  Result<Head> take() {
    return m_store->write([](WriteTxn& txn) { return take_head(txn); });
  }

  Errc verify() {
    const auto verified = read([](ReadTxn& txn) { return verify_tree(txn, {}); });
    return verified ? kSound : verified.error().code;
  }

  void must(const Result<void>& done) { ASSERT_TRUE(done.ok()) << done.error().detail; }

  // As somebody would who has the keys of the store.
  void replace_entry(std::uint64_t number) {
    must(m_store->write([&](WriteTxn& txn) -> Result<void> {
      LK_TRY(const SecretBytes other, leaf_of(txn, number + 1));
      Bytes key;
      append_be(key, number);
      return txn.put_sealed(TableId::kAudit, key, store::system_key("audit"), other.expose());
    }));
  }

  test::TestStore m_store;
};

TEST_F(AuditTree, IsTheTreeOfTheEntriesAsTheyAreStored) {
  write_entries(kMoreThanTwoRows);
  EXPECT_EQ(verify(), kSound);
  Edge own;
  for (std::uint64_t number = 1; number <= kMoreThanTwoRows; ++number) {
    const auto leaf = read([&](ReadTxn& txn) { return leaf_of(txn, number); });
    own.add(leaf_hash(leaf.value().expose()));
  }
  const auto head = take();
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head.value(), (Head{kMoreThanTwoRows, own.root()}));
}

TEST_F(AuditTree, ProvesEntriesFromTheFewRowsThatAreStored) {
  write_entries(kMoreThanTwoRows);
  const Head head = take().value();
  for (const std::uint64_t number : {1U, 2U, 256U, 257U, 511U, 513U, 600U}) {
    const auto proof = read(
        [&](ReadTxn& txn) { return inclusion_proof(number - 1, head.size, stored_hashes(txn)); });
    ASSERT_TRUE(proof.ok());
    const auto leaf = read([&](ReadTxn& txn) { return leaf_of(txn, number); });
    EXPECT_EQ(test::root_by_inclusion(test::hash_of_leaf(leaf.value().expose()), number - 1,
                                      head.size, proof.value()),
              head.root)
        << number;
  }
}

TEST_F(AuditTree, GoesOnFromWhatWasSigned) {
  write_entries(300);
  const Head before = take().value();
  write_entries(300);
  const Head after = take().value();
  const auto proof = read(
      [&](ReadTxn& txn) { return consistency_proof(before.size, after.size, stored_hashes(txn)); });
  EXPECT_TRUE(test::is_consistent(before.size, before.root, after.size, after.root, proof.value()));
}

TEST_F(AuditTree, IsNotSignedOverAnEntryThatWasReplaced) {
  write_entries(300);
  replace_entry(299);
  EXPECT_EQ(take().error().code, Errc::kCorrupt);
  EXPECT_EQ(verify(), Errc::kCorrupt);
}

TEST_F(AuditTree, IsNotSignedWhereItBeginsOtherwiseThanWhatWasSigned) {
  write_entries(10);
  ASSERT_TRUE(take().ok());
  // The whole trail anew, as one would who forges all of it, tree included.
  must(m_store->write([&](WriteTxn& txn) -> Result<void> {
    LK_TRY_VOID(txn.erase_sealed(TableId::kAuditTree, std::array{std::byte{1}}));
    Edge edge;
    for (std::uint64_t number = 1; number <= 10; ++number) {
      Bytes key;
      append_be(key, number);
      LK_TRY(const SecretBytes leaf, leaf_of(txn, number == 3 ? 4 : number));
      LK_TRY_VOID(txn.put_sealed(TableId::kAudit, key, store::system_key("audit"), leaf.expose()));
      LK_TRY_VOID(add_leaf(txn, edge, leaf.expose()));
    }
    return {};
  }));
  EXPECT_EQ(verify(), kSound) << "the forgery is none";
  EXPECT_EQ(take().error().code, Errc::kCorrupt);
}

TEST_F(AuditTree, IsNotSignedWhereItBecameShorter) {
  write_entries(10);
  ASSERT_TRUE(take().ok());
  must(m_store->write([&](WriteTxn& txn) -> Result<void> {
    Edge edge;
    for (std::uint64_t number = 1; number <= 9; ++number) {
      LK_TRY(const SecretBytes leaf, leaf_of(txn, number));
      LK_TRY_VOID(add_leaf(txn, edge, leaf.expose()));
    }
    Bytes key;
    append_be(key, std::uint64_t{10});
    return txn.erase_sealed(TableId::kAudit, key);
  }));
  EXPECT_EQ(verify(), kSound) << "the forgery is none";
  EXPECT_EQ(take().error().code, Errc::kCorrupt);
}

TEST_F(AuditTree, IsFoundToLackAnEntry) {
  write_entries(300);
  must(m_store->write([&](WriteTxn& txn) {
    Bytes key;
    append_be(key, std::uint64_t{17});
    return txn.erase_sealed(TableId::kAudit, key);
  }));
  EXPECT_EQ(verify(), Errc::kCorrupt);
}

TEST_F(AuditTree, IsFoundToHaveANodeOfOtherEntries) {
  write_entries(300);
  ASSERT_EQ(verify(), kSound);
  must(m_store->write([&](WriteTxn& txn) -> Result<void> {
    Bytes key{std::byte{2}, std::byte{8}};
    append_be(key, std::uint64_t{0});
    const Hash other{};
    const std::string node = std::string{"\x0a\x20"} + std::string{as_text(other)};
    return txn.put_sealed(TableId::kAuditTree, key, store::system_key("audit"), as_bytes(node));
  }));
  EXPECT_EQ(verify(), Errc::kCorrupt);
  EXPECT_EQ(take().error().code, Errc::kCorrupt);
}

TEST_F(AuditTree, NumbersNoEntryWhereTheTreeIsGone) {
  write_entries(3);
  must(m_store->write([&](WriteTxn& txn) {
    return txn.erase_sealed(TableId::kAuditTree, std::array{std::byte{1}});
  }));
  must(ensure_tree(*m_store));  // it is no store of before there was one
  Entry entry;
  entry.act = Act::kLogIn;
  const auto appended =
      m_store->write([&](WriteTxn& txn) { return append(txn, entry, Timestamp{}); });
  EXPECT_EQ(appended.error().code, Errc::kCorrupt);
}

TEST_F(AuditTree, FindsTimesBesideAnEntryThatDoesNotOpen) {
  for (int i = 0; i < 9; ++i) {
    write_entries(1);
    m_store.clock().advance(std::chrono::seconds{10});
  }
  must(m_store->write([&](WriteTxn& txn) {
    Bytes key;
    append_be(key, std::uint64_t{5});
    return txn.put_sealed(TableId::kAudit, key, store::system_key("store"), {});
  }));
  const Timestamp now = m_store.clock().now();
  const auto since =
      read([&](ReadTxn& txn) { return first_since(txn, now - std::chrono::seconds{30}); });
  ASSERT_TRUE(since.ok());
  EXPECT_EQ(since.value(), 7U);
}

TEST_F(AuditTree, IsMadeForAStoreOfBeforeThereWasOne) {
  write_entries(kMoreThanTwoRows);
  const Head head = take().value();
  must(m_store->write([&](WriteTxn& txn) -> Result<void> {
    for (std::uint64_t i = 0; i < kMoreThanTwoRows; ++i) {
      LK_TRY_VOID(store::next_number(txn, "audit"));
    }
    Bytes row{std::byte{2}, std::byte{8}};
    append_be(row, std::uint64_t{0});
    LK_TRY_VOID(txn.erase_sealed(TableId::kAuditTree, row));
    row.back() = std::byte{1};
    LK_TRY_VOID(txn.erase_sealed(TableId::kAuditTree, row));
    LK_TRY_VOID(txn.erase_sealed(TableId::kAuditTree, std::array{std::byte{3}}));
    return txn.erase_sealed(TableId::kAuditTree, std::array{std::byte{1}});
  }));
  must(ensure_tree(*m_store));
  EXPECT_EQ(verify(), kSound);
  EXPECT_EQ(take().value(), head);
  write_entries(1);
  must(ensure_tree(*m_store));
  EXPECT_EQ(take().value().size, kMoreThanTwoRows + 1);
}

TEST_F(AuditTree, CheckpointIsASignedNote) {
  write_entries(5);
  const Head head = take().value();
  const auto signer = read([](ReadTxn& txn) { return CheckpointSigner::of(txn); });
  ASSERT_TRUE(signer.ok());
  const std::string origin = "leadkeep/" + to_crockford(m_store->id());
  const std::string note = signer.value().sign(head);
  const std::string text = origin + "\n5\n" + to_base64(head.root) + "\n";
  const std::string signed_by = "\n\u2014 " + origin + " ";
  ASSERT_EQ(note.substr(0, text.size() + signed_by.size()), text + signed_by);
  ASSERT_EQ(note.back(), '\n');
  const auto signature =
      from_base64(std::string_view{note}.substr(text.size() + signed_by.size(), 92));
  ASSERT_TRUE(signature && signature->size() == 4 + 64);

  const std::string verifier_key = signer.value().verifier_key();
  const auto first = verifier_key.find('+');
  EXPECT_EQ(verifier_key.substr(0, first), origin);
  EXPECT_EQ(verifier_key.substr(first + 1, 8), to_hex(ByteView{*signature}.first(4)));
  const auto key = from_base64(std::string_view{verifier_key}.substr(first + 10));
  ASSERT_TRUE(key && key->size() == 33 && key->front() == std::byte{1});
  const auto hash = crypto::sha256({as_bytes(origin), as_bytes("\n"), ByteView{*key}});
  EXPECT_EQ(to_hex(ByteView{hash}.first(4)), to_hex(ByteView{*signature}.first(4)));
  ByteArray<32> raw{};
  std::copy(key->begin() + 1, key->end(), raw.begin());
  const auto public_key = crypto::PublicKey::of_ed25519(raw);
  const ByteView bytes = ByteView{*signature}.subspan(4);
  const auto is_good = [&](const std::string& of) {
    return crypto::verify_signature(crypto::SignatureAlgorithm::kEd25519, *public_key, as_bytes(of),
                                    bytes) == crypto::SignatureIs::kGood;
  };
  EXPECT_TRUE(is_good(text));
  EXPECT_FALSE(is_good(origin + "\n6\n" + to_base64(head.root) + "\n"));
}

TEST_F(AuditTree, KeepsItsKeyWhenItIsOpenedAgain) {
  const auto key_of_now = [&] {
    return read([](ReadTxn& txn) { return CheckpointSigner::of(txn); }).value().verifier_key();
  };
  const std::string before = key_of_now();
  m_store.reopen();
  EXPECT_EQ(key_of_now(), before);
}

TEST_F(AuditTree, FindsEntriesByTheirTime) {
  for (int i = 0; i < 20; ++i) {
    write_entries(1);
    m_store.clock().advance(std::chrono::seconds{10});
  }
  const Timestamp now = m_store.clock().now();
  const auto since = [&](std::chrono::seconds ago) {
    return read([&](ReadTxn& txn) { return first_since(txn, now - ago); }).value();
  };
  EXPECT_EQ(since(std::chrono::seconds{200}), 1U);
  EXPECT_EQ(since(std::chrono::seconds{100}), 11U);
  EXPECT_EQ(since(std::chrono::seconds{99}), 12U);
  EXPECT_EQ(since(std::chrono::seconds{0}), 21U);
}

TEST(AuditNames, AreReadAsTheyAreWritten) {
  std::size_t acts = 0;
  for (unsigned value = 0; value <= 0xff; ++value) {
    const auto act = static_cast<Act>(value);
    if (name_of(act) != "?") {
      ++acts;
      EXPECT_EQ(parse_act(name_of(act)), act);
    }
  }
  EXPECT_EQ(acts, static_cast<std::size_t>(Act::kKeysEpochEnded));
  EXPECT_FALSE(parse_act("?"));
  EXPECT_FALSE(parse_act(""));
  for (unsigned kind = 1; kind <= 7; ++kind) {
    const Object object{static_cast<ObjectKind>(kind), Ulid{std::byte{1}, std::byte{2}}};
    EXPECT_EQ(parse_object(text_of(object)), object) << text_of(object);
  }
  EXPECT_EQ(text_of(Object{}), "");
  EXPECT_FALSE(parse_object("lead_1"));
}

}  // namespace
}  // namespace leadkeep::audit
