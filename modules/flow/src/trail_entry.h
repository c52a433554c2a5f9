// Audit entries of the paths: who acts comes from the permit.
#pragma once
#include <leadkeep/audit/trail.h>
#include <leadkeep/identity/permit.h>

#include <algorithm>
#include <optional>

namespace leadkeep::flow {

template <class Kind>
[[nodiscard]] Ulid to_ulid(const Id<Kind>& id) {
  Ulid ulid{};
  std::ranges::copy(id.bytes(), ulid.begin());
  return ulid;
}

[[nodiscard]] inline audit::Entry entry_by(const std::optional<identity::Actor>& actor,
                                           audit::Act act, const audit::Object& object = {}) {
  audit::Entry entry;
  if (actor) {
    entry.actor = actor->agent;
    entry.session = actor->session ? std::optional{to_ulid(*actor->session)} : std::nullopt;
    entry.client = actor->client;
  }
  entry.act = act;
  entry.object = object;
  return entry;
}

}  // namespace leadkeep::flow
