#include "merkle/verify.h"
#include "path_house.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using flow::TrailEntry;
using flow::TrailQuery;
using identity::Action;
using identity::Role;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class EvidencePath : public ::testing::Test, public PathHouse {
 protected:
  EvidencePath()
      : anna{sign_in("anna", {Role::kAgent})}, auditor{sign_in("vera", {Role::kAuditor})} {
    must(receive(value(text_message("4915123456789", "wamid.1", "Hello"))));
    conversation = only_conversation(anna).id();
  }

  [[nodiscard]] flow::ShowEvidence::Permit may() { return permit<Action::kReadAudit>(auditor); }

  flow::Page<TrailEntry> page(const TrailQuery& query) {
    return must(show_evidence.entries(may(), query));
  }

  void anna_reads() { ASSERT_EQ(messages(anna, conversation).size(), 1U); }

  // All pages of it.
  std::vector<TrailEntry> entries(TrailQuery query) {
    std::vector<TrailEntry> all;
    for (;;) {
      auto one = page(query);
      std::ranges::move(one.items, std::back_inserter(all));
      if (!one.next_cursor) {
        return all;
      }
      query.cursor = *one.next_cursor;
    }
  }

  static std::vector<std::string> acts(const std::vector<TrailEntry>& entries) {
    std::vector<std::string> out;
    for (const TrailEntry& entry : entries) {
      out.emplace_back(entry.words.value().act);
    }
    return out;
  }

  static TreeHash root_in(const flow::SignedTrail& trail) {
    std::string_view rest = trail.checkpoint;
    for (int line = 0; line < 2; ++line) {
      rest.remove_prefix(rest.find('\n') + 1);
    }
    TreeHash root{};
    const auto bytes = from_base64(rest.substr(0, rest.find('\n')));
    std::ranges::copy(bytes.value(), root.begin());
    return root;
  }

  identity::Session anna;
  identity::Session auditor;
  ConversationId conversation;
};

TEST_F(EvidencePath, ShowsWhoDidWhatByIds) {
  anna_reads();
  const auto newest = page({}).items.front();
  const auto& words = newest.words.value();
  EXPECT_EQ(words.act, "read_messages");
  EXPECT_EQ(words.outcome, "done");
  EXPECT_EQ(words.actor, anna.agent().text());
  EXPECT_EQ(words.session, anna.id().text());
  EXPECT_EQ(words.client, anna.caller().client()->text());
  EXPECT_EQ(words.object, conversation.text());
  EXPECT_EQ(words.items, 1U);
  EXPECT_EQ(words.at, store.clock().now());
}

TEST_F(EvidencePath, ListsEveryEntryInEitherOrderPageByPage) {
  const std::size_t before = trail().size();
  TrailQuery query;
  query.limit = 3;
  query.order = TrailQuery::Order::kOldestFirst;
  const auto up = entries(query);  // the readings themselves come behind, and are read as well
  ASSERT_GE(up.size(), before);
  for (std::size_t i = 0; i < up.size(); ++i) {
    EXPECT_EQ(up[i].number, i + 1);
  }
  query.order = TrailQuery::Order::kNewestFirst;
  const auto down = entries(query);
  for (std::size_t i = 1; i < down.size(); ++i) {
    EXPECT_EQ(down[i].number, down[i - 1].number - 1);
  }
  EXPECT_EQ(down.back().number, 1U);
}

TEST_F(EvidencePath, FindsWhatSomebodyDidAndWhatWasDoneToSomething) {
  anna_reads();
  TrailQuery query;
  query.actor = anna.agent();
  query.act = "read_inbox";
  EXPECT_THAT(acts(entries(query)), ElementsAre("read_inbox"));
  query.actor = auditor.agent();
  EXPECT_THAT(entries(query), IsEmpty());
  TrailQuery about;
  about.object = conversation.text();
  about.order = TrailQuery::Order::kOldestFirst;
  EXPECT_THAT(acts(entries(about)), Each(::testing::Ne("log_in")));
  EXPECT_THAT(entries(about), ::testing::Not(IsEmpty()));
  TrailQuery through;
  through.client = ClientId{};
  EXPECT_THAT(entries(through), IsEmpty());
}

TEST_F(EvidencePath, FindsWhatWasDoneBetweenTwoTimes) {
  store.clock().advance(std::chrono::seconds{100});
  const Timestamp begin = store.clock().now();
  anna_reads();
  store.clock().advance(std::chrono::seconds{100});
  TrailQuery query;
  query.since = begin;
  query.before = store.clock().now();
  for (const auto order : {TrailQuery::Order::kNewestFirst, TrailQuery::Order::kOldestFirst}) {
    query.order = order;
    EXPECT_THAT(acts(entries(query)), ElementsAre("read_messages"));
  }
  query.before = begin;
  EXPECT_THAT(entries(query), IsEmpty());
}

