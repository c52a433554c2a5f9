#include "changed_proofs.h"

#include <leadkeep/crypto/random.h>
#include <leadkeep/crypto/token.h>
#include <leadkeep/flow/keep_devices.h>

namespace leadkeep::flow {
namespace {

using identity::DeviceId;
using identity::Session;
using identity::SessionStore;

constexpr std::string_view kForgotten = "device_forgotten";

// What was opened from the browser ends with it; `spared` is the session that asks for it.
Result<void> end_sessions_on(store::WriteTxn& txn, const SessionStore& sessions,
                             const std::optional<AgentId>& actor, const AgentId& agent,
                             const identity::DeviceKey& key,
                             const std::optional<identity::SessionId>& spared, Timestamp now) {
  LK_TRY(const auto ended, sessions.close_on_device(txn, agent, key, spared));
  return append_ends(txn, actor, agent, ended, kForgotten, now);
}

}  // namespace

Result<KeepDevices::Remembered> KeepDevices::remember(const Session& session,
                                                      std::string_view name) {
  const Timestamp now = m_house.clock.now();
  SecretBytes secret = crypto::token::draw();
  const auto id = crypto::new_id<DeviceId>(now);
  const audit::Entry entry = entry_of(session, audit::Act::kDeviceRemembered);
  LK_TRY(auto device,
         act(m_house, entry,
             [&](store::WriteTxn& txn, audit::Entry&) -> Result<identity::DeviceSummary> {
               LK_TRY_VOID(require_more_than_enrolment(session));
               LK_TRY_VOID(m_sessions.require_live(txn, session));
               return m_devices.remember(txn, session, id, name, secret, now);
             }));
  return Remembered{std::move(device), std::move(secret)};
}

Result<KeepDevices::Devices> KeepDevices::list(const Session& session) {
  LK_TRY_VOID(require_more_than_enrolment(session));
  return m_house.store.read([&](store::ReadTxn& txn) {
    return m_devices.list(txn, session.agent(), m_house.clock.now());
  });
}

Result<void> KeepDevices::forget(const Session& session, const DeviceId& id) {
  const Timestamp now = m_house.clock.now();
  const audit::Entry entry = entry_of(session, audit::Act::kDeviceForgotten);
  LK_TRY_VOID(
      act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry& done) -> Result<DeviceId> {
        LK_TRY_VOID(require_more_than_enrolment(session));
        LK_TRY_VOID(m_sessions.require_live(txn, session));
        LK_TRY(const auto key, m_devices.forget(txn, session.agent(), id));
        LK_TRY_VOID(end_sessions_on(txn, m_sessions, session.agent(), session.agent(), key,
                                    session.id(), now));
        done.items = 1;
        return id;
      }));
  return {};
}

Result<KeepDevices::Devices> KeepDevices::list_of(const ManageAgents::By& by,
                                                  std::string_view username) {
  const Timestamp now = m_house.clock.now();
  const audit::Entry entry = entry_by(by.actor(), audit::Act::kDevicesListed);
  return act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry& done) -> Result<Devices> {
    LK_TRY(const AgentId agent, m_agents.id_of(txn, username));
    done.object = audit::object_of(agent);
    LK_TRY(auto devices, m_devices.list(txn, agent, now));
    done.items = devices.size();
    return devices;
  });
}

Result<std::size_t> KeepDevices::forget_of(const ManageAgents::By& by, std::string_view username,
                                           const std::optional<DeviceId>& id) {
  const Timestamp now = m_house.clock.now();
  const audit::Entry entry = entry_by(by.actor(), audit::Act::kDeviceForgotten);
  return act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry& done) -> Result<std::size_t> {
    LK_TRY(const AgentId agent, m_agents.id_of(txn, username));
    done.object = audit::object_of(agent);
    std::vector<identity::DeviceKey> keys;
    if (id) {
      LK_TRY(const auto key, m_devices.forget(txn, agent, *id));
      keys.push_back(key);
    } else {
      LK_TRY(keys, m_devices.forget_all(txn, agent));
    }
    for (const identity::DeviceKey& key : keys) {
      LK_TRY_VOID(end_sessions_on(txn, m_sessions, entry.actor, agent, key, std::nullopt, now));
    }
    done.items = keys.size();
    return keys.size();
  });
}

}  // namespace leadkeep::flow
