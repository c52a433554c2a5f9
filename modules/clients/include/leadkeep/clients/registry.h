// leadkeep/clients/registry.h — login path, program: the list of approved clients, which is what counts
//
//   add ─ token, shown once ─► enrol (a key) ─► approve (its fingerprint) ─► prove, at every request
//                                                                             │ renew: a next key
//
// A certificate names the client; whether it is one, and what it may, is looked up here each time, so
// whoever is suspended is out with the next request. A client has one key, and for a change of keys a
// second one, which takes the first one's place once it was used.
//
// An enrolment token is good for ten minutes, and for one key: shown with another key it is refused and
// closed, as it is in two hands then.
//
// Takes    keys as SHA-256 of their SubjectPublicKeyInfo; tokens as text
// Yields   ProvenClient; only the registry makes one
// Refuses  kInvalidInput     a draft that is not as client.h says
//          kConflict         a name or key of another client; a state that does not allow it
//          kNotFound         no such client
//          kForbidden        where a second person is asked for: approval by whoever added or invited it;
//                            approval and resuming by anybody who gave it more since somebody else looked
//          kUnauthenticated  a token that is none, is over, or came with another key before
//          kTooLarge         more than 1,000 clients that are not revoked
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/base/secret.h>
#include <leadkeep/clients/client.h>
#include <leadkeep/store/transaction.h>

#include <chrono>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace leadkeep::records {
class Client;
}

namespace leadkeep::clients {

// What a connection shows. The views live as long as the request.
struct ShownKey {
  const KeyHash& key;
  const std::vector<std::string>& uris;  // of the certificate
  std::string_view source;               // address of the peer
};

// A program that holds the key of an approved client, now; or that is approved, and is sent something.
class ProvenClient {
 public:
  [[nodiscard]] const ClientId& id() const noexcept { return m_id; }

  [[nodiscard]] const Rights& rights() const noexcept { return m_rights; }

 private:
  friend class Registry;

  ProvenClient(const ClientId& id, const Rights& rights) noexcept : m_id{id}, m_rights{rights} {}

  ClientId m_id;
  Rights m_rights;
  KeyHash m_key{};
  bool m_touch_due = false;
};

// Why somebody is no approved client; a stable code, and whom it is about where that is known.
struct NotApproved {
  const char* reason;  // a literal
  std::optional<ClientId> client = std::nullopt;
};

class Registry {
 public:
  enum class Approval : std::uint8_t { kOnePerson, kTwoPersons };

  static constexpr std::chrono::minutes kTokenLife{10};
  // Until when an approved certificate is fetched.
  static constexpr std::chrono::hours kCollect{24};

  explicit Registry(Approval approval) noexcept : m_approval{approval} {}

  // Who acts; nothing: the operator of the host.
  using By = std::optional<AgentId>;

  // Drawn before the transaction, so that a body that runs twice gives it once.
  struct Start {
    ClientId id;
    SecretBytes token;  // text

    [[nodiscard]] static Start draw(Timestamp now);
  };

  [[nodiscard]] Result<void> add(store::WriteTxn& txn, const Draft& draft, const Start& start,
                                 const By& by, Timestamp now) const;
  // A token for another key of a client that is there: what it had stays until the new one is approved.
  [[nodiscard]] Result<void> invite(store::WriteTxn& txn, const ClientId& id,
                                    const SecretBytes& token, const By& by, Timestamp now) const;

  enum class Enrolment : std::uint8_t { kWaits, kApproved };

  struct Enrolled {
    ClientId id;
    Enrolment is;
    bool is_new;  // the key came just now
  };

  struct TokenTaken {
    ClientId client;  // the token came with another key before: it is closed now
  };

  using EnrolmentOutcome = std::variant<Enrolled, TokenTaken>;

  // Whether there is such a token, without anything being done with it.
  [[nodiscard]] Result<void> require_token(store::ReadTxn& txn, ByteView token,
                                           Timestamp now) const;
  // The first time, and each time that the client asks whether it was approved.
  [[nodiscard]] Result<EnrolmentOutcome> enrol(store::WriteTxn& txn, ByteView token,
                                               const KeyHash& key, Timestamp now) const;
  [[nodiscard]] Result<void> approve(store::WriteTxn& txn, const ClientId& id, const KeyHash& key,
                                     const By& by, Timestamp now) const;
  // From one state of an approved client to another one; kRevoked is for good and forgets all keys.
  [[nodiscard]] Result<void> set_state(store::WriteTxn& txn, const ClientId& id, State state,
                                       const By& by) const;
  // The client as it is then. Where a second person is asked for, one that gets more is suspended until
  // somebody else resumes it.
  [[nodiscard]] Result<Client> change(store::WriteTxn& txn, const ClientId& id,
                                      const Change& change, const By& by) const;

  enum class Renewed : std::uint8_t { kSameKey, kNextKey };

  // Before its certificate is over: the same key, or the next one. kClientNotApproved where its key was
  // replaced since it was proven.
  [[nodiscard]] Result<Renewed> renew(store::WriteTxn& txn, const ProvenClient& client,
                                      const KeyHash& key) const;

  using Verdict = std::variant<ProvenClient, NotApproved>;

  [[nodiscard]] Result<Verdict> prove(store::ReadTxn& txn, const ShownKey& shown,
                                      Timestamp now) const;
  // The same of one that is sent something, and has shown nothing.
  [[nodiscard]] Result<Verdict> prove_receiver(store::ReadTxn& txn, const ClientId& id,
                                               Timestamp now) const;

  enum class Touch : std::uint8_t { kNotDue, kDue };

  [[nodiscard]] static Touch touch_due(const ProvenClient& client) noexcept {
    return client.m_touch_due ? Touch::kDue : Touch::kNotDue;
  }

  // Its time of last use; and where it came with its next key, that is its key now.
  [[nodiscard]] Result<void> touch(store::WriteTxn& txn, const ProvenClient& client,
                                   Timestamp now) const;

  // Without those whose row is damaged, which the log names.
  [[nodiscard]] Result<std::vector<Client>> list(store::ReadTxn& txn) const;
  [[nodiscard]] Result<Client> load(store::ReadTxn& txn, const ClientId& id) const;
  // By id, or by the name of one that is not revoked.
  [[nodiscard]] Result<ClientId> find_named(store::ReadTxn& txn, std::string_view text) const;

 private:
  Approval m_approval;
};

}  // namespace leadkeep::clients
