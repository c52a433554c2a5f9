// Every device of an agent, forgotten with something else; on record if there were any.
#pragma once
#include "acting.h"

#include <leadkeep/identity/recognised_devices.h>

namespace leadkeep::flow {

[[nodiscard]] inline Result<void> forget_devices_of(store::WriteTxn& txn,
                                                    const identity::RecognisedDevices& devices,
                                                    const std::optional<AgentId>& actor,
                                                    const AgentId& agent, Timestamp now) {
  LK_TRY(const auto keys, devices.forget_all(txn, agent));
  if (keys.empty()) {
    return {};
  }
  audit::Entry entry =
      entry_by(std::nullopt, audit::Act::kDeviceForgotten, audit::object_of(agent));
  entry.actor = actor;
  entry.items = keys.size();
  return audit::append(txn, entry, now);
}

}  // namespace leadkeep::flow
