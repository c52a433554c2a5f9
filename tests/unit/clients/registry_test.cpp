// The list of approved clients, on a real store.
#include "fake_clock.h"
#include "test_store.h"

#include <leadkeep/clients/registry.h>
#include <leadkeep/crypto/hash.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::clients {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

KeyHash key(int number) {
  return crypto::sha256({as_bytes(std::to_string(number))});
}

class ClientRegistry : public testing::Test {
 protected:
  Timestamp now{1'795'535'478'000};
  test::TestStore house;
  Registry registry{Registry::Approval::kOnePerson};
  Registry careful{Registry::Approval::kTwoPersons};
  AgentId alice{Ulid{std::byte{1}}};
  AgentId bob{Ulid{std::byte{2}}};
  std::vector<std::string> no_uris;

  static Draft draft(std::string name = "crm") {
    return {std::move(name),
            "IT",
            "contacts of the CRM",
            {{Scope::kSessions, Scope::kReadLeads}, {RecordClass::kNames}},
            {},
            {}};
  }

  template <class Body>
  auto write(Body body) {
    return house->write(body);
  }

  Registry::Start added(const Draft& as = draft(), const Registry::By& by = {}) {
    auto start = Registry::Start::draw(now);
    const auto done =
        write([&](store::WriteTxn& txn) { return registry.add(txn, as, start, by, now); });
    EXPECT_TRUE(done.ok()) << done.error().detail;
    return start;
  }

  // To bring another key.
  Registry::Start invited(const ClientId& id, const Registry::By& by = {}) {
    auto start = Registry::Start::draw(now);
    start.id = id;
    const auto done =
        write([&](store::WriteTxn& txn) { return registry.invite(txn, id, start.token, by, now); });
    EXPECT_TRUE(done.ok());
    return start;
  }

  Result<Registry::EnrolmentOutcome> enrol(const Registry::Start& start, const KeyHash& with) {
    return write(
        [&](store::WriteTxn& txn) { return registry.enrol(txn, start.token.expose(), with, now); });
  }

  Result<void> approve(const ClientId& id, const KeyHash& with, const Registry::By& by = {}) {
    return write([&](store::WriteTxn& txn) { return registry.approve(txn, id, with, by, now); });
  }

  ClientId approved(int number, const Draft& as = draft()) {
    const auto start = added(as);
    EXPECT_TRUE(enrol(start, key(number)).ok());
    EXPECT_TRUE(approve(start.id, key(number)).ok());
    return start.id;
  }

  Result<void> set_state(const ClientId& id, State state) {
    return write([&](store::WriteTxn& txn) { return registry.set_state(txn, id, state, {}); });
  }

  Registry::Verdict prove(const KeyHash& with, std::string_view source = "10.1.2.3") {
    return prove(with, no_uris, source);
  }

  Registry::Verdict prove(const KeyHash& with, const std::vector<std::string>& uris,
                          std::string_view source) {
    const auto verdict = house->read(
        [&](store::ReadTxn& txn) { return registry.prove(txn, {with, uris, source}, now); });
    EXPECT_TRUE(verdict.ok());
    return verdict.value();
  }

  // "" for an approved client.
  std::string why_not(const Registry::Verdict& verdict) {
    const auto* refused = std::get_if<NotApproved>(&verdict);
    return refused == nullptr ? "" : refused->reason;
  }

  ProvenClient proven(const KeyHash& with) { return std::get<ProvenClient>(prove(with)); }

  Client load(const ClientId& id) {
    return house->read([&](store::ReadTxn& txn) { return registry.load(txn, id); }).value();
  }
};

TEST_F(ClientRegistry, LetsNobodyInBeforeApproval) {
  EXPECT_EQ(why_not(prove(key(1))), "unknown_key");
  const auto start = added();
  EXPECT_EQ(why_not(prove(key(1))), "unknown_key");
  ASSERT_TRUE(enrol(start, key(1)).ok());
  EXPECT_EQ(why_not(prove(key(1))), "unknown_key");
  ASSERT_TRUE(approve(start.id, key(1)).ok());
  const auto client = proven(key(1));
  EXPECT_EQ(client.id(), start.id);
  EXPECT_EQ(client.rights(), draft().rights);
}

TEST_F(ClientRegistry, ApprovesTheKeyWithThatFingerprintOnly) {
  const auto start = added();
  EXPECT_EQ(approve(start.id, key(1)).error().code, Errc::kConflict);
  ASSERT_TRUE(enrol(start, key(1)).ok());
  EXPECT_EQ(approve(start.id, key(2)).error().code, Errc::kConflict);
  EXPECT_EQ(why_not(prove(key(2))), "unknown_key");
}

