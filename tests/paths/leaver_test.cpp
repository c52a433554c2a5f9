// The path of a leaver: what the directory says of those who are signed in.
#include "path_house.h"

#include <leadkeep/flow/end_leavers.h>
#include <leadkeep/identity/leaver.h>
#include <leadkeep/identity/totp.h>
#include <leadkeep/store/records/agent.pb.h>
#include <leadkeep/store/table.h>

#include <algorithm>
#include <chrono>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using identity::DirectoryId;
using identity::DirectoryPerson;
using identity::Role;
using identity::Standing;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr store::Table<records::Agent> kAgents{store::TableId::kAgents};

class LeaverPath : public ::testing::Test, public PathHouse {
 protected:
  // Signs in somebody whom the directory knows.
  identity::OpenedSession sign_in_person(const std::string& name) {
    const identity::Session made = sign_in(name, {Role::kAgent});
    DirectoryPerson person;
    person.id.fill(static_cast<std::byte>(++m_last_id));
    person.username = name;
    person.display_name = name;
    person.roles = {Role::kAgent};
    person.standing = Standing::kActive;
    people[name] = person;
    must(store->write([&](store::WriteTxn& txn) -> Result<void> {
      LK_TRY(auto record, kAgents.load(txn, made.agent().bytes(), store::system_key("identity")));
      record.set_directory_id(std::string{as_text(person.id)});
      return kAgents.put(txn, made.agent().bytes(), store::system_key("identity"), record);
    }));
    must(log_in.log_out(made));
    return sign_in_again(name);
  }

  // p0, p1 and so on.
  std::vector<identity::OpenedSession> sign_in_people(std::size_t number) {
    std::vector<identity::OpenedSession> opened;
    opened.reserve(number);
    for (std::size_t i = 0; i < number; ++i) {
      opened.push_back(sign_in_person("p" + std::to_string(i)));
    }
    return opened;
  }

  identity::OpenedSession sign_in_again(const std::string& name) {
    identity::LoginAttempt attempt{a_program()};
    attempt.username = name;
    attempt.password = SecretBytes::copy_of(as_bytes(kPassword));
    attempt.source = "127.0.0.1";
    return must(log_in.log_in(attempt));
  }

  // A browser that was remembered, and then signed out.
  identity::LoginAttempt remember_browser_of(const std::string& name) {
    identity::LoginAttempt attempt{a_program()};
    attempt.username = name;
    attempt.password = SecretBytes::copy_of(as_bytes(kPassword));
    attempt.source = "127.0.0.1";
    attempt.device_key = identity::DeviceKey{};
    auto session = must(log_in.log_in(attempt)).session;
    const auto app = must(enrol_second_factor.offer(session, {}));
    const auto code = identity::totp::code_at(app, identity::totp::step_at(store.clock().now()));
    session = must(enrol_second_factor.confirm(session, SecretBytes::copy_of(as_bytes(code))))
                  .session.session;
    auto remembered = must(keep_devices.remember(session, "Office"));
    must(log_in.log_out(session));
    attempt.device = {remembered.device.id, std::move(remembered.secret), *attempt.device_key};
    return attempt;
  }

  std::size_t browsers_of(const std::string& name) {
    return must(keep_devices.list_of(flow::ManageAgents::By::operator_of_the_host(), name)).size();
  }

  bool is_in(const identity::OpenedSession& opened) {
    return log_in.session_of({a_program(), opened.token.expose()}).ok();
  }

  Errc refusal(const identity::OpenedSession& opened) {
    const auto session = log_in.session_of({a_program(), opened.token.expose()});
    return session ? Errc::kInternal : session.error().code;
  }

  std::vector<std::string> reasons_of_log_outs() {
    std::vector<std::string> reasons;
    for (const auto& numbered : trail()) {
      if (numbered.entry.act == audit::Act::kLogOut && !numbered.entry.reason.empty()) {
        reasons.push_back(numbered.entry.reason);
      }
    }
    return reasons;
  }

  std::size_t count(audit::Act act) {
    const auto entries = trail();
    return static_cast<std::size_t>(std::ranges::count_if(
        entries, [&](const auto& numbered) { return numbered.entry.act == act; }));
  }

  Result<std::vector<DirectoryPerson>> look_up(std::span<const DirectoryId> ids) {
    ++times_asked;
    if (!directory_answers) {
      return fail(Errc::kUnavailable, "directory: no answer");
    }
    std::vector<DirectoryPerson> found;
    for (const auto& [name, person] : people) {
      if (std::ranges::find(ids, person.id) != ids.end()) {
        found.push_back(person);
      }
    }
    return found;
  }

  std::map<std::string, DirectoryPerson> people;
  bool directory_answers = true;
  int times_asked = 0;
  flow::EndLeavers end_leavers{house, [this](auto ids) { return look_up(ids); }, sessions, devices,
                               directory_word};

 private:
  int m_last_id = 0;
};

