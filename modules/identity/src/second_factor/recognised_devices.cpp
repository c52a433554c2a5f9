#include "second_factor/factor_record.h"

#include <leadkeep/crypto/token.h>
#include <leadkeep/identity/recognised_devices.h>

#include <algorithm>

namespace leadkeep::identity {
namespace {

using Recognised = RecognisedDevices::Recognised;

Timestamp end_of(const records::Device& device, std::chrono::milliseconds life) {
  return std::min(Timestamp{device.since_ms()} + life,
                  Timestamp{device.last_used_ms()} + RecognisedDevices::kIdle);
}

// Who waits for a turn has read the clock before. One of the future by more than that is from a
// clock that was set back: nobody knows how old it is.
bool is_over(const records::Device& device, std::chrono::milliseconds life, Timestamp now) {
  return now >= end_of(device, life) ||
         Timestamp{device.last_used_ms()} - now >= RecognisedDevices::kOverlap;
}

Result<DeviceSummary> summary_of(const records::Device& device, std::chrono::milliseconds life) {
  const auto id = DeviceId::from_bytes(as_bytes(device.id()));
  DeviceSummary summary{{},
                        device.name(),
                        Timestamp{device.since_ms()},
                        Timestamp{device.last_used_ms()},
                        end_of(device, life),
                        {}};
  if (!id || device.key().size() != summary.key.size()) {
    return fail(Errc::kCorrupt, "identity: the id or key of a device has another length");
  }
  summary.id = *id;
  std::ranges::copy(as_bytes(device.key()), summary.key.begin());
  return summary;
}

auto find(records::SecondFactors& factors, const DeviceId& id) {
  return std::ranges::find(*factors.mutable_devices(), id.raw(), &records::Device::id);
}

bool has_roles_as_then(const records::Device& device, const records::Agent& agent) {
  return std::ranges::is_permutation(device.roles(), agent.roles());
}

enum class Shown : std::uint8_t {
  kCurrent,
  kJustReplaced,  // by another tab, a moment ago
  kNotReceived,   // the one after it was never shown: its answer was lost
  kCopied,
  kWithoutKey,
  kNothing,
};

bool is_of(ByteView kept, ByteView hash) {
  return crypto::compare_constant_time(kept, hash) == crypto::Compared::kEqual;
}

Shown look_at_secret(const records::Device& device, const SecretBytes& secret, Timestamp now) {
  const Bytes hash = crypto::token::hash_of(secret.expose());
  if (is_of(as_bytes(device.secret_hash()), hash)) {
    return Shown::kCurrent;
  }
  for (int i = device.replaced_size() - 1; i >= 0; --i) {
    const records::ReplacedSecret& replaced = device.replaced(i);
    if (!is_of(as_bytes(replaced.hash()), hash)) {
      continue;
    }
    if (!window_has_passed(Timestamp{replaced.at_ms()}, RecognisedDevices::kOverlap, now)) {
      return Shown::kJustReplaced;
    }
    return i == device.replaced_size() - 1 ? Shown::kNotReceived : Shown::kCopied;
  }
  return Shown::kNothing;
}

Shown look_at(const records::Device& device, const ShownDevice& shown, Timestamp now) {
  const Shown as = look_at_secret(device, shown.secret, now);
  return as != Shown::kNothing && !same_bytes(as_bytes(device.key()), shown.key)
             ? Shown::kWithoutKey
             : as;
}

void replace_secret(records::Device& device, Shown as, const SecretBytes& fresh, Timestamp now) {
  auto& replaced = *device.mutable_replaced();
  if (as == Shown::kCurrent) {
    replaced.Add()->set_hash(device.secret_hash());
  }
  if (replaced.size() > RecognisedDevices::kOldSecrets) {
    replaced.erase(replaced.begin());
  }
  replaced.rbegin()->set_at_ms(now.ms);
  device.set_secret_hash(std::string{as_text(crypto::token::hash_of(fresh.expose()))});
  device.set_last_used_ms(now.ms);
}

Result<void> require_fresh_factor(const Session& session) {
  const bool by_factor =
      session.assurance() == Assurance::kTwoFactors || session.assurance() == Assurance::kPasskey;
  if (by_factor && session.proof_age() == ProofAge::kFresh) {
    return {};
  }
  return fail(Errc::kStepUpRequired, "devices: prove again who acts, with a second factor");
}

}  // namespace

Result<std::optional<RecognisedDevices::Decision>> RecognisedDevices::recognise(
    store::WriteTxn& txn, const ProvenIdentity& who, const ShownDevice& shown,
    const SecretBytes& fresh_secret, Timestamp now) const {
  using Outcome = std::optional<Decision>;
  LK_TRY(const records::Agent agent, load_agent(txn, who.agent()));
  LK_TRY(auto factors, load_factors(txn, who.agent()));
  const auto found = find(factors, shown.id);
  if (found == factors.mutable_devices()->end()) {
    return Outcome{};
  }
  records::Device& device = *found;
  const Shown as = look_at(device, shown, now);
  if (as == Shown::kNothing) {
    return Outcome{};
  }
  const bool counts = has_any(factors) && m_policy.accepts_device(roles_of(agent)) &&
                      has_roles_as_then(device, agent) &&
                      device.auth_epoch() == agent.auth_epoch() &&
                      !is_over(device, m_policy.device_life(), now);
  if (as == Shown::kCopied || as == Shown::kWithoutKey || !counts) {
    factors.mutable_devices()->erase(found);
    LK_TRY_VOID(save_factors(txn, who.agent(), factors));
    return as == Shown::kCopied       ? Outcome{FactorRefusal::kDeviceCopied}
           : as == Shown::kWithoutKey ? Outcome{FactorRefusal::kDeviceKey}
                                      : Outcome{};
  }
  Recognised recognised{Admission{Admission::Key{}, who.agent(), Assurance::kRecognisedDevice},
                        Recognised::Secret::kKept,
                        Timestamp{device.since_ms()} + m_policy.device_life()};
  if (as != Shown::kJustReplaced) {
    replace_secret(device, as, fresh_secret, now);
    recognised.secret = Recognised::Secret::kReplaced;
    LK_TRY_VOID(save_factors(txn, who.agent(), factors));
  }
  return Outcome{recognised};
}

Result<DeviceSummary> RecognisedDevices::remember(store::WriteTxn& txn, const Session& session,
                                                  const DeviceId& id, std::string_view name,
                                                  const SecretBytes& secret, Timestamp now) const {
  if (!is_printable(name, kMaxNameBytes)) {
    return fail(Errc::kInvalidInput, "a device's name has 1 to 64 bytes of printable UTF-8");
  }
  if (!m_policy.accepts_device(session.roles())) {
    return fail(Errc::kForbidden, "devices: a role of the agent may not have one");
  }
  LK_TRY_VOID(require_fresh_factor(session));
  LK_TRY(const records::Agent agent, load_agent(txn, session.agent()));
  LK_TRY(auto factors, load_factors(txn, session.agent()));
  auto& devices = *factors.mutable_devices();
  const auto& key = session.device_key();
  // One that is over, and the same browser remembered before, makes room.
  const auto gone = std::ranges::remove_if(devices, [&](const records::Device& device) {
    return is_over(device, m_policy.device_life(), now) ||
           (key && same_bytes(as_bytes(device.key()), *key));
  });
  devices.erase(gone.begin(), gone.end());
  if (!key || !has_any(factors) || devices.size() >= kMost) {
    return fail(Errc::kConflict, "devices: of no browser, without a factor, or one too many");
  }
  records::Device& device = *devices.Add();
  device.set_id(std::string{id.raw()});
  device.set_secret_hash(std::string{as_text(crypto::token::hash_of(secret.expose()))});
  device.set_key(std::string{as_text(*key)});
  device.set_name(std::string{name});
  device.set_since_ms(now.ms);
  device.set_last_used_ms(now.ms);
  device.set_auth_epoch(agent.auth_epoch());
  *device.mutable_roles() = agent.roles();
  LK_TRY_VOID(save_factors(txn, session.agent(), factors));
  return summary_of(device, m_policy.device_life());
}

Result<std::vector<DeviceSummary>> RecognisedDevices::list(store::ReadTxn& txn,
                                                           const AgentId& agent,
                                                           Timestamp now) const {
  LK_TRY(const auto factors, load_factors(txn, agent));
  std::vector<DeviceSummary> devices;
  for (const records::Device& device : factors.devices()) {
    if (!is_over(device, m_policy.device_life(), now)) {
      LK_TRY(auto summary, summary_of(device, m_policy.device_life()));
      devices.push_back(std::move(summary));
    }
  }
  return devices;
}

Result<std::vector<AgentId>> RecognisedDevices::list_agents(store::ReadTxn& txn) const {
  std::vector<AgentId> agents;
  LK_TRY_VOID(kFactors.scan(
      txn, {}, {}, identity_key(),
      [&](ByteView row, const records::SecondFactors& factors) -> Result<store::Step> {
        if (const auto id = AgentId::from_bytes(row); id && !factors.devices().empty()) {
          agents.push_back(*id);
        }
        return store::Step::kContinue;
      }));
  return agents;
}

Result<DeviceKey> RecognisedDevices::forget(store::WriteTxn& txn, const AgentId& agent,
                                            const DeviceId& id) const {
  LK_TRY(auto factors, load_factors(txn, agent));
  const auto found = find(factors, id);
  if (found == factors.mutable_devices()->end()) {
    return fail(Errc::kNotFound, "devices: the agent has no such one");
  }
  LK_TRY(const auto summary, summary_of(*found, m_policy.device_life()));
  factors.mutable_devices()->erase(found);
  LK_TRY_VOID(save_factors(txn, agent, factors));
  return summary.key;
}

Result<std::vector<DeviceKey>> RecognisedDevices::forget_all(store::WriteTxn& txn,
                                                             const AgentId& agent) const {
  LK_TRY(auto factors, load_factors(txn, agent));
  std::vector<DeviceKey> keys;
  if (factors.devices().empty()) {
    return keys;
  }
  for (const records::Device& device : factors.devices()) {
    LK_TRY(const auto summary, summary_of(device, m_policy.device_life()));
    keys.push_back(summary.key);
  }
  factors.clear_devices();
  LK_TRY_VOID(save_factors(txn, agent, factors));
  return keys;
}

}  // namespace leadkeep::identity
