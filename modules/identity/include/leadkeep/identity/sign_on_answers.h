// leadkeep/identity/sign_on_answers.h — log-in path: an identity provider's answer, once (checks
// H-01, H-03)
//
//   judged response ─ keep ─ a row, for five minutes ─ find ─ FederatedProof ─ session, use
//
// Between the answer and the session are a page of ours, which has the browser's key, and maybe a
// second factor. A request is answered once and an assertion taken once: both leave a row that
// outlives everything that could be repeated. So does a logout: the answer to a request of before it,
// which is still on its way, opens nothing.
//
// Errors   kConflict         the request was answered, or the assertion used, before
//          kUnauthenticated  no answer, or it was used, or is too old; "signed_out": that person has
//                            been signed out there meanwhile
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/identity/federation.h>
#include <leadkeep/identity/sign_on_requests.h>
#include <leadkeep/store/transaction.h>

#include <string_view>
#include <vector>

namespace leadkeep::identity {

// Of somebody whom an identity provider has proven just now; made of a row and of nothing else.
class FederatedProof {
 public:
  [[nodiscard]] const FederatedPerson& person() const noexcept { return m_person; }

 private:
  friend class SignOnAnswers;

  explicit FederatedProof(FederatedPerson person) : m_person{std::move(person)} {}

  FederatedPerson m_person;
};

class SignOnAnswers {
 public:
  // Signed by an identity provider.
  struct Message {
    std::string_view entity_id;
    std::string_view id;
    Timestamp ends;  // from then on it proves nothing
  };

  [[nodiscard]] Result<void> keep(store::WriteTxn& txn, const SignOnRequest& request,
                                  const Message& assertion, const FederatedPerson& person,
                                  Timestamp now) const;
  // Signed by the identity provider, and refused: the request is answered all the same.
  [[nodiscard]] Result<void> keep_refused(store::WriteTxn& txn, const SignOnRequest& request,
                                          Timestamp now) const;
  // Before the identity provider is asked for more: keep() says the same in the end.
  [[nodiscard]] Result<bool> is_answered(store::ReadTxn& txn, const SignOnRequest& request) const;
  // A logout request counts once, too (check L-03). Answers that it is about, those of which no session
  // was opened yet and those that are still to come, open none.
  [[nodiscard]] Result<void> keep_logout(store::WriteTxn& txn, const Message& request,
                                         const ProviderLogout& logout, Timestamp now) const;

  [[nodiscard]] Result<FederatedProof> find(store::ReadTxn& txn, const SignOnRequest& request,
                                            Timestamp now) const;
  // In the transaction that opens the session.
  [[nodiscard]] Result<void> use(store::WriteTxn& txn, const SignOnRequest& request,
                                 Timestamp now) const;

  // Rows that nothing can repeat any more, at most `limit`; and their removal, which looks again.
  [[nodiscard]] Result<std::vector<Bytes>> find_over(store::ReadTxn& txn, Timestamp now,
                                                     std::size_t limit) const;
  [[nodiscard]] Result<void> remove_over(store::WriteTxn& txn, const std::vector<Bytes>& keys,
                                         Timestamp now) const;
};

}  // namespace leadkeep::identity