TEST_F(LeaverPath, EndsEverySessionOfWhoIsDisabledAndPutsEachOnRecord) {
  const auto anna = sign_in_person("anna");
  const auto again = sign_in_again("anna");
  const auto bert = sign_in_person("bert");
  store.clock().advance(1s);
  people["anna"].standing = Standing::kDisabled;
  const auto run = must(end_leavers.run());
  EXPECT_EQ(run.asked, 2U);
  EXPECT_EQ(run.ended, 1U);
  EXPECT_FALSE(is_in(anna));
  EXPECT_FALSE(is_in(again));
  EXPECT_TRUE(is_in(bert));
  EXPECT_THAT(reasons_of_log_outs(), ElementsAre("account_disabled", "account_disabled"));
  EXPECT_EQ(trail().back().entry.object, audit::object_of(anna.session.agent()));
}

TEST_F(LeaverPath, EndsSessionsForEveryStandingThatMeansGoneAndForNoOther) {
  for (const auto& [standing, stays] :
       std::map<Standing, bool>{{Standing::kActive, true},
                                {Standing::kLocked, true},
                                {Standing::kMustChangePassword, true},
                                {Standing::kPasswordExpired, true},
                                {Standing::kDisabled, false},
                                {Standing::kExpired, false},
                                {Standing::kWithoutPassword, false},
                                {Standing::kWithoutRole, false}}) {
    const std::string name = "p" + std::to_string(static_cast<int>(standing));
    const auto opened = sign_in_person(name);
    store.clock().advance(1s);
    people[name].standing = standing;
    must(end_leavers.run());
    EXPECT_EQ(is_in(opened), stays) << name_of(standing);
  }
}

TEST_F(LeaverPath, EndsTheSessionsOfWhoIsLockedAndInNoGroupAnyMore) {
  const auto anna = sign_in_person("anna");
  store.clock().advance(1s);
  people["anna"].standing = Standing::kLocked;
  people["anna"].roles = {};
  must(end_leavers.run());
  EXPECT_FALSE(is_in(anna));
  EXPECT_THAT(reasons_of_log_outs(), ElementsAre("without_role"));
}

TEST_F(LeaverPath, BelievesThatSomebodyIsNotThereWhenItIsSaidAgainAMinuteLater) {
  const auto anna = sign_in_person("anna");
  const auto bert = sign_in_person("bert");
  store.clock().advance(1s);
  people.erase("anna");
  EXPECT_EQ(must(end_leavers.run()).missing, 1U);
  store.clock().advance(59s);
  must(end_leavers.run());
  EXPECT_TRUE(is_in(anna));
  store.clock().advance(1s);
  must(end_leavers.run());
  EXPECT_FALSE(is_in(anna));
  EXPECT_TRUE(is_in(bert));
  EXPECT_THAT(reasons_of_log_outs(), ElementsAre("not_in_directory"));
}

TEST_F(LeaverPath, StartsToCountAnewForWhoWasThereInBetween) {
  const auto anna = sign_in_person("anna");
  store.clock().advance(1s);
  const DirectoryPerson person = people["anna"];
  people.erase("anna");
  must(end_leavers.run());
  people["anna"] = person;
  store.clock().advance(40s);
  must(end_leavers.run());
  people.erase("anna");
  store.clock().advance(40s);
  must(end_leavers.run());
  EXPECT_TRUE(is_in(anna));
}

TEST_F(LeaverPath, TouchesNobodyWhileTheDirectoryGivesNoAnswer) {
  const auto anna = sign_in_person("anna");
  directory_answers = false;
  for (int i = 0; i < 5; ++i) {
    store.clock().advance(5min);
    EXPECT_EQ(end_leavers.run().error().code, Errc::kUnavailable);
  }
  EXPECT_TRUE(is_in(anna));
  EXPECT_THAT(reasons_of_log_outs(), IsEmpty());
}

TEST_F(LeaverPath, LetsSessionsWaitWhenTheDirectoryWasNotHeardForFourHours) {
  const auto anna = sign_in_person("anna");
  (void)sign_in("local", {Role::kAgent});
  const auto local = sign_in_again("local");
  must(end_leavers.run());
  bool anna_goes_on = true;
  for (int i = 0; i < 12; ++i) {
    store.clock().advance(20min);
    EXPECT_TRUE(anna_goes_on);
    anna_goes_on = log_in.resume({a_program(), anna.token.expose()}).ok();
    must(log_in.resume(
        {a_program(), local.token.expose()}));  // nobody but we vouches for the local list
  }
  EXPECT_FALSE(anna_goes_on);
  EXPECT_EQ(refusal(anna), Errc::kUnavailable);
  must(end_leavers.run());
  EXPECT_TRUE(is_in(anna));
}

