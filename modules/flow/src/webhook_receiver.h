// Whether events of a webhook are handed over now, and to whom.
#pragma once
#include <leadkeep/clients/registry.h>
#include <leadkeep/clients/webhooks.h>
#include <leadkeep/identity/caller.h>

#include <functional>
#include <string>
#include <variant>

namespace leadkeep::flow {

struct Held {
  std::string because;  // a stable code
};

// may_be_at: Result<void>(const std::string& url)
template <class Check>
[[nodiscard]] Result<std::variant<identity::Caller, Held>> receiver_of(
    store::ReadTxn& txn, const clients::Registry& registry, const Check& may_be_at,
    const clients::Webhook& webhook, Timestamp now) {
  using Receiver = std::variant<identity::Caller, Held>;
  LK_TRY(const auto verdict, registry.prove_receiver(txn, webhook.client, now));
  if (const auto* why = std::get_if<clients::NotApproved>(&verdict)) {
    return Receiver{Held{why->reason}};
  }
  const auto& client = std::get<clients::ProvenClient>(verdict);
  if (!client.rights().own_scopes.contains(clients::Scope::kReadEvents)) {
    return Receiver{Held{"no_scope"}};
  }
  if (!may_be_at(webhook.url)) {
    return Receiver{Held{"host_not_allowed"}};
  }
  return Receiver{identity::Caller::of(client)};
}

}  // namespace leadkeep::flow
