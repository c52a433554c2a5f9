// Agents, sessions, second factors and histories read back from the store, and session tokens. The
// first byte of the input chooses; the rest is the plaintext of a record under its genuine key, or
// a token. Nobody gets a session that has run out, of another agent, or with a role that the record
// does not name, and no code is taken that the record does not hold.
#include "../store/memory_store.h"
#include "fuzz_target.h"
#include "test_store.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/identity/email_codes.h>
#include <leadkeep/identity/local_directory.h>
#include <leadkeep/identity/log_in_history.h>
#include <leadkeep/identity/recognised_devices.h>
#include <leadkeep/identity/recovery_codes.h>
#include <leadkeep/identity/second_factors.h>
#include <leadkeep/identity/session.h>
#include <leadkeep/identity/totp.h>
#include <leadkeep/store/records/agent.pb.h>
#include <leadkeep/store/records/second_factors.pb.h>
#include <leadkeep/store/records/session.pb.h>

#include <algorithm>
#include <utility>

namespace leadkeep::identity {
namespace {

using store::TableId;

constexpr std::string_view kTyped = "123456";
constexpr std::string_view kPassword = "correct horse battery";
constexpr std::string_view kEmailCode = "12345678";
constexpr std::string_view kAddress = "anna@example.org";
constexpr std::string_view kToken = "0123456789012345678901234567890123456789012";

class House {
 public:
  House() {
    record.set_id(store::raw_of(agent));
    record.set_username("erika");
    record.set_auth_epoch(1);
    record.add_roles(static_cast<std::uint32_t>(Role::kAgent));
    session.set_agent_id(store::raw_of(agent));
    session.set_id(store::raw_of(agent));
    session.set_auth_epoch(1);
    session.set_created_ms(store.now().ms);
    session.set_last_used_ms(store.now().ms);
    session.set_assurance(static_cast<std::uint32_t>(Assurance::kPassword));
    plant_genuine();
  }

  void plant_genuine() {
    store.plant_record(TableId::kAgents, agent.bytes(), key, record);
    store.plant_record(TableId::kSessions, session_key, key, session);
    records::Agent with_devices = record;
    with_devices.set_id(store::raw_of(proven.agent()));
    store.plant_record(TableId::kAgents, proven.agent().bytes(), key, with_devices);
  }

  // Nobody but a proof makes one: an agent of the other store, whose id stands for one in this.
  ProvenIdentity prove() {
    NewAgent added{"anna", "Anna", {Role::kAgent}, SecretBytes::copy_of(as_bytes(kPassword))};
    const auto checked = directory.check(std::move(added), store.now());
    LK_CHECK(unused
                 ->write([&](store::WriteTxn& txn) {
                   return directory.add(txn, checked.value(), store.now());
                 })
                 .ok());
    LoginAttempt attempt{Caller::page()};
    attempt.username = "anna";
    attempt.password = SecretBytes::copy_of(as_bytes(kPassword));
    RefusedProof refused;
    return directory.prove(attempt, refused).value();
  }

  Result<Session> find(const ShownSession& shown) {
    return store.read([&](store::ReadTxn& txn) { return sessions.find(txn, shown, store.now()); });
  }