TEST_F(ClientRegistry, AsksForASecondPersonWhereItIsTold) {
  const auto start = added(draft(), alice);
  ASSERT_TRUE(enrol(start, key(1)).ok());
  const auto by = [&](const Registry::By& who) {
    return write(
        [&](store::WriteTxn& txn) { return careful.approve(txn, start.id, key(1), who, now); });
  };
  EXPECT_EQ(by(alice).error().code, Errc::kForbidden);
  EXPECT_TRUE(by(bob).ok());
  EXPECT_EQ(load(start.id).added_by, alice);
  EXPECT_EQ(load(start.id).approved_by, bob);
  const auto by_host = added(draft("job"));
  ASSERT_TRUE(enrol(by_host, key(2)).ok());
  const auto again = write([&](store::WriteTxn& txn) {
    return careful.approve(txn, by_host.id, key(2), std::nullopt, now);
  });
  EXPECT_EQ(again.error().code, Errc::kForbidden);
}

TEST_F(ClientRegistry, TakesATokenForTenMinutes) {
  const auto start = added();
  now = now + minutes{10};
  EXPECT_EQ(enrol(start, key(1)).error().code, Errc::kUnauthenticated);
  EXPECT_EQ(enrol(Registry::Start::draw(now), key(1)).error().code, Errc::kUnauthenticated);
}

TEST_F(ClientRegistry, TellsTheHolderOfATokenWhetherItsKeyWasApproved) {
  const auto start = added();
  const auto is = [&] { return std::get<Registry::Enrolled>(enrol(start, key(1)).value()); };
  const auto first = is();
  EXPECT_TRUE(first.is_new);
  EXPECT_EQ(first.is, Registry::Enrolment::kWaits);
  now = now + hours{23};
  EXPECT_FALSE(is().is_new);
  ASSERT_TRUE(approve(start.id, key(1)).ok());
  EXPECT_EQ(is().is, Registry::Enrolment::kApproved);
  now = now + hours{24};
  EXPECT_EQ(enrol(start, key(1)).error().code, Errc::kUnauthenticated);
}

TEST_F(ClientRegistry, ClosesATokenThatIsInTwoHands) {
  const auto start = added();
  ASSERT_TRUE(enrol(start, key(1)).ok());
  const auto other = enrol(start, key(2));
  ASSERT_TRUE(other.ok());
  EXPECT_TRUE(std::holds_alternative<Registry::TokenTaken>(other.value()));
  EXPECT_EQ(enrol(start, key(1)).error().code, Errc::kUnauthenticated);
  EXPECT_EQ(approve(start.id, key(1)).error().code, Errc::kConflict);
}

TEST_F(ClientRegistry, ForgetsATokenWhoseCertificateIsInUse) {
  const auto start = added();
  ASSERT_TRUE(enrol(start, key(1)).ok());
  ASSERT_TRUE(approve(start.id, key(1)).ok());
  const auto client = proven(key(1));
  EXPECT_EQ(Registry::touch_due(client), Registry::Touch::kDue);
  ASSERT_TRUE(write([&](store::WriteTxn& txn) { return registry.touch(txn, client, now); }).ok());
  EXPECT_EQ(enrol(start, key(1)).error().code, Errc::kUnauthenticated);
  EXPECT_EQ(Registry::touch_due(proven(key(1))), Registry::Touch::kNotDue);
  EXPECT_EQ(load(start.id).last_used_at, now);
}

TEST_F(ClientRegistry, LetsNobodyInWhoIsSuspendedAndLetsThemInAgain) {
  const auto id = approved(1);
  ASSERT_TRUE(set_state(id, State::kSuspended).ok());
  EXPECT_EQ(why_not(prove(key(1))), "suspended");
  ASSERT_TRUE(set_state(id, State::kApproved).ok());
  EXPECT_EQ(why_not(prove(key(1))), "");
}

TEST_F(ClientRegistry, RevokesForGood) {
  const auto id = approved(1);
  ASSERT_TRUE(set_state(id, State::kRevoked).ok());
  EXPECT_EQ(why_not(prove(key(1))), "unknown_key");
  EXPECT_EQ(set_state(id, State::kApproved).error().code, Errc::kConflict);
  const auto invited = write([&](store::WriteTxn& txn) {
    return registry.invite(txn, id, Registry::Start::draw(now).token, {}, now);
  });
  EXPECT_EQ(invited.error().code, Errc::kConflict);
  approved(2);  // its name is free again
}

