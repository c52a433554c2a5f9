// Hosts that may be connected to because a setting names an address there.
#pragma once
#include <leadkeep/transfer/https_client.h>

#include <set>
#include <string>

namespace leadkeep::daemon {

[[nodiscard]] inline Result<void> allow_host_of(const std::string& url, const std::string& setting,
                                                std::set<egress::Destination>& allowed) {
  auto destination = transfer::HttpsClient::destination_of(url);
  if (!destination) {
    return fail(Errc::kInvalidInput, setting + ": " + destination.error().detail);
  }
  allowed.insert(std::move(destination).value());
  return {};
}

}  // namespace leadkeep::daemon
