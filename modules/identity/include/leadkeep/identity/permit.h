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
  std::optional<AgentId> agent;  // nothing: a program by itself
  std::optional<SessionId> session;
  std::optional<ClientId> client = std::nullopt;  // nothing: a page of ours
};

[[nodiscard]] inline Actor actor_of(const Session& session) {
  return {session.agent(), session.id(), session.caller().client()};
}

// A program by itself, or nobody through it.
[[nodiscard]] inline Actor actor_of(const Caller& caller) {
  return {std::nullopt, std::nullopt, caller.client()};
}

// What the actor of a permit may see of each class of field: what both the agent and the client may.
class Viewer {
 public:
  [[nodiscard]] Visibility sees(FieldClass field) const {
    return m_classes.contains(record_class_of(field)) ? m_policy->visibility(m_roles, field)
                                                      : Visibility::kHidden;
  }

 private:
  friend class Authoriser;

  Viewer(const Policy& policy, const Session& session)
      : m_policy{&policy},
        m_roles{session.roles()},
        m_classes{session.caller().rights().record_classes} {}

  // Of a program by itself: as an agent would see it.
  Viewer(const Policy& policy, const clients::Rights& rights)
      : m_policy{&policy}, m_roles{Role::kAgent}, m_classes{rights.record_classes} {}

  const Policy* m_policy;
  std::vector<Role> m_roles;
  EnumSet<clients::RecordClass> m_classes;
};

template <Action A>
class Permit {
 public:
  [[nodiscard]] const Actor& actor() const noexcept { return m_actor; }

  // Where no program acts by itself.
  [[nodiscard]] const AgentId& agent() const
    requires(!is_for_programs(A))
  {
    return *m_actor.agent;
  }

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

  // kForbidden when the policy gives the action to none of the session's roles, or its client has no
  // scope for it;
  // kSecondFactorRequired when the session may do nothing but enrol one; kStepUpRequired when the
  // agent has to prove again who acts.
  template <Action A>
  [[nodiscard]] Result<Permit<A>> permit(const Session& session) const {
    if (session.assurance() == Assurance::kEnrolmentOnly) {
      return fail(Errc::kSecondFactorRequired, "policy: no second factor yet");
    }
    if (decide(session, A) != Verdict::kAllowed) {
      return fail(Errc::kForbidden, "policy: " + std::string{name_of(A)});
    }
    if (needs_step_up(A) && session.proof_age() == ProofAge::kOld) {
      return fail(Errc::kStepUpRequired, "policy: " + std::string{name_of(A)});
    }
    return Permit<A>{actor_of(session), Viewer{m_policy, session}};
  }

  // Of a program by itself; kUnauthenticated where it has no scope of its own for this, as somebody
  // might sign in.
  template <Action A>
    requires(is_for_programs(A))
  [[nodiscard]] Result<Permit<A>> permit(const Caller& caller) const {
    if (allows(caller, A) != Verdict::kAllowed) {
      return fail(Errc::kUnauthenticated, "policy: nobody is signed in");
    }
    return Permit<A>{actor_of(caller), Viewer{m_policy, caller.rights()}};
  }

  [[nodiscard]] Verdict allows(const Caller& caller, Action action) const {
    return caller.client() && is_for_programs(action) &&
                   caller.rights().own_scopes.contains(scope_of(action))
               ? Verdict::kAllowed
               : Verdict::kRefused;
  }

  [[nodiscard]] Verdict allows(const Session& session, Action action) const {
    return session.assurance() == Assurance::kEnrolmentOnly ? Verdict::kRefused
                                                            : decide(session, action);
  }

 private:
  // What both the agent and the client may.
  [[nodiscard]] Verdict decide(const Session& session, Action action) const {
    return session.caller().has(scope_of(action)) ? m_policy.decide(session.roles(), action)
                                                  : Verdict::kRefused;
  }

  const Policy m_policy;
};

}  // namespace leadkeep::identity