TEST_F(ClientRegistry, SuspendsNobodyWhoIsNotApproved) {
  const auto start = added();
  EXPECT_EQ(set_state(start.id, State::kSuspended).error().code, Errc::kConflict);
  EXPECT_EQ(set_state(start.id, State::kApproved).error().code, Errc::kConflict);
}

TEST_F(ClientRegistry, EndsAClientAtItsTime) {
  auto as = draft();
  as.expires_at = now + hours{24};
  approved(1, as);
  EXPECT_EQ(why_not(prove(key(1))), "");
  now = now + hours{24};
  EXPECT_EQ(why_not(prove(key(1))), "client_expired");
}

TEST_F(ClientRegistry, LooksAtWhereAClientComesFrom) {
  auto as = draft();
  as.networks = {*Network::parse("10.1.0.0/16"), *Network::parse("fd00::/8")};
  approved(1, as);
  EXPECT_EQ(why_not(prove(key(1), "10.1.2.3")), "");
  EXPECT_EQ(why_not(prove(key(1), "fd00::1")), "");
  EXPECT_EQ(why_not(prove(key(1), "10.2.2.3")), "wrong_network");
}

TEST_F(ClientRegistry, BelievesNoCertificateThatNamesAnotherClient) {
  const auto one = approved(1);
  const auto other = approved(2, draft("job"));
  EXPECT_EQ(why_not(prove(key(1), {uri_of(one)}, "10.1.2.3")), "");
  EXPECT_EQ(why_not(prove(key(1), {uri_of(other)}, "10.1.2.3")), "certificate_of_another_client");
  EXPECT_EQ(why_not(prove(key(1), {"https://crm.example.test/"}, "10.1.2.3")), "");
}

TEST_F(ClientRegistry, ChangesKeysWithoutAGap) {
  const auto id = approved(1);
  const auto client = proven(key(1));
  ASSERT_TRUE(
      write([&](store::WriteTxn& txn) { return registry.renew(txn, client, key(2)); }).ok());
  EXPECT_EQ(why_not(prove(key(1))), "");
  const auto by_next = proven(key(2));
  EXPECT_EQ(by_next.id(), id);
  ASSERT_TRUE(write([&](store::WriteTxn& txn) { return registry.touch(txn, by_next, now); }).ok());
  EXPECT_EQ(why_not(prove(key(1))), "unknown_key");
  EXPECT_EQ(why_not(prove(key(2))), "");
  EXPECT_EQ(load(id).next_key, std::nullopt);
}

TEST_F(ClientRegistry, TakesNoKeyOfAnotherClient) {
  approved(1);
  approved(2, draft("job"));
  const auto client = proven(key(2));
  const auto renewed =
      write([&](store::WriteTxn& txn) { return registry.renew(txn, client, key(1)); });
  EXPECT_EQ(renewed.error().code, Errc::kConflict);
  EXPECT_EQ(enrol(added(draft("third")), key(1)).error().code, Errc::kConflict);
}

TEST_F(ClientRegistry, TakesNoNextKeyFromAKeyThatWasReplaced) {
  const auto id = approved(1);
  const auto stolen = proven(key(1));
  const auto again = invited(id);
  ASSERT_TRUE(enrol(again, key(2)).ok());
  ASSERT_TRUE(approve(id, key(2)).ok());
  const auto renewed =
      write([&](store::WriteTxn& txn) { return registry.renew(txn, stolen, key(3)); });
  EXPECT_EQ(renewed.error().code, Errc::kClientNotApproved);
  EXPECT_EQ(why_not(prove(key(3))), "unknown_key");
}

TEST_F(ClientRegistry, ChangesTheKeyOfASuspendedClientWithoutLettingItIn) {
  const auto id = approved(1);
  ASSERT_TRUE(set_state(id, State::kSuspended).ok());
  const auto again = invited(id);
  ASSERT_TRUE(enrol(again, key(2)).ok());
  ASSERT_TRUE(approve(id, key(2)).ok());
  EXPECT_EQ(why_not(prove(key(1))), "unknown_key");
  EXPECT_EQ(why_not(prove(key(2))), "suspended");
  ASSERT_TRUE(set_state(id, State::kApproved).ok());
  EXPECT_EQ(why_not(prove(key(2))), "");
}

