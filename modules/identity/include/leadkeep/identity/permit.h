// leadkeep/identity/permit.h — proof that this session may do this action now
//
// A Permit<Action::kReply> can be made by the Authoriser only, so a function that takes one cannot
// be reached without the decision. It carries who acts, for the audit trail, and what the actor may
// see. It belongs to one request: never store one.
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/identity/policy.h>
#include <leadkeep/identity/session.h>

namespace leadkeep::identity {

struct Actor {
  AgentId agent;
  SessionId session;
};

// What the actor of a permit may see of each class of field.
class Viewer {
 public:
  [[nodiscard]] Visibility sees(FieldClass field) const {
    return m_policy->visibility(m_roles, field);
  }

 private:
  friend class Authoriser;

  Viewer(const Policy& policy, std::vector<Role> roles)
      : m_policy{&policy}, m_roles{std::move(roles)} {}

  const Policy* m_policy;
  std::vector<Role> m_roles;
};

template <Action A>
class Permit {
 public:
  [[nodiscard]] const Actor& actor() const noexcept { return m_actor; }

  [[nodiscard]] const Viewer& viewer() const noexcept { return m_viewer; }

 private:
  friend class Authoriser;

  Permit(Actor actor, Viewer viewer) : m_actor{actor}, m_viewer{std::move(viewer)} {}

  Actor m_actor;
  Viewer m_viewer;
};

class Authoriser {
 public:
  explicit Authoriser(Policy policy) : m_policy{std::move(policy)} {}

  Authoriser(const Authoriser&) = delete;
  Authoriser& operator=(const Authoriser&) = delete;

  // kForbidden when the policy gives the action to none of the session's roles;
  // kSecondFactorRequired when the session may do nothing but enrol one; kStepUpRequired when the
  // agent has to prove again who acts.
  template <Action A>
  [[nodiscard]] Result<Permit<A>> permit(const Session& session) const {
    if (session.assurance() == Assurance::kEnrolmentOnly) {
      return fail(Errc::kSecondFactorRequired, "policy: no second factor yet");
    }
    if (m_policy.decide(session.roles(), A) != Verdict::kAllowed) {
      return fail(Errc::kForbidden, "policy: " + std::string{name_of(A)});
    }
    if (needs_step_up(A) && session.proof_age() == ProofAge::kOld) {
      return fail(Errc::kStepUpRequired, "policy: " + std::string{name_of(A)});
    }
    return Permit<A>{Actor{session.agent(), session.id()}, Viewer{m_policy, session.roles()}};
  }

  [[nodiscard]] Verdict allows(const Session& session, Action action) const {
    return session.assurance() == Assurance::kEnrolmentOnly
               ? Verdict::kRefused
               : m_policy.decide(session.roles(), action);
  }

 private:
  const Policy m_policy;
};

}  // namespace leadkeep::identity
