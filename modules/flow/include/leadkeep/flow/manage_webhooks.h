// leadkeep/flow/manage_webhooks.h — where a program wants to be told: set, show, resume, remove
//
// Two people have a say in where events go: an administrator names the address, and the operator of the
// host has allowed its host and port in the settings. The secret is shown once.
// Errors   as clients/webhooks.h and clients/registry.h, and
//          kInvalidInput  the address is none, or its host is not allowed
//          kConflict      the program has no scope of its own to read events
// Threads  any
#pragma once
#include <leadkeep/clients/registry.h>
#include <leadkeep/clients/webhooks.h>
#include <leadkeep/flow/by.h>
#include <leadkeep/flow/house.h>

#include <functional>
#include <string>
#include <string_view>

namespace leadkeep::flow {

class ManageWebhooks {
 public:
  // Whether a webhook may be at this address; kInvalidInput says why not.
  using Check = std::function<Result<void>(const std::string& url)>;

  ManageWebhooks(House& house, const clients::Registry& registry, Check check)
      : m_house{house}, m_registry{registry}, m_check{std::move(check)} {}

  using By = flow::By<identity::Action::kManageClients>;

  // The new secret, as text. `client` is an id or the name of one that is not revoked, as in all that
  // follow.
  [[nodiscard]] Result<SecretBytes> set(const By& by, std::string_view client,
                                        const std::string& url);
  [[nodiscard]] Result<SecretBytes> change_secret(const By& by, std::string_view client);
  [[nodiscard]] Result<void> resume(const By& by, std::string_view client);
  [[nodiscard]] Result<void> remove(const By& by, std::string_view client);

  struct Shown {
    clients::Webhook webhook;
    std::string held_because;  // a stable code; empty: events are handed over
  };

  [[nodiscard]] Result<Shown> show(const By& by, std::string_view client);
  [[nodiscard]] Result<Shown> show(const identity::Permit<identity::Action::kListClients>& permit,
                                   std::string_view client);

 private:
  [[nodiscard]] Result<Shown> shown(const std::optional<identity::Actor>& actor,
                                    std::string_view client);

  House& m_house;
  const clients::Registry& m_registry;
  const Check m_check;
};

}  // namespace leadkeep::flow
