#include "client_record.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/base/text.h>
#include <leadkeep/clients/registry.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/crypto/token.h>

#include <algorithm>
#include <utility>

namespace leadkeep::clients {
namespace {

constexpr std::size_t kMostClients = 1'000;
constexpr std::chrono::hours kTouchAfter{1};

enum class IndexOf : std::uint8_t { kKey = 1, kToken = 2 };

ByteArray<33> index_row(IndexOf of, const KeyHash& hash) {
  ByteArray<33> row{};
  row[0] = static_cast<std::byte>(of);
  std::ranges::copy(hash, row.begin() + 1);
  return row;
}

Fail no_client() {
  return fail(Errc::kNotFound, "clients: there is no such client");
}

Fail no_token() {
  return fail(Errc::kUnauthenticated, "clients: no enrolment token of ours");
}

Result<void> check(const Draft& draft) {
  const auto defect = defect_of(draft);
  return defect ? fail(Errc::kInvalidInput, std::string{defect->member} + ": " + defect->words)
                : Result<void>{};
}

// As it is stored, and what that says.
struct Loaded {
  records::Client record;
  Client client;
};

Result<Loaded> load_one(store::ReadTxn& txn, const ClientId& id) {
  LK_TRY(auto record, kClients.find(txn, id.bytes(), clients_key()));
  if (!record) {
    return no_client();
  }
  LK_TRY(auto client, read_client(*record, id.bytes()));
  return Loaded{*std::move(record), std::move(client)};
}

Result<std::optional<ClientId>> find_by(store::ReadTxn& txn, IndexOf of, const KeyHash& hash) {
  LK_TRY(const auto reference, kClientIndex.find(txn, index_row(of, hash), clients_key()));
  const auto id = reference ? ClientId::from_bytes(as_bytes(reference->client_id())) : std::nullopt;
  if (reference && !id) {
    return fail(Errc::kCorrupt, "clients: an index row names no client");
  }
  return id;
}

Result<void> put_index(store::WriteTxn& txn, IndexOf of, const KeyHash& hash, const ClientId& id) {
  records::ClientReference reference;
  reference.set_client_id(std::string{id.raw()});
  return kClientIndex.put(txn, index_row(of, hash), clients_key(), reference);
}

// The bytes of a key or token in a record, and its row.
Result<void> forget(store::WriteTxn& txn, IndexOf of, std::string& bytes) {
  const auto hash = key_in(bytes);
  bytes.clear();
  return hash ? kClientIndex.erase(txn, index_row(of, *hash)) : Result<void>{};
}

Result<void> close_token(store::WriteTxn& txn, records::Client& record) {
  record.set_token_until_ms(0);
  record.clear_offered_key();
  return forget(txn, IndexOf::kToken, *record.mutable_token_hash());
}

Result<void> open_token(store::WriteTxn& txn, records::Client& record, const ClientId& id,
                        const SecretBytes& token, Timestamp now) {
  LK_TRY_VOID(close_token(txn, record));
  const KeyHash hash = crypto::sha256({token.expose()});
  record.set_token_hash(std::string{as_text(hash)});
  record.set_token_until_ms((now + Registry::kTokenLife).ms);
  return put_index(txn, IndexOf::kToken, hash, id);
}

Result<void> put(store::WriteTxn& txn, const ClientId& id, const records::Client& record) {
  return kClients.put(txn, id.bytes(), clients_key(), record);
}

std::string text_of(const KeyHash& key) {
  return std::string{as_text(key)};
}

// Anybody's, or nobody's.
Result<void> require_free_key(store::ReadTxn& txn, const ClientId& id, const KeyHash& key) {
  LK_TRY(const auto holder, find_by(txn, IndexOf::kKey, key));
  return !holder || *holder == id
             ? Result<void>{}
             : fail(Errc::kConflict, "clients: this is the key of another client");
}

// A certificate of ours names its client; one of another authority may name nobody.
bool names_another(const std::vector<std::string>& uris, const ClientId& id) {
  return std::ranges::any_of(uris, [&](const std::string& uri) {
    return to_lower_ascii(uri).starts_with("urn:leadkeep:client:") && uri != uri_of(id);
  });
}

const char* why_not(const Client& client, Timestamp now) {
  switch (client.state) {
    case State::kPending:
      return "pending";
    case State::kSuspended:
      return "suspended";
    case State::kRevoked:
      return "revoked";
    case State::kApproved:
      break;
  }
  return client.as.expires_at && now >= *client.as.expires_at ? "client_expired" : nullptr;
}

const char* why_not(const Client& client, const ShownKey& shown, Timestamp now) {
  if (const char* reason = why_not(client, now)) {
    return reason;
  }
  if (names_another(shown.uris, client.id)) {
    return "certificate_of_another_client";
  }
  const bool from_there = client.as.networks.empty() ||
                          std::ranges::any_of(client.as.networks, [&](const Network& network) {
                            return network.contains(shown.source);
                          });
  return from_there ? nullptr : "wrong_network";
}

// Of a token that is open.
Result<Loaded> load_by_token(store::ReadTxn& txn, ByteView token, Timestamp now) {
  LK_TRY(const auto id, find_by(txn, IndexOf::kToken, crypto::sha256({token})));
  if (!id) {
    return no_token();
  }
  LK_TRY(auto loaded, load_one(txn, *id));
  return now < Timestamp{loaded.record.token_until_ms()} ? Result<Loaded>{std::move(loaded)}
                                                         : Result<Loaded>{no_token()};
}

std::string name_in_record(const Registry::By& by) {
  return by ? std::string{by->raw()} : std::string{};
}

// Somebody lets it do what others have given it.
Result<void> look_at_what_it_may(records::Client& record, Registry::Approval approval,
                                 const Registry::By& by) {
  const auto& wideners = record.widened_by();
  if (approval == Registry::Approval::kTwoPersons &&
      std::ranges::find(wideners, name_in_record(by)) != wideners.end()) {
    return fail(Errc::kForbidden, "clients: somebody else than who gave it more has to let it");
  }
  record.clear_widened_by();
  return {};
}

Result<void> require_free_name(const std::vector<Client>& all, const ClientId& id,
                               std::string_view name) {
  const bool taken = std::ranges::any_of(all, [&](const Client& other) {
    return other.id != id && other.state != State::kRevoked && other.as.name == name;
  });
  return taken ? fail(Errc::kConflict, "clients: another one has this name") : Result<void>{};
}

Result<void> require_room(const std::vector<Client>& all) {
  const auto in_use = std::ranges::count_if(
      all, [](const Client& client) { return client.state != State::kRevoked; });
  return std::cmp_less(in_use, kMostClients) ? Result<void>{}
                                             : fail(Errc::kTooLarge, "clients: there are 1,000");
}

}  // namespace

Registry::Start Registry::Start::draw(Timestamp now) {
  return {crypto::new_id<ClientId>(now), crypto::token::draw()};
}

Result<void> Registry::add(store::WriteTxn& txn, const Draft& draft, const Start& start,
                           const By& by, Timestamp now) const {
  LK_TRY_VOID(check(draft));
  LK_TRY(const auto all, list(txn));
  LK_TRY_VOID(require_room(all));
  LK_TRY_VOID(require_free_name(all, start.id, draft.name));
  records::Client record;
  record.set_id(std::string{start.id.raw()});
  write_draft(draft, record);
  record.set_state(static_cast<std::uint32_t>(State::kPending));
  record.set_added_by(name_in_record(by));
  record.set_invited_by(record.added_by());
  record.set_added_ms(now.ms);
  LK_TRY_VOID(open_token(txn, record, start.id, start.token, now));
  return put(txn, start.id, record);
}

Result<void> Registry::invite(store::WriteTxn& txn, const ClientId& id, const SecretBytes& token,
                              const By& by, Timestamp now) const {
  LK_TRY(auto loaded, load_one(txn, id));
  auto& [record, client] = loaded;
  if (client.state == State::kRevoked) {
    return fail(Errc::kConflict, "clients: it was revoked; add another one");
  }
  record.set_invited_by(name_in_record(by));
  LK_TRY_VOID(open_token(txn, record, id, token, now));
  return put(txn, id, record);
}

Result<void> Registry::require_token(store::ReadTxn& txn, ByteView token, Timestamp now) const {
  LK_TRY_VOID(load_by_token(txn, token, now));
  return {};
}

Result<Registry::EnrolmentOutcome> Registry::enrol(store::WriteTxn& txn, ByteView token,
                                                   const KeyHash& key, Timestamp now) const {
  LK_TRY(auto loaded, load_by_token(txn, token, now));
  auto& [record, client] = loaded;
  if (client.offered_key && *client.offered_key != key) {
    LK_TRY_VOID(close_token(txn, record));
    LK_TRY_VOID(put(txn, client.id, record));
    return EnrolmentOutcome{TokenTaken{client.id}};
  }
  if (!client.offered_key) {
    LK_TRY_VOID(require_free_key(txn, client.id, key));
    record.set_offered_key(text_of(key));
    record.set_token_until_ms((now + kCollect).ms);
    LK_TRY_VOID(put(txn, client.id, record));
    return EnrolmentOutcome{Enrolled{client.id, Enrolment::kWaits, true}};
  }
  const bool approved = client.state == State::kApproved && client.current_key == key;
  return EnrolmentOutcome{
      Enrolled{client.id, approved ? Enrolment::kApproved : Enrolment::kWaits, false}};
}

Result<void> Registry::approve(store::WriteTxn& txn, const ClientId& id, const KeyHash& key,
                               const By& by, Timestamp now) const {
  LK_TRY(auto loaded, load_one(txn, id));
  auto& [record, client] = loaded;
  if (client.state == State::kRevoked) {
    return fail(Errc::kConflict, "clients: it was revoked; add another one");
  }
  if (client.offered_key != key || client.current_key == key) {
    return fail(Errc::kConflict, "clients: no key with this fingerprint waits for approval");
  }
  if (m_approval == Approval::kTwoPersons &&
      (by == client.added_by || by == AgentId::from_bytes(as_bytes(record.invited_by())))) {
    return fail(Errc::kForbidden,
                "clients: somebody else than who added or invited it has to approve it");
  }
  // A key for one that is suspended is no look at what it may: who resumes it has that.
  if (client.state == State::kPending) {
    LK_TRY_VOID(look_at_what_it_may(record, m_approval, by));
  }
  LK_TRY_VOID(require_free_key(txn, id, key));
  LK_TRY_VOID(forget(txn, IndexOf::kKey, *record.mutable_current_key()));
  LK_TRY_VOID(forget(txn, IndexOf::kKey, *record.mutable_next_key()));
  LK_TRY_VOID(put_index(txn, IndexOf::kKey, key, id));
  record.set_current_key(text_of(key));
  if (client.state == State::kPending) {
    record.set_state(static_cast<std::uint32_t>(State::kApproved));
  }
  record.set_approved_by(name_in_record(by));
  record.set_approved_ms(now.ms);
  record.set_token_until_ms((now + kCollect).ms);
  return put(txn, id, record);
}

Result<void> Registry::set_state(store::WriteTxn& txn, const ClientId& id, State state,
                                 const By& by) const {
  LK_TRY(auto loaded, load_one(txn, id));
  auto& [record, client] = loaded;
  const State before = client.state;
  const bool allowed = (state == State::kSuspended && before == State::kApproved) ||
                       (state == State::kApproved && before == State::kSuspended) ||
                       (state == State::kRevoked && before != State::kRevoked);
  if (!allowed) {
    return fail(Errc::kConflict, "clients: its state does not allow it");
  }
  if (state == State::kApproved) {
    LK_TRY_VOID(look_at_what_it_may(record, m_approval, by));
  }
  if (state == State::kRevoked) {
    LK_TRY_VOID(close_token(txn, record));
    LK_TRY_VOID(forget(txn, IndexOf::kKey, *record.mutable_current_key()));
    LK_TRY_VOID(forget(txn, IndexOf::kKey, *record.mutable_next_key()));
  }
  record.set_state(static_cast<std::uint32_t>(state));
  return put(txn, id, record);
}

Result<Client> Registry::change(store::WriteTxn& txn, const ClientId& id, const Change& change,
                                const By& by) const {
  LK_TRY(auto loaded, load_one(txn, id));
  auto& [record, client] = loaded;
  if (client.state == State::kRevoked) {
    return fail(Errc::kConflict, "clients: it was revoked; add another one");
  }
  const Draft draft = changed(client.as, change);
  LK_TRY_VOID(check(draft));
  LK_TRY(const auto all, list(txn));
  LK_TRY_VOID(require_free_name(all, id, draft.name));
  if (m_approval == Approval::kTwoPersons && compare_reach(client.as, draft) == Reach::kMore) {
    *record.add_widened_by() = name_in_record(by);
    if (client.state == State::kApproved) {
      record.set_state(static_cast<std::uint32_t>(State::kSuspended));
    }
  }
  write_draft(draft, record);
  LK_TRY_VOID(put(txn, id, record));
  return read_client(record, id.bytes());
}

Result<Registry::Renewed> Registry::renew(store::WriteTxn& txn, const ProvenClient& client,
                                          const KeyHash& key) const {
  LK_TRY(auto loaded, load_one(txn, client.id()));
  auto& [record, present] = loaded;
  if (present.state != State::kApproved) {
    return fail(Errc::kConflict, "clients: it was suspended or revoked meanwhile");
  }
  const auto is_one_of_its = [&its = present](const KeyHash& one) {
    return its.current_key == one || its.next_key == one;
  };
  if (!is_one_of_its(client.m_key)) {
    return fail(Errc::kClientNotApproved, "clients: its key was replaced meanwhile");
  }
  if (is_one_of_its(key)) {
    return Renewed::kSameKey;
  }
  LK_TRY_VOID(require_free_key(txn, client.id(), key));
  LK_TRY_VOID(forget(txn, IndexOf::kKey, *record.mutable_next_key()));
  LK_TRY_VOID(put_index(txn, IndexOf::kKey, key, client.id()));
  record.set_next_key(text_of(key));
  LK_TRY_VOID(put(txn, client.id(), record));
  return Renewed::kNextKey;
}

Result<Registry::Verdict> Registry::prove(store::ReadTxn& txn, const ShownKey& shown,
                                          Timestamp now) const {
  LK_TRY(const auto id, find_by(txn, IndexOf::kKey, shown.key));
  if (!id) {
    return Verdict{NotApproved{"unknown_key"}};
  }
  LK_TRY(const Loaded loaded, load_one(txn, *id));
  const Client& client = loaded.client;
  const bool is_next = client.next_key == shown.key;
  if (!is_next && client.current_key != shown.key) {
    return fail(Errc::kCorrupt, "clients: an index row names a client without this key");
  }
  if (const char* reason = why_not(client, shown, now)) {
    return Verdict{NotApproved{reason, *id}};
  }
  ProvenClient proven{*id, client.as.rights};
  proven.m_key = shown.key;
  proven.m_touch_due = is_next || !client.last_used_at || now - *client.last_used_at >= kTouchAfter;
  return Verdict{proven};
}

Result<Registry::Verdict> Registry::prove_receiver(store::ReadTxn& txn, const ClientId& id,
                                                   Timestamp now) const {
  LK_TRY(const Loaded loaded, load_one(txn, id));
  if (const char* reason = why_not(loaded.client, now)) {
    return Verdict{NotApproved{reason, id}};
  }
  return Verdict{ProvenClient{id, loaded.client.as.rights}};
}

Result<void> Registry::touch(store::WriteTxn& txn, const ProvenClient& client,
                             Timestamp now) const {
  LK_TRY(auto loaded, load_one(txn, client.id()));
  records::Client& record = loaded.record;
  if (loaded.client.next_key == client.m_key) {
    LK_TRY_VOID(forget(txn, IndexOf::kKey, *record.mutable_current_key()));
    record.set_current_key(std::exchange(*record.mutable_next_key(), {}));
  }
  // Whoever has its certificate needs the token no more.
  if (!record.token_hash().empty() && loaded.client.offered_key == client.m_key) {
    LK_TRY_VOID(close_token(txn, record));
  }
  record.set_last_used_ms(std::max(record.last_used_ms(), now.ms));
  return put(txn, client.id(), record);
}

Result<std::vector<Client>> Registry::list(store::ReadTxn& txn) const {
  std::vector<Client> clients;
  LK_TRY_VOID(kClients.scan(txn, {}, {}, clients_key(),
                            [&](ByteView key, records::Client& record) -> Result<store::Step> {
                              auto client = read_client(record, key);
                              if (client) {
                                clients.push_back(std::move(client).value());
                              } else {  // one that is damaged keeps nobody from the others
                                log_error("CLIENT_UNREADABLE");
                              }
                              return store::Step::kContinue;
                            }));
  return clients;
}

Result<Client> Registry::load(store::ReadTxn& txn, const ClientId& id) const {
  LK_TRY(auto loaded, load_one(txn, id));
  return std::move(loaded.client);
}

Result<ClientId> Registry::find_named(store::ReadTxn& txn, std::string_view text) const {
  if (const auto id = ClientId::parse(text)) {
    LK_TRY_VOID(load_one(txn, *id));
    return *id;
  }
  LK_TRY(const auto all, list(txn));
  const auto found = std::ranges::find_if(all, [&](const Client& client) {
    return client.state != State::kRevoked && client.as.name == text;
  });
  return found == all.end() ? Result<ClientId>{no_client()} : Result<ClientId>{found->id};
}

}  // namespace leadkeep::clients
