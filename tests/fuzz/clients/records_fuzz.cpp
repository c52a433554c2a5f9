// A client as it is kept, read back from the store: the input is the plaintext of its record under its
// genuine key, and two index rows lead to it. Nobody is an approved client by a record that does not say
// so, of this key and of now.
#include "../store/memory_store.h"
#include "fuzz_target.h"

#include <leadkeep/clients/registry.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/store/records/client.pb.h>

#include <algorithm>
#include <string>

namespace leadkeep::clients {
namespace {

constexpr std::string_view kToken = "0123456789012345678901234567890123456789012";

struct House {
  House() {
    store.make_key(key);
    records::ClientReference reference;
    reference.set_client_id(std::string{id.raw()});
    store.plant_record(store::TableId::kClientIndex, row(1, shown), key, reference);
    store.plant_record(store::TableId::kClientIndex, row(2, crypto::sha256({as_bytes(kToken)})),
                       key, reference);
  }

  static Bytes row(unsigned of, const KeyHash& hash) {
    Bytes bytes{static_cast<std::byte>(of)};
    bytes.insert(bytes.end(), hash.begin(), hash.end());
    return bytes;
  }

  store::MemoryStore store;
  store::KeyRef key = store::system_key("clients");
  ClientId id = store::filled_id<ClientId>(0x44);
  KeyHash shown = crypto::sha256({as_bytes("a key")});
  Registry registry{Registry::Approval::kOnePerson};
  std::vector<std::string> no_uris;
};

template <class T>
void check_error(const Result<T>& result) {
  LK_CHECK(result.ok() || result.error().code == Errc::kCorrupt ||
           result.error().code == Errc::kUnauthenticated ||
           result.error().code == Errc::kConflict || result.error().code == Errc::kForbidden);
}

void check_proof(House& house, const records::Client& record) {
  const auto verdict = house.store.read([&](store::ReadTxn& txn) {
    return house.registry.prove(txn, {house.shown, house.no_uris, "10.1.2.3"}, house.store.now());
  });
  check_error(verdict);
  if (!verdict.ok()) {
    return;
  }
  const auto* proven = std::get_if<ProvenClient>(&verdict.value());
  const bool has_key =
      record.current_key() == as_text(house.shown) || record.next_key() == as_text(house.shown);
  const bool is_over =
      record.expires_ms() != 0 && house.store.now() >= Timestamp{record.expires_ms()};
  LK_CHECK(has_key);
  LK_CHECK(proven == nullptr ||
           (record.state() == static_cast<std::uint32_t>(State::kApproved) && !is_over));
  if (proven != nullptr) {
    LK_CHECK(proven->id() == house.id);
    for (const Scope scope : kScopes) {
      LK_CHECK(proven->rights().scopes.contains(scope) ==
               (std::ranges::find(record.scopes(), static_cast<std::uint32_t>(scope)) !=
                record.scopes().end()));
    }
  }
}

// Whatever an administrator or the client does next.
void check_changes(House& house) {
  const Timestamp now = house.store.now();
  const auto each = {
      house.store.rehearse([&](store::WriteTxn& txn) -> Result<void> {
        LK_TRY_VOID(house.registry.enrol(txn, as_bytes(kToken), house.shown, now));
        return {};
      }),
      house.store.rehearse([&](store::WriteTxn& txn) {
        return house.registry.approve(txn, house.id, house.shown, {}, now);
      }),
      house.store.rehearse([&](store::WriteTxn& txn) -> Result<void> {
        LK_TRY_VOID(house.registry.set_state(txn, house.id, State::kRevoked, {}));
        const auto after = house.registry.prove(txn, {house.shown, house.no_uris, "10.1.2.3"}, now);
        LK_CHECK(!after.ok() || !std::holds_alternative<ProvenClient>(after.value()));
        return {};
      })};
  for (const Result<void>& one : each) {
    check_error(one);
  }
}

void check_input(std::string_view input) {
  static House house;
  house.store.plant(store::TableId::kClients, house.id.bytes(), house.key, as_bytes(input));
  records::Client record;
  if (!record.ParseFromArray(input.data(), static_cast<int>(input.size()))) {
    record.Clear();
  }
  const auto loaded =
      house.store.read([&](store::ReadTxn& txn) { return house.registry.load(txn, house.id); });
  check_error(loaded);
  LK_CHECK(!loaded.ok() || record.id() == house.id.raw());
  check_error(house.store.read([&](store::ReadTxn& txn) { return house.registry.list(txn); }));
  check_proof(house, record);
  check_changes(house);
}

}  // namespace
}  // namespace leadkeep::clients

LK_FUZZ_TARGET(leadkeep::clients::check_input)
