#include "second_factor/factor_record.h"

#include <leadkeep/identity/recognised_devices.h>
#include <leadkeep/identity/token.h>

#include <algorithm>

namespace leadkeep::identity {
namespace {

using Recognised = RecognisedDevices::Recognised;

Timestamp end_of(const records::Device& device, std::chrono::milliseconds life) {
  return std::min(Timestamp{device.since_ms()} + life,
                  Timestamp{device.last_used_ms()} + RecognisedDevices::kIdle);
}

// One of the future is from a clock that was set back: nobody knows how old it is.
bool is_over(const records::Device& device, std::chrono::milliseconds life, Timestamp now) {
  return now >= end_of(device, life) || now < Timestamp{device.last_used_ms()};
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

enum class Shown : std::uint8_t { kCurrent, kJustReplaced, kStolen };

Shown look_at(const records::Device& device, const ShownDevice& shown, Timestamp now) {
  const Bytes hash = token::hash_of(shown.secret.expose());
  const auto is = [&](const std::string& kept) {
    return crypto::compare_constant_time(as_bytes(kept), hash) == crypto::Compared::kEqual;
  };
  if (!same_bytes(as_bytes(device.key()), shown.key)) {
    return Shown::kStolen;
  }
  if (is(device.secret_hash())) {
    return Shown::kCurrent;
  }
  const bool overlaps =
      !window_has_passed(Timestamp{device.replaced_ms()}, RecognisedDevices::kOverlap, now);
  return is(device.replaced_hash()) && overlaps ? Shown::kJustReplaced : Shown::kStolen;
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
  const bool counts = has_any(factors) && m_policy.accepts_device(roles_of(agent)) &&
                      has_roles_as_then(device, agent) &&
                      device.auth_epoch() == agent.auth_epoch() &&
                      !is_over(device, m_policy.device_life(), now);
  if (as == Shown::kStolen || !counts) {
    factors.mutable_devices()->erase(found);
    LK_TRY_VOID(save_factors(txn, who.agent(), factors));
    return as == Shown::kStolen ? Outcome{FactorRefusal::kDeviceCopied} : Outcome{};
  }
  Recognised recognised{Admission{Admission::Key{}, who.agent(), Assurance::kRecognisedDevice},
                        Recognised::Secret::kKept,
                        Timestamp{device.since_ms()} + m_policy.device_life()};
  if (as == Shown::kCurrent) {
    device.set_replaced_hash(device.secret_hash());
    device.set_replaced_ms(now.ms);
    device.set_secret_hash(std::string{as_text(token::hash_of(fresh_secret.expose()))});
    device.set_last_used_ms(now.ms);
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
  device.set_secret_hash(std::string{as_text(token::hash_of(secret.expose()))});
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

Result<dpop::Thumbprint> RecognisedDevices::forget(store::WriteTxn& txn, const AgentId& agent,
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

Result<std::vector<dpop::Thumbprint>> RecognisedDevices::forget_all(store::WriteTxn& txn,
                                                                    const AgentId& agent) const {
  LK_TRY(auto factors, load_factors(txn, agent));
  std::vector<dpop::Thumbprint> keys;
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