TEST_F(ClientRegistry, AsksForASecondPersonWhoDidNotInviteEither) {
  const auto id = approved(1);
  const auto again = invited(id, bob);
  ASSERT_TRUE(enrol(again, key(2)).ok());
  const auto by = [&](const Registry::By& who) {
    return write([&](store::WriteTxn& txn) { return careful.approve(txn, id, key(2), who, now); });
  };
  EXPECT_EQ(by(bob).error().code, Errc::kForbidden);
  EXPECT_TRUE(by(alice).ok());
}

TEST_F(ClientRegistry, KeepsTheOldKeyUntilTheNewOneIsApproved) {
  const auto id = approved(1);
  const auto again = invited(id);
  ASSERT_TRUE(enrol(again, key(2)).ok());
  EXPECT_EQ(why_not(prove(key(1))), "");
  ASSERT_TRUE(approve(id, key(2)).ok());
  EXPECT_EQ(why_not(prove(key(1))), "unknown_key");
  EXPECT_EQ(why_not(prove(key(2))), "");
}

TEST_F(ClientRegistry, RefusesADraftThatSaysTooLittle) {
  const auto refused = [&](const Draft& as) {
    const auto start = Registry::Start::draw(now);
    const auto done =
        write([&](store::WriteTxn& txn) { return registry.add(txn, as, start, {}, now); });
    return !done.ok() && done.error().code == Errc::kInvalidInput;
  };
  for (const auto* name : {"", "CRM", "1crm", "-crm", "crm plug-in", "c\n",
                           "a-name-that-is-longer-than-the-32-it-may-be"}) {
    EXPECT_TRUE(refused(draft(name))) << name;
  }
  auto as = draft();
  as.owner = "";
  EXPECT_TRUE(refused(as));
  as = draft();
  as.purpose = "two\nlines";
  EXPECT_TRUE(refused(as));
  as = draft();
  as.rights.scopes = {};
  EXPECT_TRUE(refused(as));
  as = draft();
  as.networks.assign(17, *Network::parse("10.0.0.0/8"));
  EXPECT_TRUE(refused(as));
}

TEST_F(ClientRegistry, LetsAProgramByItselfReadOnly) {
  auto as = draft();
  as.rights = {{}, {}, {Scope::kReadLeads}};
  approved(1, as);
  EXPECT_EQ(proven(key(1)).rights(), as.rights);
  for (const Scope changing : {Scope::kSessions, Scope::kWriteConversations, Scope::kSendMessages,
                               Scope::kWriteConsents, Scope::kAdministration}) {
    as.rights.own_scopes = {changing};
    const auto defect = defect_of(as);
    ASSERT_TRUE(defect) << name_of(changing);
    EXPECT_STREQ(defect->member, "own_scopes");
  }
}

TEST_F(ClientRegistry, GivesANameOnce) {
  const auto one = added();
  const auto start = Registry::Start::draw(now);
  const auto twice =
      write([&](store::WriteTxn& txn) { return registry.add(txn, draft(), start, {}, now); });
  EXPECT_EQ(twice.error().code, Errc::kConflict);
  const auto found = [&](std::string_view text) {
    return house->read([&](store::ReadTxn& txn) { return registry.find_named(txn, text); });
  };
  EXPECT_EQ(found("crm").value(), one.id);
  EXPECT_EQ(found(one.id.text()).value(), one.id);
  EXPECT_EQ(found("job").error().code, Errc::kNotFound);
  EXPECT_EQ(found(start.id.text()).error().code, Errc::kNotFound);
}

TEST_F(ClientRegistry, ChangesWhatAClientMayAtOnce) {
  const auto id = approved(1);
  Change change;
  change.scopes = {Scope::kReadConsents};
  change.record_classes.emplace();
  const auto changed =
      write([&](store::WriteTxn& txn) { return registry.change(txn, id, change, {}); });
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(changed.value().as.owner, draft().owner) << "what is not said stays";
  EXPECT_EQ(proven(key(1)).rights(), (Rights{{Scope::kReadConsents}, {}}));
}

TEST_F(ClientRegistry, LeavesNoClientThatCannotBe) {
  const auto id = approved(1);
  Change change;
  change.scopes.emplace();
  const auto changed =
      write([&](store::WriteTxn& txn) { return registry.change(txn, id, change, {}); });
  EXPECT_EQ(changed.error().code, Errc::kInvalidInput) << "no scope of either kind";
  EXPECT_EQ(proven(key(1)).rights(), draft().rights);
}

