// leadkeep/flow/keep_devices.h — the browsers that an agent has had remembered
//
//   Session + name ─ RecognisedDevices ─ audit ─ the secret, once
//
// Who is forgotten signs in with a second factor again: the sessions of that browser end in the
// same transaction. An agent who forgets the browser in use stays signed in there.
//
// Errors   those of identity/recognised_devices.h
//          kSecondFactorRequired  a session that may only enrol
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/manage_agents.h>
#include <leadkeep/identity/recognised_devices.h>
#include <leadkeep/identity/session.h>

#include <optional>
#include <string_view>
#include <vector>

namespace leadkeep::flow {

class KeepDevices {
 public:
  KeepDevices(House& house, const identity::RecognisedDevices& devices,
              const identity::SessionStore& sessions,
              const identity::LocalDirectory& agents) noexcept
      : m_house{house}, m_devices{devices}, m_sessions{sessions}, m_agents{agents} {}

  using Devices = std::vector<identity::DeviceSummary>;

  struct Remembered {
    identity::DeviceSummary device;
    SecretBytes secret;  // text
  };

  [[nodiscard]] Result<Remembered> remember(const identity::Session& session,
                                            std::string_view name);
  [[nodiscard]] Result<Devices> list(const identity::Session& session);
  [[nodiscard]] Result<void> forget(const identity::Session& session, const identity::DeviceId& id);

  // Somebody else's.
  [[nodiscard]] Result<Devices> list_of(const ManageAgents::By& by, std::string_view username);
  // All of them without an id; how many there were.
  [[nodiscard]] Result<std::size_t> forget_of(const ManageAgents::By& by, std::string_view username,
                                              const std::optional<identity::DeviceId>& id);

 private:
  House& m_house;
  const identity::RecognisedDevices& m_devices;
  const identity::SessionStore& m_sessions;
  const identity::LocalDirectory& m_agents;
};

}  // namespace leadkeep::flow