TEST_F(EvidencePath, IsOnTheTrailItself) {
  page({});
  EXPECT_EQ(trail().back().entry.act, audit::Act::kTrailRead);
  EXPECT_EQ(trail().back().entry.actor, auditor.agent());
  EXPECT_GT(trail().back().entry.items, 0U);
  must(show_evidence.checkpoint(may()));
  EXPECT_EQ(trail().back().entry.act, audit::Act::kCheckpointSigned);
  must(show_evidence.prove_entry(may(), 1, 1));
  EXPECT_EQ(trail().back().entry.act, audit::Act::kEntryProven);
  EXPECT_FALSE(show_evidence.prove_entry(may(), 1, 1'000).ok());
  EXPECT_EQ(trail().back().entry.outcome, audit::Outcome::kRefused);
}

TEST_F(EvidencePath, ProvesEachEntryToWhoKeptTheCheckpoint) {
  const auto signed_trail = must(show_evidence.checkpoint(may()));
  const TreeHash root = root_in(signed_trail);
  for (std::uint64_t number = 1; number <= signed_trail.size; ++number) {
    const auto proof = must(show_evidence.prove_entry(may(), number, signed_trail.size));
    EXPECT_EQ(proof.entry.number, number);
    EXPECT_EQ(
        root_by_inclusion(hash_of_leaf(proof.leaf), number - 1, signed_trail.size, proof.hashes),
        root);
  }
}

TEST_F(EvidencePath, ProvesThatALaterCheckpointGoesOn) {
  const auto first = must(show_evidence.checkpoint(may()));
  anna_reads();
  const auto second = must(show_evidence.checkpoint(may()));
  ASSERT_GT(second.size, first.size);
  EXPECT_TRUE(is_consistent(first.size, root_in(first), second.size, root_in(second),
                            must(show_evidence.prove_consistency(may(), first.size, second.size))));
  EXPECT_EQ(first.verifier_key, second.verifier_key);
}

TEST_F(EvidencePath, SignsNoTrailThatWasChanged) {
  must(show_evidence.checkpoint(may()));
  must(store->write([](store::WriteTxn& txn) {
    Bytes key;
    append_be(key, std::uint64_t{1});
    return txn.put_sealed(store::TableId::kAudit, key, store::system_key("audit"), {});
  }));
  EXPECT_EQ(show_evidence.checkpoint(may()).error().code, Errc::kCorrupt);
  EXPECT_EQ(flow::ShowEvidence::verify(*store, {}).error().code, Errc::kCorrupt);
}

TEST_F(EvidencePath, ShowsTheOthersWhereOneDoesNotOpen) {
  Bytes key;
  append_be(key, std::uint64_t{2});
  must(store->write([&](store::WriteTxn& txn) {
    return txn.put_sealed(store::TableId::kAudit, key, store::system_key("store"), {});
  }));
  TrailQuery query;
  query.order = TrailQuery::Order::kOldestFirst;
  const auto all = entries(query);
  ASSERT_GE(all.size(), 3U);
  EXPECT_TRUE(all[0].words);
  EXPECT_FALSE(all[1].words);
  EXPECT_EQ(all[1].number, 2U);
  EXPECT_TRUE(all[2].words);
}

TEST_F(EvidencePath, TakesNoCursorOfAnotherOrderAndNoActThatIsNone) {
  TrailQuery query;
  query.limit = 1;
  query.cursor = page(query).next_cursor.value();
  query.order = TrailQuery::Order::kOldestFirst;
  EXPECT_EQ(show_evidence.entries(may(), query).error().code, Errc::kInvalidInput);
  TrailQuery unknown;
  unknown.act = "looked";
  EXPECT_EQ(show_evidence.entries(may(), unknown).error().code, Errc::kInvalidInput);
  TrailQuery nothing;
  nothing.object = "lead_1";
  EXPECT_EQ(show_evidence.entries(may(), nothing).error().code, Errc::kInvalidInput);
}

TEST_F(EvidencePath, LooksThroughSoManyEntriesForOnePage) {
  must(store->write([&](store::WriteTxn& txn) -> Result<void> {
    audit::Entry entry;
    entry.act = audit::Act::kLogIn;
    for (std::size_t i = 0; i < flow::kMaxEntriesLookedAt; ++i) {
      LK_TRY_VOID(audit::append(txn, entry, Timestamp{}));
    }
    return {};
  }));
  TrailQuery query;
  query.act = "read_inbox";
  const auto first = page(query);
  EXPECT_THAT(first.items, IsEmpty());
  ASSERT_TRUE(first.next_cursor);
  EXPECT_THAT(acts(entries(query)), ElementsAre("read_inbox"));
}

TEST_F(EvidencePath, IsForAuditorsWhoSeeNothingElse) {
  for (const Role role : {Role::kAgent, Role::kSupervisor, Role::kAdmin}) {
    const auto other = sign_in("x-" + std::string{name_of(role)}, {role});
    EXPECT_EQ(authoriser.permit<Action::kReadAudit>(other).error().code, Errc::kForbidden);
  }
  EXPECT_EQ(authoriser.permit<Action::kReadInbox>(auditor).error().code, Errc::kForbidden);
  EXPECT_EQ(authoriser.permit<Action::kReadLead>(auditor).error().code, Errc::kForbidden);
  EXPECT_EQ(authoriser.permit<Action::kFollowEvents>(auditor).error().code, Errc::kForbidden);
}

}  // namespace
}  // namespace leadkeep::test