TEST_F(ClientRegistry, SuspendsAClientThatGetsMoreUntilSomebodyElseHasLooked) {
  const auto id = approved(1);
  const auto by_alice = [&](const Change& change) {
    return write([&](store::WriteTxn& txn) { return careful.change(txn, id, change, alice); })
        .value()
        .state;
  };
  const auto resumed_by = [&](const Registry::By& who) {
    return write([&](store::WriteTxn& txn) {
             return careful.set_state(txn, id, State::kApproved, who);
           })
        .ok();
  };
  Change less;
  less.record_classes.emplace();
  EXPECT_EQ(by_alice(less), State::kApproved);
  Change more;
  more.own_scopes = {Scope::kReadEvents};
  EXPECT_EQ(by_alice(more), State::kSuspended);
  EXPECT_FALSE(resumed_by(alice));
  EXPECT_TRUE(resumed_by(bob));
  // Who suspends and resumes without a change is asked for nobody else.
  ASSERT_TRUE(set_state(id, State::kSuspended).ok());
  EXPECT_TRUE(resumed_by(alice));
}

TEST_F(ClientRegistry, LetsNobodyApproveOrResumeWhatTheyGaveItThemselves) {
  const AgentId carol{Ulid{std::byte{3}}};
  const auto widen = [&](const ClientId& id, Scope scope, const Registry::By& who) {
    Change more;
    more.scopes = {Scope::kSessions, Scope::kReadLeads, scope};
    ASSERT_TRUE(
        write([&](store::WriteTxn& txn) { return careful.change(txn, id, more, who); }).ok());
  };
  // One that waits: added by Alice, made more of by Bob.
  const auto start = added(draft(), alice);
  ASSERT_TRUE(enrol(start, key(7)).ok());
  widen(start.id, Scope::kSendMessages, bob);
  const auto approved_by = [&](const Registry::By& who) {
    return write([&](store::WriteTxn& txn) {
             return careful.approve(txn, start.id, key(7), who, now);
           })
        .ok();
  };
  EXPECT_FALSE(approved_by(alice));
  EXPECT_FALSE(approved_by(bob));
  EXPECT_TRUE(approved_by(carol));
  // And of one that is in use, by two of them one after the other.
  const auto resumed_by = [&](const Registry::By& who) {
    return write([&](store::WriteTxn& txn) {
             return careful.set_state(txn, start.id, State::kApproved, who);
           })
        .ok();
  };
  Change less;
  less.scopes = {Scope::kSessions};
  ASSERT_TRUE(
      write([&](store::WriteTxn& txn) { return careful.change(txn, start.id, less, bob); }).ok());
  widen(start.id, Scope::kSendMessages, bob);
  widen(start.id, Scope::kReadConsents, alice);
  EXPECT_FALSE(resumed_by(bob));
  EXPECT_FALSE(resumed_by(alice));
  EXPECT_TRUE(resumed_by(carol));
}

TEST(ClientReach, IsMoreByEachThingThatIsMore) {
  const auto network = [](const char* text) { return *Network::parse(text); };
  const Draft before{"crm",
                     "IT",
                     "contacts",
                     {{Scope::kReadLeads}, {RecordClass::kNames}, {Scope::kReadEvents}},
                     {network("10.1.0.0/16")},
                     Timestamp{1'000}};
  const auto reach = [&](const Change& change) {
    return compare_reach(before, changed(before, change));
  };
  std::vector<Change> more(7);
  more[0].scopes = {Scope::kReadLeads, Scope::kSessions};
  more[1].own_scopes = {Scope::kReadLeads};
  more[2].record_classes = {RecordClass::kTexts};
  more[3].networks.emplace();
  more[4].networks = {network("10.1.0.0/16"), network("10.2.0.0/16")};
  more[5].expires_at.emplace();
  more[6].expires_at = Timestamp{1'001};
  for (const Change& change : more) {
    EXPECT_EQ(reach(change), Reach::kMore) << &change - more.data();
  }
  std::vector<Change> less(7);
  less[1].scopes.emplace();
  less[2].record_classes.emplace();
  less[3].own_scopes.emplace();
  less[4].expires_at = Timestamp{999};
  less[5].owner = "somebody else";
  less[6].networks = {network("10.1.2.0/24"), network("10.1.3.4")};
  for (const Change& change : less) {
    EXPECT_EQ(reach(change), Reach::kSameOrLess) << &change - less.data();
  }
}

}  // namespace
}  // namespace leadkeep::clients
