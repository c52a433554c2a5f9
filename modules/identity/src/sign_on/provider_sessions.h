// Which session at an identity provider a session here stands for, and which a logout is about.
#pragma once
#include <leadkeep/identity/session.h>
#include <leadkeep/store/records/provider_session.pb.h>

#include <algorithm>
#include <optional>

namespace leadkeep::identity {

// One of which the identity provider has named no index is meant by any.
[[nodiscard]] inline bool is_meant(const records::ProviderSession& there,
                                   const ProviderLogout& logout) {
  const auto& indexes = logout.session_indexes;
  return there.entity_id() == logout.entity_id && there.name_id() == logout.name_id.expose() &&
         (indexes.empty() || there.index().empty() ||
          std::ranges::find(indexes, there.index()) != indexes.end());
}

// After a step-up: it is another session there, but one at another identity provider is not that of
// the log-in.
[[nodiscard]] inline const std::optional<ProviderSession>& followed(
    const std::optional<ProviderSession>& before, const std::optional<ProviderSession>& now) {
  return before && (!now || now->entity_id != before->entity_id) ? before : now;
}

}  // namespace leadkeep::identity
