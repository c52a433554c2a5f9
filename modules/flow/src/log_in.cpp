#include "acting.h"
#include "factor_alarm.h"
#include "proven_agent.h"
#include "refusal_time.h"

#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/crypto/token.h>
#include <leadkeep/flow/log_in.h>
#include <leadkeep/identity/leaver.h>
#include <leadkeep/identity/log_in_history.h>

namespace leadkeep::flow {
namespace {

constexpr std::string_view kElsewhere = "another_device";
constexpr std::string_view kReplaced = "replaced";

bool is_copy(identity::FactorRefusal refusal) {
  return refusal == identity::FactorRefusal::kPasskeyCopied ||
         refusal == identity::FactorRefusal::kDeviceCopied;
}

// Of something that was copied nobody knows which of the two opened what is open.
Result<std::variant<identity::Admission, identity::RefusedProof>> decided(
    store::WriteTxn& txn, const identity::SessionStore& sessions,
    const identity::SecondFactors::Decision& decision, const AgentId& agent, Timestamp now) {
  using Decided = std::variant<identity::Admission, identity::RefusedProof>;
  const auto* refusal = std::get_if<identity::FactorRefusal>(&decision);
  if (refusal == nullptr) {
    return Decided{std::get<identity::Admission>(decision)};
  }
  if (is_copy(*refusal)) {
    LK_TRY_VOID(end_sessions_of(txn, sessions, std::nullopt, agent, name_of(*refusal), now));
  }
  return Decided{identity::RefusedProof{name_of(*refusal), agent}};
}

// In the trail and in what the agent sees.
Result<void> append_log_in(store::WriteTxn& txn, const identity::Admission& admission,
                           const identity::SessionStart& start, Timestamp now) {
  audit::Entry entry = entry_by(identity::Actor{admission.agent(), start.id, start.caller.client()},
                                audit::Act::kLogIn);
  entry.reason = std::string{name_of(admission.assurance())};
  LK_TRY_VOID(audit::append(txn, entry, now));
  return identity::LogInHistory::add(
      txn, admission.agent(),
      {now, identity::PastLogIn::Outcome::kLetIn, entry.reason, start.source});
}

// A session lasts no longer than the identity provider says, and its proof is as old as that one's.
void follow_provider(const Proof& proof, identity::SessionStart& start) {
  if (const auto* by_provider = std::get_if<SignOnProof>(&proof)) {
    const identity::FederatedPerson& person = by_provider->answer.person();
    start.proven_at = person.authenticated;
    start.ends_at = person.session_ends;
    start.provider_session = person.session;
  }
}

}  // namespace

Result<Proof> LogIn::prove_with(identity::LocalDirectory& list,
                                const identity::LoginAttempt& attempt, Refused& refused) {
  LK_TRY(const auto proven, list.prove(attempt, refused));
  return Proof{proven};
}

Result<Proof> LogIn::prove_with(identity::CorporateDirectory& directory,
                                const identity::LoginAttempt& attempt, Refused& refused) {
  std::optional<identity::DirectoryId> admitted;
  const auto gate = [&](const identity::DirectoryId& id) -> Result<void> {
    LK_TRY_VOID(m_throttle.admit_person(as_text(id), m_house.clock.now()));
    admitted = id;
    return {};
  };
  auto proven = directory.prove(attempt, gate, refused.cause);
  if (proven) {
    m_throttle.person_succeeded(as_text(proven.value().person().id));
    return Proof{std::move(proven).value()};
  }
  if (admitted && proven.error().code == Errc::kUnavailable) {
    m_throttle.person_undecided(as_text(*admitted));
  } else if (admitted) {
    LK_TRY(refused.account, m_house.store.read([&](store::ReadTxn& txn) {
      return identity::DirectoryAgents{}.find(txn, *admitted);
    }));
  }
  return Fail{std::move(proven).error()};
}

// Whose passkey it is; and, where the directory vouches for its people, whether it still does. Who
// is not of the directory then is nobody's.
Result<Proof> LogIn::prove_with_passkey(const webauthn::Assertion& assertion,
                                        const std::optional<identity::SessionId>& session,
                                        Refused& refused) {
  const Timestamp now = m_house.clock.now();
  std::optional<identity::DirectoryId> id;
  LK_TRY(auto passkey,
         m_house.store.read([&](store::ReadTxn& txn) -> Result<identity::ProvenPasskey> {
           LK_TRY(auto proven, m_factors.passkeys.prove(txn, session, assertion, now, refused));
           LK_TRY(id, identity::DirectoryAgents{}.id_of(txn, proven.agent()));
           return proven;
         }));
  const bool has_directory = std::holds_alternative<identity::CorporateDirectory*>(m_prover);
  if (!has_directory && !id) {
    return Proof{PasskeyProof{std::move(passkey), std::nullopt}};
  }
  if (!has_directory || !id) {
    refused = {"not_admitted", passkey.agent()};
    return fail(Errc::kUnauthenticated, "log-in: refused");
  }
  LK_TRY(auto person, look_up(*id, passkey.agent(), refused));
  return Proof{PasskeyProof{std::move(passkey), std::move(person)}};
}

Result<identity::DirectoryPerson> LogIn::look_up(const identity::DirectoryId& id,
                                                 const std::optional<AgentId>& agent,
                                                 Refused& refused) {
  const auto refuse = [&](std::string_view cause) {
    refused = {cause, agent};
    return fail(Errc::kUnauthenticated, "log-in: refused");
  };
  auto people = std::get<identity::CorporateDirectory*>(m_prover)->look_up({&id, 1});
  if (!people) {
    refused = {"directory_unavailable", std::nullopt};  // of nobody: it bounds the entries
    return fail(Errc::kUnavailable, "log-in: the directory gave no answer");
  }
  if (people.value().size() != 1) {
    return refuse(identity::kNotInDirectory);
  }
  identity::DirectoryPerson& person = people.value().front();
  if (person.standing != identity::Standing::kActive) {
    return refuse(name_of(person.standing));
  }
  return std::move(person);
}

// The identity provider says who it is. Where there is a directory, it says who that is here, and
// whether they still may.
Result<Proof> LogIn::prove_with_answer(const identity::SignOnRequest& request,
                                       const std::optional<identity::SessionId>& session,
                                       Refused& refused) {
  const auto refuse = [&](std::string_view cause) {
    refused = {cause, std::nullopt};
    return fail(Errc::kUnauthenticated, "log-in: refused");
  };
  if (request.session != session) {
    return refuse("another_session");
  }
  auto answer = m_house.store.read([&](store::ReadTxn& txn) {
    return m_factors.answers.find(txn, request, m_house.clock.now());
  });
  if (!answer) {
    refused.cause = "no_answer";
    return Fail{std::move(answer).error()};
  }
  const bool has_directory = std::holds_alternative<identity::CorporateDirectory*>(m_prover);
  const auto& id = answer.value().person().directory_id;
  if (has_directory != id.has_value()) {
    return refuse("not_admitted");
  }
  if (!id) {
    return Proof{SignOnProof{std::move(answer).value(), std::nullopt}};
  }
  LK_TRY(const auto known, m_house.store.read([&](store::ReadTxn& txn) {
    return identity::DirectoryAgents{}.find(txn, *id);
  }));
  LK_TRY(auto person, look_up(*id, known, refused));
  return Proof{SignOnProof{std::move(answer).value(), std::move(person)}};
}

Result<Proof> LogIn::prove(const identity::LoginAttempt& attempt,
                           const std::optional<identity::SessionId>& session, Refused& refused) {
  if (attempt.passkey) {
    return prove_with_passkey(*attempt.passkey, session, refused);
  }
  if (attempt.sign_on) {
    return prove_with_answer(*attempt.sign_on, session, refused);
  }
  return std::visit([&](auto* prover) { return prove_with(*prover, attempt, refused); }, m_prover);
}

Result<LogIn::Decided> LogIn::admit_by_passkey(store::WriteTxn& txn, const PasskeyProof& proof,
                                               Timestamp now) const {
  const AgentId& agent = proof.passkey.agent();
  if (proof.person) {
    LK_TRY_VOID(identity::DirectoryAgents{}.follow(txn, agent, *proof.person));
  }
  LK_TRY(const auto decision, m_factors.passkeys.admit(txn, proof.passkey, now));
  return decided(txn, m_sessions, decision, agent, now);
}

Result<std::optional<LogIn::Decided>> LogIn::admit_by_device(store::WriteTxn& txn,
                                                             const identity::ProvenIdentity& who,
                                                             const identity::ShownDevice& shown,
                                                             Fresh& fresh, Timestamp now) const {
  using identity::RecognisedDevices;
  using Maybe = std::optional<Decided>;
  fresh.secret_is_used = false;
  LK_TRY(const auto decision,
         m_factors.devices.recognise(txn, who, shown, fresh.device_secret, now));
  if (!decision) {
    return Maybe{};
  }
  if (const auto* refusal = std::get_if<identity::FactorRefusal>(&*decision)) {
    LK_TRY(const auto refused, decided(txn, m_sessions, *refusal, who.agent(), now));
    return Maybe{refused};
  }
  const auto& recognised = std::get<RecognisedDevices::Recognised>(*decision);
  fresh.secret_is_used = recognised.secret == RecognisedDevices::Recognised::Secret::kReplaced;
  fresh.device_ends_at = recognised.ends_at;
  return Maybe{recognised.admission};
}

Result<LogIn::Decided> LogIn::admit(store::WriteTxn& txn, const Proof& proof,
                                    const identity::LoginAttempt& attempt, Fresh& fresh,
                                    Timestamp now) const {
  if (const auto* by_passkey = std::get_if<PasskeyProof>(&proof)) {
    return admit_by_passkey(txn, *by_passkey, now);
  }
  LK_TRY(const auto who, agent_of(txn, proof, fresh.agent, now));
  if (!attempt.email_transaction.empty()) {
    const auto address = email_address_of(proof);
    LK_TRY(const auto decision,
           m_factors.email_codes.admit(txn, who, address ? address->text() : "",
                                       attempt.email_transaction, attempt.second_factor, now));
    return decided(txn, m_sessions, decision, who.agent(), now);
  }
  const auto* by_provider = std::get_if<SignOnProof>(&proof);
  if (by_provider != nullptr &&
      by_provider->answer.person().factors == identity::ProviderFactors::kTwo) {
    LK_TRY(const auto decision,
           m_factors.second.admit_by_provider(txn, who, attempt.second_factor, now));
    return decided(txn, m_sessions, decision, who.agent(), now);
  }
  if (attempt.device && attempt.second_factor.empty()) {
    LK_TRY(const auto by_device, admit_by_device(txn, who, *attempt.device, fresh, now));
    if (by_device) {
      return *by_device;
    }
  }
  LK_TRY(const auto decision, m_factors.second.admit(txn, who, attempt.second_factor, now));
  return decided(txn, m_sessions, decision, who.agent(), now);
}

// 1. The directory, the local list or a passkey proves who it is. The trail learns why not; the
// caller does not. 2. The second factor and the session, in one transaction: a code that opened a
// session opens no other one.
Result<identity::Session> LogIn::let_in(const identity::LoginAttempt& attempt,
                                        const std::optional<identity::SessionId>& session,
                                        const Open& open, Fresh& fresh, Refused& refused) {
  const Timestamp now = m_house.clock.now();
  LK_TRY(const Proof proof, prove(attempt, session, refused));
  auto outcome = m_house.store.write([&](store::WriteTxn& txn) -> Result<Outcome> {
    LK_TRY(const auto decision, admit(txn, proof, attempt, fresh, now));
    if (const auto* refusal = std::get_if<Refused>(&decision)) {
      return Outcome{*refusal};
    }
    if (attempt.sign_on) {
      LK_TRY_VOID(m_factors.answers.use(txn, *attempt.sign_on, now));
    }
    return open(txn, std::get<identity::Admission>(decision), proof);
  });
  if (!outcome) {
    refused.cause = cause_of(outcome.error().code);
    if (const auto* known = std::get_if<identity::ProvenIdentity>(&proof)) {
      refused.account = known->agent();
    } else if (const auto* by_passkey = std::get_if<PasskeyProof>(&proof)) {
      refused.account = by_passkey->passkey.agent();
    }
    return Fail{std::move(outcome).error()};
  }
  if (const auto* failed = std::get_if<Refused>(&outcome.value())) {
    refused = *failed;
    warn_of_attack(refused);
    return fail(Errc::kUnauthenticated, "log-in: refused");
  }
  return std::get<identity::Session>(std::move(outcome).value());
}

// Guessing is refused before anything is looked at; an outage counts against nobody.
Result<void> LogIn::admit_attempt(const std::string& account, const std::string& source) {
  auto admitted = m_throttle.admit(account, source, m_house.clock.now());
  if (!admitted) {
    m_refuse.record_log_in(std::nullopt, "throttled", source);
  }
  return admitted;
}

std::string_view LogIn::cause_of(Errc code) noexcept {
  return code == Errc::kUnauthenticated ? "not_admitted" : name_of(code);
}

Result<identity::Passkeys::Question> LogIn::ask_for_passkey() {
  return m_factors.passkeys.ask_anybody(m_house.clock.now());
}

Result<identity::Passkeys::Question> LogIn::ask_for_passkey(const identity::Session& session) {
  LK_TRY_VOID(require_more_than_enrolment(session));
  return m_house.store.read([&](store::ReadTxn& txn) {
    return m_factors.passkeys.ask(txn, session, webauthn::Ceremony::kStepUp, m_house.clock.now());
  });
}

Result<void> LogIn::close_before(store::WriteTxn& txn, const identity::LoginAttempt& attempt,
                                 const AgentId& by, Timestamp now) const {
  if (attempt.session_before.empty()) {
    return {};
  }
  const auto before = m_sessions.find(
      txn, {attempt.caller, attempt.session_before.expose(), attempt.device_key}, now);
  if (!before) {
    return {};  // it is over, or is no session of this browser
  }
  const identity::Session& session = before.value();
  LK_TRY_VOID(m_sessions.close(txn, session));
  return append_ends(txn, by, session.agent(), {session.id()}, kReplaced, now);
}

Result<identity::OpenedSession> LogIn::log_in(const identity::LoginAttempt& attempt) {
  LK_TRY_VOID(identity::SessionStore::require_may_open(attempt.caller, attempt.device_key));
  const auto begin = std::chrono::steady_clock::now();
  const Timestamp now = m_house.clock.now();
  auto start = identity::SessionStart::draw(attempt.caller, attempt.source, now);
  start.device_key = attempt.device_key;
  Fresh fresh{crypto::new_id<AgentId>(now), crypto::token::draw()};
  const auto open = [&](store::WriteTxn& txn, const identity::Admission& admission,
                        const Proof& proof) -> Result<Outcome> {
    follow_provider(proof, start);
    LK_TRY_VOID(close_before(txn, attempt, admission.agent(), now));
    LK_TRY(auto opened, m_sessions.open(txn, admission, start, now));
    LK_TRY_VOID(append_log_in(txn, admission, start, now));
    LK_TRY_VOID(
        append_ends(txn, admission.agent(), admission.agent(), opened.ended, "session_limit", now));
    return Outcome{std::move(opened.session)};
  };
  Refused refused;
  const std::string account = throttled_name_of(attempt);
  LK_TRY_VOID(admit_attempt(account, attempt.source));
  auto session = let_in(attempt, std::nullopt, open, fresh, refused);
  if (!session) {
    if (session.error().code == Errc::kUnavailable) {
      m_throttle.undecided(account, attempt.source);
    }
    m_refuse.record_log_in(refused.account, refused.cause, attempt.source);
    wait_after_refusal(begin, m_refusal_takes, session.error().code);
    return Fail{std::move(session).error()};
  }
  m_throttle.succeeded(account, attempt.source);
  LK_SEEDED_LEAK(token_in_log, seeded::say(as_text(start.token.expose())));
  m_house.metrics.log_ins.add();
  identity::OpenedSession opened{std::move(start.token), std::move(session).value()};
  if (fresh.secret_is_used) {
    opened.device = {attempt.device->id, std::move(fresh.device_secret), fresh.device_ends_at};
  }
  return opened;
}

Result<identity::OpenedSession> LogIn::step_up(const identity::Session& session,
                                               identity::LoginAttempt attempt) {
  const auto begin = std::chrono::steady_clock::now();
  const Timestamp now = m_house.clock.now();
  const audit::Entry entry = entry_by(identity::actor_of(session), audit::Act::kStepUp);
  if (auto enrolled = require_more_than_enrolment(session); !enrolled) {
    record_refusal(m_house, entry, name_of(enrolled.error().code));
    return Fail{std::move(enrolled).error()};
  }
  if (auto throttled = m_throttle.admit_step_up(session.agent().raw(), now); !throttled) {
    record_refusal(m_house, entry, "throttled");
    return Fail{std::move(throttled).error()};
  }
  attempt.username = session.username();
  attempt.device.reset();  // what it stands in for was typed long ago
  attempt.email_transaction = {};
  auto start = identity::SessionStart::draw(session.caller(), attempt.source, now);
  const auto replace = [&](store::WriteTxn& txn, const identity::Admission& admission,
                           const Proof& proof) -> Result<Outcome> {
    follow_provider(proof, start);
    if (admission.agent() != session.agent()) {
      return Outcome{Refused{"another_agent", admission.agent()}};
    }
    if (admission.assurance() == identity::Assurance::kEnrolmentOnly) {
      return fail(Errc::kUnauthenticated, "step-up: the agent has to enrol first");
    }
    LK_TRY(auto opened, m_sessions.replace(txn, session, admission, start, now));
    audit::Entry done = entry;
    done.object = {audit::ObjectKind::kSession, to_ulid(start.id)};
    done.reason = std::string{name_of(admission.assurance())};
    LK_TRY_VOID(audit::append(txn, done, now));
    LK_TRY_VOID(
        append_ends(txn, session.agent(), session.agent(), opened.ended, "session_limit", now));
    return Outcome{std::move(opened.session)};
  };
  Fresh fresh{crypto::new_id<AgentId>(now), {}};
  Refused refused;
  auto renewed = let_in(attempt, session.id(), replace, fresh, refused);
  if (renewed || renewed.error().code == Errc::kUnavailable) {
    m_throttle.step_up_decided(session.agent().raw());
  }
  if (!renewed) {
    record_refusal(m_house, entry, refused.cause);
    wait_after_refusal(begin, m_refusal_takes, renewed.error().code);
    return renewed.error().code == Errc::kUnauthenticated
               ? fail(Errc::kProofRefused, "step-up: refused")
               : Fail{std::move(renewed).error()};
  }
  return identity::OpenedSession{std::move(start.token), std::move(renewed).value()};
}

Result<identity::Session> LogIn::session_of(const identity::ShownSession& shown) {
  return m_house.store.read(
      [&](store::ReadTxn& txn) { return m_sessions.find(txn, shown, m_house.clock.now()); });
}

Result<identity::Session> LogIn::resume(const identity::ShownSession& shown, Use use) {
  auto session = session_of(shown);
  if (!session) {
    if (session.error().code == Errc::kUnauthenticated) {
      end_elsewhere(shown);
    }
    return session;
  }
  if (use == Use::kByAgent &&
      identity::SessionStore::touch_due(session.value()) == identity::SessionStore::Touch::kDue) {
    LK_TRY_VOID(m_house.store.write([&](store::WriteTxn& txn) {
      return m_sessions.touch(txn, session.value(), m_house.clock.now());
    }));
  }
  return session;
}

// The request is refused whether the session could be ended or not.
void LogIn::end_elsewhere(const identity::ShownSession& shown) {
  using Found = std::optional<identity::SessionStore::Elsewhere>;
  const Timestamp now = m_house.clock.now();
  const auto look = [&](store::ReadTxn& txn) { return m_sessions.find_elsewhere(txn, shown); };
  if (const auto found = m_house.store.read(look); !found || !found.value()) {
    return;  // nearly always: the token is none of ours, or of a session that is over
  }
  const auto ended = m_house.store.write([&](store::WriteTxn& txn) -> Result<Found> {
    LK_TRY(const auto found, look(txn));
    if (!found) {
      return Found{};  // another request was first
    }
    LK_TRY_VOID(m_sessions.close_one(txn, found->agent, found->session));
    LK_TRY_VOID(append_ends(txn, std::nullopt, found->agent, {found->session}, kElsewhere, now));
    LK_TRY_VOID(identity::LogInHistory::add(txn, found->agent,
                                            {now, identity::PastLogIn::Outcome::kRefused,
                                             std::string{kElsewhere}, std::string{shown.source}}));
    return found;
  });
  if (!ended) {
    report_unwritten(Fail{ended.error()});
  } else if (const auto& found = ended.value()) {
    log_warn("SESSION_ELSEWHERE", Field{"agent", found->agent}, Field{"session", found->session});
  }
}

Result<void> LogIn::log_out(const identity::Session& session) {
  const Timestamp now = m_house.clock.now();
  const audit::Entry entry = entry_by(identity::actor_of(session), audit::Act::kLogOut);
  return m_house.store.write([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY_VOID(m_sessions.close(txn, session));
    return audit::append(txn, entry, now);
  });
}

}  // namespace leadkeep::flow