  store::MemoryStore store;
  test::TestStore unused{store::Rehearsal::kNone};  // list() and find() of a directory read a txn
  LocalDirectory directory{*unused};
  SessionLimits limits;
  DirectoryWord directory_word;
  SessionStore sessions{limits, directory_word, SecondFactorPolicy{{Role::kAdmin}}};
  SecondFactors second_factors{SecondFactorPolicy{{}}};
  RecognisedDevices devices{SecondFactorPolicy{{}, {.accepted_for = {Role::kAgent}}}};
  EmailCodes email_codes{SecondFactorPolicy{{}, {}, totp::Window::kUsual, {Role::kAgent}}};
  ProvenIdentity proven = prove();
  AgentId agent = store::filled_id<AgentId>(0x44);
  store::KeyRef key = store::system_key("identity");
  ByteArray<32> session_key = crypto::sha256({as_bytes(kToken)});
  records::Agent record;
  records::Session session;
};

template <class T>
void check_error(const Result<T>& result) {
  LK_CHECK(result.ok() || result.error().code == Errc::kCorrupt ||
           result.error().code == Errc::kUnauthenticated);
}

void check_session(House& house, const Session& session) {
  LK_CHECK(session.expires_at() > house.store.now());
  for (const Role role : session.roles()) {
    LK_CHECK(name_of(role) != "?");
  }
  LK_CHECK(house.store
               .rehearse([&](store::WriteTxn& txn) -> Result<void> {
                 LK_TRY_VOID(house.sessions.touch(txn, session, house.store.now()));
                 LK_TRY_VOID(house.sessions.close(txn, session));
                 LK_CHECK(!house.sessions
                               .find(txn, {Caller::page(), as_bytes(kToken)}, house.store.now())
                               .ok());
                 return {};
               })
               .ok());
}

void check_session_record(House& house, ByteView plaintext) {
  house.store.plant(TableId::kSessions, house.session_key, house.key, plaintext);
  const auto found = house.find({Caller::page(), as_bytes(kToken)});
  check_error(found);
  if (found.ok()) {
    LK_CHECK(found.value().agent() == house.agent);
    check_session(house, found.value());
  }
  const auto cleaned = house.store.rehearse([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY(const auto over, house.sessions.find_over(txn, house.store.now(), 10));
    LK_TRY_VOID(house.sessions.remove_over(txn, over, house.store.now()));
    LK_CHECK(over.empty() ||
             !house.sessions.find(txn, {Caller::page(), as_bytes(kToken)}, house.store.now()).ok());
    LK_CHECK(over.empty() || !found.ok());
    return {};
  });
  check_error(cleaned);
}

void check_agent_record(House& house, ByteView plaintext) {
  house.store.plant(TableId::kAgents, house.agent.bytes(), house.key, plaintext);
  records::Agent record;
  const bool parses = record.ParseFromArray(plaintext.data(), static_cast<int>(plaintext.size()));
  const auto listed =
      house.store.read([&](store::ReadTxn& txn) { return house.directory.list(txn); });
  check_error(listed);
  LK_CHECK(!listed.ok() || parses);
  if (listed.ok()) {
    const auto one = std::ranges::find(listed.value(), house.agent, &AgentSummary::id);
    LK_CHECK(listed.value().size() == 2 && one != listed.value().end());
    LK_CHECK(std::cmp_less_equal(one->roles.size(), record.roles_size()));
  }
  const auto found = house.find({Caller::page(), as_bytes(kToken)});
  check_error(found);
  if (found.ok()) {
    LK_CHECK(!record.disabled() && record.auth_epoch() == 1);
    check_session(house, found.value());
    for (const Role role : found.value().roles()) {
      const auto& roles = record.roles();
      LK_CHECK(std::ranges::find(roles, static_cast<std::uint32_t>(role)) != roles.end());
    }
  }
}

// Whether a record with this app and this paper may take the code.
bool holds_code(const records::SecondFactors& record, const records::Totp& totp, Timestamp now) {
  const SecretBytes typed = SecretBytes::copy_of(as_bytes(kTyped));
  const auto hash = recovery::hash(typed);
  const auto& codes = record.recovery_codes();
  if (std::ranges::find(codes, as_text(hash)) != codes.end()) {
    return true;
  }
  const SecretBytes secret = SecretBytes::copy_of(as_bytes(totp.secret()));
  return !secret.empty() &&
         totp::check(secret, kTyped, now, totp.last_step(), totp::Drift::kAhead).has_value();
}

void check_factors_record(House& house, ByteView plaintext) {
  house.store.plant(TableId::kSecondFactors, house.agent.bytes(), house.key, plaintext);
  records::SecondFactors record;
  const bool parses = record.ParseFromArray(plaintext.data(), static_cast<int>(plaintext.size()));
  const auto session = house.find({Caller::page(), as_bytes(kToken)});
  LK_CHECK(session.ok());
  const SecretBytes typed = SecretBytes::copy_of(as_bytes(kTyped));
  const Timestamp now = house.store.now();
  const auto done = house.store.rehearse([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY(const auto refused,
           house.second_factors.replace_recovery_codes(txn, session.value(), typed, {}, now));
    LK_CHECK(parses && (refused || holds_code(record, record.totp(), now)));
    return {};
  });
  check_error(done);
  const auto confirmed = house.store.rehearse([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY(const auto decision,
           house.second_factors.confirm_totp(txn, session.value(), typed, {}, now));
    LK_CHECK(std::holds_alternative<FactorRefusal>(decision) ||
             holds_code(record, record.offered(), now));
    return {};
  });
  check_error(confirmed);
  const auto seen = house.store.read(
      [&](store::ReadTxn& txn) { return house.second_factors.look_at(txn, session.value()); });
  check_error(seen);
  LK_CHECK(!seen.ok() || std::cmp_equal(seen.value().passkeys.size(), record.passkeys_size()));
}

// Whoever is let in typed the code that was sent to this address and asked for in this window.
void check_email_code(House& house, const records::SecondFactors& record) {
  const SecretBytes transaction = SecretBytes::copy_of(as_bytes(kToken));
  const SecretBytes typed = SecretBytes::copy_of(as_bytes(kEmailCode));
  const auto done = house.store.rehearse([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY(const auto decision, house.email_codes.admit(txn, house.proven, kAddress, transaction,
                                                        typed, house.store.now()));
    if (std::holds_alternative<FactorRefusal>(decision)) {
      return {};
    }
    const auto hash = crypto::sha256({as_bytes(kToken), as_bytes(kEmailCode)});
    const auto address = crypto::sha256({as_bytes(kAddress)});
    LK_CHECK(record.email_code().hash() == as_text(hash));
    LK_CHECK(record.email_code().address() == as_text(address));
    LK_CHECK(!window_has_passed(Timestamp{record.email_code().at_ms()}, EmailCodes::kLife,
                                house.store.now()));
    LK_CHECK(!record.has_totp() && record.passkeys_size() == 0 && !record.reset());
    // Once.
    LK_TRY(const auto again, house.email_codes.admit(txn, house.proven, kAddress, transaction,
                                                     typed, house.store.now()));
    LK_CHECK(std::holds_alternative<FactorRefusal>(again));
    return {};
  });
  check_error(done);
}

// Whoever is recognised showed the secret and the key of a device that is in the record, and of
// what is listed all is there.
void check_devices(House& house, const records::SecondFactors& record) {
  const AgentId& agent = house.proven.agent();
  const Timestamp now = house.store.now();
  const auto listed =
      house.store.read([&](store::ReadTxn& txn) { return house.devices.list(txn, agent, now); });
  check_error(listed);
  LK_CHECK(!listed.ok() || std::cmp_less_equal(listed.value().size(), record.devices_size()));
  const ShownDevice shown{store::filled_id<DeviceId>(0x44), SecretBytes::copy_of(as_bytes(kToken)),
                          house.session_key};
  const SecretBytes fresh{kToken.size()};
  const auto done = house.store.rehearse([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY(const auto decision, house.devices.recognise(txn, house.proven, shown, fresh, now));
    if (!decision || !std::holds_alternative<RecognisedDevices::Recognised>(*decision)) {
      return {};
    }
    const std::string_view hash = as_text(house.session_key);
    LK_CHECK(std::ranges::any_of(record.devices(), [&](const records::Device& device) {
      return device.id() == shown.id.raw() && device.key() == as_text(shown.key) &&
             (device.secret_hash() == hash ||
              std::ranges::find(device.replaced(), hash, &records::ReplacedSecret::hash) !=
                  device.replaced().end());
    }));
    using Recognised = RecognisedDevices::Recognised;
    if (std::get<Recognised>(*decision).secret == Recognised::Secret::kKept) {
      return {};
    }
    // Once the secret that was given for it is shown, this one does not count for long.
    const ShownDevice next{shown.id, fresh.clone(), shown.key};
    const SecretBytes after = SecretBytes::copy_of(as_bytes("another secret"));
    LK_TRY(const auto went_on, house.devices.recognise(txn, house.proven, next, after, now));
    LK_CHECK(went_on && std::holds_alternative<Recognised>(*went_on));
    LK_TRY(const auto later, house.devices.recognise(txn, house.proven, shown, after,
                                                     now + 2 * RecognisedDevices::kOverlap));
    LK_CHECK(!later || std::holds_alternative<FactorRefusal>(*later));
    return {};
  });
  check_error(done);
}

// What takes the place of the second factor at a log-in.
void check_log_in_record(House& house, ByteView plaintext) {
  records::SecondFactors record;
  if (!record.ParseFromArray(plaintext.data(), static_cast<int>(plaintext.size()))) {
    return;
  }
  const AgentId& agent = house.proven.agent();
  record.set_agent_id(store::raw_of(agent));
  house.store.plant_record(TableId::kSecondFactors, agent.bytes(), house.key, record);
  check_devices(house, record);
  check_email_code(house, record);
}

void check_history_record(House& house, ByteView plaintext) {
  house.store.plant(TableId::kLogInHistory, house.agent.bytes(), house.key, plaintext);
  const auto done = house.store.rehearse([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY_VOID(LogInHistory::add(
        txn, house.agent, {house.store.now(), PastLogIn::Outcome::kLetIn, "password", "::1"}));
    LK_TRY(const auto listed, LogInHistory::list(txn, house.agent));
    const auto let_in = std::ranges::count(listed, PastLogIn::Outcome::kLetIn, &PastLogIn::outcome);
    LK_CHECK(let_in > 0 && std::cmp_less_equal(let_in, LogInHistory::kKeptOfEach));
    LK_CHECK(listed.front().source == "::1");
    return {};
  });
  check_error(done);
}

// Only the token that was given out leads to the session.
void check_token(House& house, std::string_view token) {
  const auto found = house.find({Caller::page(), as_bytes(token)});
  LK_CHECK(found.ok() == (token == kToken));
  LK_CHECK(found.ok() || found.error().code == Errc::kUnauthenticated);
  LK_CHECK(found.ok() || found.error().detail == "session: none for this token");
}

void check_input(std::string_view input) {
  static House house;
  if (input.empty()) {
    return;
  }
  house.plant_genuine();
  const std::string_view rest = input.substr(1);
  switch (static_cast<unsigned char>(input[0]) % 6) {
    case 0:
      check_session_record(house, as_bytes(rest));
      break;
    case 1:
      check_agent_record(house, as_bytes(rest));
      break;
    case 2:
      check_factors_record(house, as_bytes(rest));
      break;
    case 3:
      check_history_record(house, as_bytes(rest));
      break;
    case 5:
      check_log_in_record(house, as_bytes(rest));
      break;
    default:
      check_token(house, rest);
      break;
  }
}

}  // namespace
}  // namespace leadkeep::identity

LK_FUZZ_TARGET(leadkeep::identity::check_input)
