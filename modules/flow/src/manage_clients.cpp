#include "acting_on_client.h"

#include <leadkeep/clients/webhooks.h>
#include <leadkeep/flow/manage_clients.h>

namespace leadkeep::flow {
namespace {

using clients::Registry;
using clients::State;

Registry::By by_of(const ManageClients::By& by) {
  return by.actor() ? Registry::By{by.actor()->agent} : Registry::By{};
}

audit::Act act_of(State state) {
  switch (state) {
    case State::kSuspended:
      return audit::Act::kClientSuspended;
    case State::kRevoked:
      return audit::Act::kClientRevoked;
    default:
      return audit::Act::kClientResumed;
  }
}

}  // namespace

Result<ManageClients::Invitation> ManageClients::add(const By& by, const clients::Draft& draft) {
  const Timestamp now = m_house.clock.now();
  auto start = Registry::Start::draw(now);
  LK_TRY_VOID(act(m_house, entry_by(by.actor(), audit::Act::kClientAdded),
                  [&](store::WriteTxn& txn, audit::Entry& done) -> Result<ClientId> {
                    LK_TRY_VOID(m_registry.add(txn, draft, start, by_of(by), now));
                    done.object = audit::object_of(start.id);
                    return start.id;
                  }));
  return Invitation{start.id, std::move(start.token), now + Registry::kTokenLife};
}

void ManageClients::tell() {
  m_told.with([](const std::function<void()>& told) {
    if (told) {
      told();
    }
  });
}

void ManageClients::on_change(std::function<void()> told) {
  m_told.with([&](std::function<void()>& kept) { kept = std::move(told); });
}

Result<ManageClients::Invitation> ManageClients::invite(const By& by, std::string_view client) {
  const Timestamp now = m_house.clock.now();
  auto start = Registry::Start::draw(now);
  LK_TRY(const ClientId id,
         act_on_client(m_house, m_registry, entry_by(by.actor(), audit::Act::kClientInvited),
                       client, [&](store::WriteTxn& txn, const ClientId& named) {
                         return m_registry.invite(txn, named, start.token, by_of(by), now);
                       }));
  return Invitation{id, std::move(start.token), now + Registry::kTokenLife};
}

Result<void> ManageClients::approve(const By& by, std::string_view client,
                                    const clients::KeyHash& key) {
  const Timestamp now = m_house.clock.now();
  LK_TRY_VOID(act_on_client(m_house, m_registry, entry_by(by.actor(), audit::Act::kClientApproved),
                            client, [&](store::WriteTxn& txn, const ClientId& named) {
                              return m_registry.approve(txn, named, key, by_of(by), now);
                            }));
  tell();  // it may have had another key
  return {};
}

Result<void> ManageClients::set_state(const By& by, std::string_view client, State state) {
  LK_TRY_VOID(act_on_client(m_house, m_registry, entry_by(by.actor(), act_of(state)), client,
                            [&](store::WriteTxn& txn, const ClientId& named) -> Result<void> {
                              LK_TRY_VOID(m_registry.set_state(txn, named, state, by_of(by)));
                              return state == State::kRevoked
                                         ? clients::Webhooks{}.forget(txn, named)
                                         : Result<void>{};
                            }));
  tell();
  return {};
}

Result<clients::Client> ManageClients::change(const By& by, std::string_view client,
                                              const clients::Change& change) {
  std::optional<clients::Client> now_is;
  LK_TRY_VOID(act_on_client(m_house, m_registry, entry_by(by.actor(), audit::Act::kClientChanged),
                            client,
                            [&](store::WriteTxn& txn, const ClientId& named) -> Result<void> {
                              LK_TRY(now_is, m_registry.change(txn, named, change, by_of(by)));
                              return {};
                            }));
  tell();
  return *std::move(now_is);
}

Result<clients::Client> ManageClients::show(
    const identity::Permit<identity::Action::kListClients>& permit, const ClientId& id) {
  return act(m_house, entry_by(permit.actor(), audit::Act::kClientsListed, audit::object_of(id)),
             [&](store::WriteTxn& txn, audit::Entry& done) {
               done.items = 1;
               return m_registry.load(txn, id);
             });
}

Result<std::vector<clients::Client>> ManageClients::list(const By& by) {
  return listed(by.actor());
}

Result<std::vector<clients::Client>> ManageClients::list(
    const identity::Permit<identity::Action::kListClients>& permit) {
  return listed(permit.actor());
}

Result<std::vector<clients::Client>> ManageClients::listed(
    const std::optional<identity::Actor>& actor) {
  return act(m_house, entry_by(actor, audit::Act::kClientsListed),
             [&](store::WriteTxn& txn, audit::Entry& done) {
               auto clients = m_registry.list(txn);
               done.items = clients ? clients.value().size() : 0;
               return clients;
             });
}

}  // namespace leadkeep::flow
