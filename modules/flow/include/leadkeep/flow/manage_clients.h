// leadkeep/flow/manage_clients.h — the list of approved clients: add, approve, suspend, revoke
//
// Through the API by an administrator; through the control socket by the operator of the host, who is
// named in the audit trail as the daemon itself.
// Errors   as clients/registry.h
// Threads  any
#pragma once
#include <leadkeep/base/guarded.h>
#include <leadkeep/clients/registry.h>
#include <leadkeep/flow/by.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/identity/permit.h>

#include <functional>
#include <string_view>
#include <vector>

namespace leadkeep::flow {

class ManageClients {
 public:
  ManageClients(House& house, const clients::Registry& registry) noexcept
      : m_house{house}, m_registry{registry} {}

  using By = flow::By<identity::Action::kManageClients>;

  // What to give to whoever runs the client: shown once.
  struct Invitation {
    ClientId id;
    SecretBytes token;  // text
    Timestamp ends_at;
  };

  [[nodiscard]] Result<Invitation> add(const By& by, const clients::Draft& draft);
  // `client` is an id or the name of one that is not revoked, as in all that follow.
  [[nodiscard]] Result<Invitation> invite(const By& by, std::string_view client);
  [[nodiscard]] Result<void> approve(const By& by, std::string_view client,
                                     const clients::KeyHash& key);
  [[nodiscard]] Result<void> set_state(const By& by, std::string_view client, clients::State state);
  // The client as it is then.
  [[nodiscard]] Result<clients::Client> change(const By& by, std::string_view client,
                                               const clients::Change& change);
  [[nodiscard]] Result<clients::Client> show(
      const identity::Permit<identity::Action::kListClients>& permit, const ClientId& id);
  [[nodiscard]] Result<std::vector<clients::Client>> list(const By& by);
  [[nodiscard]] Result<std::vector<clients::Client>> list(
      const identity::Permit<identity::Action::kListClients>& permit);

  // Called after somebody may have lost something, by the thread that took it; empty: nobody is told.
  void on_change(std::function<void()> told);

 private:
  [[nodiscard]] Result<std::vector<clients::Client>> listed(
      const std::optional<identity::Actor>& actor);
  void tell();

  House& m_house;
  const clients::Registry& m_registry;
  Guarded<std::function<void()>> m_told;
};

}  // namespace leadkeep::flow
