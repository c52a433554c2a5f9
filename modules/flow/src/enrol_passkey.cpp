#include "changed_proofs.h"

#include <leadkeep/crypto/random.h>
#include <leadkeep/flow/enrol_passkey.h>
#include <leadkeep/identity/recovery_codes.h>

namespace leadkeep::flow {
namespace {

using audit::Act;

Result<void> require_an_agent(const identity::Session& session) {
  return session.assurance() == identity::Assurance::kBreakGlass
             ? fail(Errc::kForbidden, "passkeys: an emergency has none")
             : Result<void>{};
}

Fail refused_proof(House& house, const identity::Session& session, std::string_view cause) {
  record_refusal(house, entry_of(session, Act::kPasskeyEnrolled), cause);
  return fail(Errc::kProofRefused, "passkeys: refused");
}

}  // namespace

Result<identity::Passkeys::Question> EnrolPasskey::ask(const identity::Session& session) {
  auto asked = m_house.store.read([&](store::ReadTxn& txn) -> Result<identity::Passkeys::Question> {
    LK_TRY_VOID(require_an_agent(session));
    return m_passkeys.ask(txn, session, webauthn::Ceremony::kRegister, m_house.clock.now());
  });
  return asked ? std::move(asked)
               : refused(m_house, session, Act::kPasskeyEnrolled, std::move(asked).error());
}

Result<EnrolPasskey::Enrolled> EnrolPasskey::enrol(const identity::Session& session,
                                                   std::string_view name,
                                                   const webauthn::Registration& registration) {
  using identity::FactorRefusal;
  using identity::Passkeys;

  struct New {
    identity::Session session;
    Passkeys::Paper paper;
  };

  if (auto an_agent = require_an_agent(session); !an_agent) {
    return refused(m_house, session, Act::kPasskeyEnrolled, std::move(an_agent).error());
  }
  const Timestamp now = m_house.clock.now();
  auto checked = m_passkeys.check(session, registration, now);
  if (!checked) {
    return refused(m_house, session, Act::kPasskeyEnrolled, std::move(checked).error());
  }
  if (const auto* defect = std::get_if<webauthn::Defect>(&checked.value())) {
    return refused_proof(m_house, session, name_of(*defect));
  }
  const auto& passkey = std::get<webauthn::NewPasskey>(checked.value());
  const auto id = crypto::new_id<identity::PasskeyId>(now);
  std::vector<SecretBytes> codes = identity::recovery::new_codes();
  auto start = identity::SessionStart::draw(session, now);
  auto outcome =
      m_house.store.write([&](store::WriteTxn& txn) -> Result<std::variant<New, FactorRefusal>> {
        using Outcome = std::variant<New, FactorRefusal>;
        LK_TRY(const auto added, m_passkeys.add(txn, session, passkey, id, name, codes, now));
        if (const auto* refusal = std::get_if<FactorRefusal>(&added)) {
          return Outcome{*refusal};
        }
        const auto& done = std::get<Passkeys::Added>(added);
        LK_TRY(auto opened, reopen(txn, m_sessions, session, done.admission, start,
                                   Act::kPasskeyEnrolled, "passkey_enrolled", now));
        return Outcome{New{std::move(opened), done.paper}};
      });
  if (!outcome) {
    return refused(m_house, session, Act::kPasskeyEnrolled, std::move(outcome).error());
  }
  if (const auto* refusal = std::get_if<FactorRefusal>(&outcome.value())) {
    return refused_proof(m_house, session, name_of(*refusal));
  }
  New made = std::get<New>(std::move(outcome).value());
  if (made.paper == Passkeys::Paper::kKept) {
    codes.clear();
  }
  return Enrolled{id, std::move(codes), {std::move(start.token), std::move(made.session)}};
}

Result<identity::OpenedSession> EnrolPasskey::remove(const identity::Session& session,
                                                     const identity::PasskeyId& id) {
  const Timestamp now = m_house.clock.now();
  auto start = identity::SessionStart::draw(session, now);
  auto outcome = m_house.store.write([&](store::WriteTxn& txn) -> Result<identity::Session> {
    LK_TRY(const auto admission, m_passkeys.remove(txn, session, id));
    return reopen(txn, m_sessions, session, admission, start, Act::kPasskeyRemoved,
                  "passkey_removed", now);
  });
  if (!outcome) {
    return refused(m_house, session, Act::kPasskeyRemoved, std::move(outcome).error());
  }
  return identity::OpenedSession{std::move(start.token), std::move(outcome).value()};
}

}  // namespace leadkeep::flow
