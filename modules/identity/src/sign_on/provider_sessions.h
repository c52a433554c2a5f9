// Which session at an identity provider a session here stands for, and which a logout is about.
#pragma once
#include <leadkeep/identity/session.h>
#include <leadkeep/store/records/provider_session.pb.h>

#include <algorithm>
#include <optional>

namespace leadkeep::identity {

// A person's session of which the identity provider has named no index is meant by any; where nobody
// is named, only the session itself is.
[[nodiscard]] inline bool is_meant(const records::ProviderSession& there,
                                   const ProviderLogout& logout) {
  const auto& indexes = logout.session_indexes;
  const std::string& person = logout.name_id.expose();
  const bool is_named = std::ranges::find(indexes, there.index()) != indexes.end();
  if (there.entity_id() != logout.entity_id) {
    return false;
  }
  return person.empty()
             ? is_named && !there.index().empty()
             : there.name_id() == person && (indexes.empty() || there.index().empty() || is_named);
}

// After a step-up: it is another session there, but one at another identity provider is not that of
// the log-in.
[[nodiscard]] inline const std::optional<ProviderSession>& followed(
    const std::optional<ProviderSession>& before, const std::optional<ProviderSession>& now) {
  return before && (!now || now->entity_id != before->entity_id) ? before : now;
}

}  // namespace leadkeep::identity