TEST_F(LeaverPath, HoldsMoreLeaversThanACompanyHasAtOnce) {
  const auto opened = sign_in_people(7);
  store.clock().advance(1s);
  for (int i = 0; i < 6; ++i) {
    people["p" + std::to_string(i)].standing = Standing::kWithoutRole;
  }
  people["p6"].standing = Standing::kDisabled;
  const auto run = must(end_leavers.run());
  EXPECT_EQ(run.held, 6U);
  EXPECT_EQ(run.ended, 1U);
  EXPECT_FALSE(is_in(opened[6]));  // meant by name: not held
  EXPECT_TRUE(std::ranges::all_of(opened.begin(), opened.begin() + 6,
                                  [&](const auto& one) { return is_in(one); }));
  must(end_leavers.run());
  EXPECT_EQ(count(audit::Act::kLeaversHeld), 1U);
  const auto held = must(end_leavers.list_held());
  ASSERT_EQ(held.size(), 6U);
  EXPECT_EQ(held[0].username, "p0");
  EXPECT_EQ(held[0].reason, "without_role");

  EXPECT_EQ(must(end_leavers.end_held()), 6U);
  EXPECT_TRUE(std::ranges::none_of(opened, [&](const auto& one) { return is_in(one); }));
  EXPECT_EQ(count(audit::Act::kLeaversEnded), 1U);
  EXPECT_THAT(must(end_leavers.list_held()), IsEmpty());
}

TEST_F(LeaverPath, HoldsNobodyAnyMoreOnceTheFaultIsMended) {
  const auto opened = sign_in_people(6);
  store.clock().advance(1s);
  const auto before = people;
  for (auto& [name, person] : people) {
    person.standing = Standing::kWithoutRole;
  }
  EXPECT_EQ(must(end_leavers.run()).held, 6U);
  people = before;
  EXPECT_EQ(must(end_leavers.run()).held, 0U);
  EXPECT_EQ(must(end_leavers.end_held()), 0U);
  EXPECT_TRUE(std::ranges::all_of(opened, [&](const auto& one) { return is_in(one); }));
}

TEST_F(LeaverPath, LetsNameAndRolesFollowTheDirectory) {
  const auto anna = sign_in_person("anna");
  people["anna"].display_name = "Anna Neu";
  people["anna"].roles = {Role::kSupervisor};
  const std::size_t entries = trail().size();
  must(end_leavers.run());
  const auto session = must(log_in.session_of({a_program(), anna.token.expose()}));
  EXPECT_EQ(session.display_name(), "Anna Neu");
  EXPECT_THAT(session.roles(), ElementsAre(Role::kSupervisor));
  EXPECT_EQ(trail().size(), entries);
}

TEST_F(LeaverPath, LeavesASessionAloneThatWasOpenedWhileTheDirectoryWasAsked) {
  const auto anna = sign_in_person("anna");
  store.clock().advance(1s);
  people["anna"].standing = Standing::kDisabled;
  std::optional<identity::OpenedSession> meanwhile;
  flow::EndLeavers slow{house,
                        [&](auto ids) {
                          auto answer = look_up(ids);
                          store.clock().advance(1s);
                          meanwhile = sign_in_again("anna");
                          return answer;
                        },
                        sessions, devices, directory_word};
  must(slow.run());
  EXPECT_FALSE(is_in(anna));
  EXPECT_TRUE(is_in(*meanwhile));
}

TEST_F(LeaverPath, AsksAboutNobodyWhenNobodyOfTheDirectoryIsSignedIn) {
  (void)sign_in("local", {Role::kAgent});
  const auto anna = sign_in_person("anna");
  must(log_in.log_out(anna.session));
  EXPECT_EQ(must(end_leavers.run()).asked, 0U);
  EXPECT_EQ(times_asked, 0);
}

TEST(MostGoneAtOnce, IsATwentiethAndFiveAtLeast) {
  EXPECT_EQ(identity::most_gone_at_once(1), 5U);
  EXPECT_EQ(identity::most_gone_at_once(100), 5U);
  EXPECT_EQ(identity::most_gone_at_once(500), 25U);
}

TEST_F(LeaverPath, ForgetsTheBrowsersOfALeaverWhoIsSignedInNowhere) {
  must(log_in.log_out(sign_in_person("anna").session));
  static_cast<void>(remember_browser_of("anna"));
  ASSERT_EQ(browsers_of("anna"), 1U);
  must(end_leavers.run());
  EXPECT_EQ(browsers_of("anna"), 1U) << "nothing was said against her";
  people["anna"].standing = Standing::kDisabled;
  must(end_leavers.run());
  people["anna"].standing = Standing::kActive;
  EXPECT_EQ(browsers_of("anna"), 0U) << "and it stays so when she comes back";
  EXPECT_EQ(count(audit::Act::kDeviceForgotten), 1U);
}

TEST_F(LeaverPath, DoesNotCountABrowserOfSomebodyWhoseRolesAreOthersNow) {
  must(log_in.log_out(sign_in_person("anna").session));
  const auto attempt = remember_browser_of("anna");
  must(log_in.log_out(must(log_in.log_in(attempt)).session));
  people["anna"].roles = {Role::kAgent, Role::kSupervisor};
  must(end_leavers.run());
  const auto refused = log_in.log_in(attempt);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kUnauthenticated);
  EXPECT_EQ(trail().back().entry.reason, "second_factor_missing");
}

}  // namespace
}  // namespace leadkeep::test
