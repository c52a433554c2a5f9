// leadkeep/identity/shown_device.h — log-in path: what a recognised device shows beside a password
#pragma once
#include <leadkeep/base/id.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/dpop/proof.h>

namespace leadkeep::identity {

struct DeviceKind {
  static constexpr std::string_view kPrefix = "device_";
};

using DeviceId = Id<DeviceKind>;

// The thumbprint of the key that a browser has made.
using DeviceKey = dpop::Thumbprint;

// The cookie's two halves, and the key that has signed the request that carries it.
struct ShownDevice {
  DeviceId id;
  SecretBytes secret;  // text
  DeviceKey key{};
};

}  // namespace leadkeep::identity
