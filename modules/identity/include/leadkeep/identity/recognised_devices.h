// leadkeep/identity/recognised_devices.h — log-in path: a browser in place of the second factor
//
//   ProvenIdentity + ShownDevice ─ Admission (kRecognisedDevice) ─ Session
//
// An agent who has just used a second factor may have the browser remembered. From then on it
// shows, beside the password, a secret and a proof of a key that cannot be taken out of it (dpop).
// It replaces the second factor and nothing else: such a session changes no factor and does nothing
// that asks for a fresh proof.
//
// The secret is replaced at each log-in. The one before counts until the new one is shown, as an
// answer may be lost, and all of the last minute do, as tabs sign in at once. Who shows an older
// one has a copy of the browser, or is the one it was copied from: the device is forgotten, and all
// sessions of the agent end. Who shows a secret without the key has taken it out of the browser, or
// the browser has lost the key: the device is forgotten. A secret that was never given out is
// nothing.
//
// A device is forgotten too by its agent, by whoever manages agents, with every change of the
// agent's password or factors, and when the recheck finds that the directory lets the agent in no
// more. A new password there is not seen. It counts no more when it was not used for 14 days, when
// its time is over, when a local agent was disabled since, or has other roles than when it was
// remembered.
//
// Errors   kForbidden       a role of the agent may not have one (second_factor.device_for)
//          kStepUpRequired  the proof of the session is old, or rests on a device itself
//          kConflict        the agent has five or no second factor, or it is no browser's session
//          kInvalidInput    a name that is not 1 to 64 bytes of printable UTF-8
//          kNotFound        the agent has no such device
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/identity/second_factors.h>
#include <leadkeep/identity/shown_device.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace leadkeep::identity {

struct DeviceSummary {
  DeviceId id;
  std::string name;  // the agent's word for it
  Timestamp since;
  Timestamp last_used;
  Timestamp ends_at;
  DeviceKey key{};  // of its sessions
};

class RecognisedDevices {
 public:
  static constexpr int kMost = 5;  // of one agent
  static constexpr std::size_t kMaxNameBytes = 64;
  static constexpr std::chrono::days kIdle{14};
  static constexpr std::chrono::seconds kOverlap{60};
  static constexpr int kOldSecrets = 8;  // so many are known as such

  explicit RecognisedDevices(SecondFactorPolicy policy) : m_policy{std::move(policy)} {}

  struct Recognised {
    Admission admission;
    enum class Secret : std::uint8_t { kKept, kReplaced } secret;  // by the fresh one
    Timestamp ends_at;
  };

  using Decision = std::variant<Recognised, FactorRefusal>;

  // Nothing for a device that does not count: the agent is asked for the second factor.
  [[nodiscard]] Result<std::optional<Decision>> recognise(store::WriteTxn& txn,
                                                          const ProvenIdentity& who,
                                                          const ShownDevice& shown,
                                                          const SecretBytes& fresh_secret,
                                                          Timestamp now) const;

  // The browser of this session.
  [[nodiscard]] Result<DeviceSummary> remember(store::WriteTxn& txn, const Session& session,
                                               const DeviceId& id, std::string_view name,
                                               const SecretBytes& secret, Timestamp now) const;
  [[nodiscard]] Result<std::vector<DeviceSummary>> list(store::ReadTxn& txn, const AgentId& agent,
                                                        Timestamp now) const;
  // Everybody who has one.
  [[nodiscard]] Result<std::vector<AgentId>> list_agents(store::ReadTxn& txn) const;
  // Whose sessions are to end with it.
  [[nodiscard]] Result<DeviceKey> forget(store::WriteTxn& txn, const AgentId& agent,
                                         const DeviceId& id) const;
  [[nodiscard]] Result<std::vector<DeviceKey>> forget_all(store::WriteTxn& txn,
                                                          const AgentId& agent) const;

 private:
  SecondFactorPolicy m_policy;
};

}  // namespace leadkeep::identity
