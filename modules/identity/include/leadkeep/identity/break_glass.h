// leadkeep/identity/break_glass.h — log-in path: a way in when the directory lets nobody in
//
// The operator of the host draws a code. It is good once and for 15 minutes, at most one is out, and
// only its hash is kept, in memory: a restart voids it. It opens a session of an agent of its own,
// which has no password, no second factor and no name of a person, sees no personal data and manages
// agents, for 15 minutes.
// Threads  any; admit belongs to the caller's transaction
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/guarded.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/identity/admission.h>
#include <leadkeep/store/transaction.h>

#include <optional>

namespace leadkeep::identity {

class BreakGlass {
 public:
  static constexpr std::chrono::minutes kGoodFor{15};

  // Voids one that is out already.
  void issue(const SecretBytes& code, Timestamp now);

  // That the code was the one that is out; it is not any more.
  class Broken {
    friend class BreakGlass;
    Broken() = default;
  };

  [[nodiscard]] std::optional<Broken> take(const SecretBytes& typed, Timestamp now);

  // `fresh` becomes the id of the agent at the first time. Disabling that agent ends its session and
  // no more: the next code enables it.
  [[nodiscard]] Result<Admission> admit(store::WriteTxn& txn, const Broken& broken,
                                        const AgentId& fresh, Timestamp now) const;

 private:
  struct Issued {
    ByteArray<32> hash;
    Timestamp ends_at;
  };

  Guarded<std::optional<Issued>> m_issued;
};

}  // namespace leadkeep::identity
