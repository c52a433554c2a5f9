// Hosts that may be connected to because a setting lists them, or names an address there.
#pragma once
#include <leadkeep/config/settings.h>
#include <leadkeep/transfer/https_client.h>

#include <set>
#include <string>
#include <vector>

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

// The hosts that a setting lists.
[[nodiscard]] inline Result<egress::AllowList> allow_list_of(
    const std::vector<config::Endpoint>& endpoints) {
  std::vector<std::string> entries;
  entries.reserve(endpoints.size());
  for (const config::Endpoint& endpoint : endpoints) {
    entries.push_back(endpoint.text());
  }
  return egress::AllowList::parse(entries);
}

}  // namespace leadkeep::daemon
