// leadkeep/identity/caller.h — login path: through what an agent acts
//
// An approved program, whose rights narrow those of the agent; or a page of ours in a browser that the
// operator lets in without a certificate, which may whatever the agent may, but whose sessions count
// with a proof of the browser's key only.
#pragma once
#include <leadkeep/clients/registry.h>

#include <optional>

namespace leadkeep::identity {

class Caller {
 public:
  [[nodiscard]] static Caller of(const clients::ProvenClient& client) {
    return Caller{client.id(), client.rights()};
  }

  [[nodiscard]] static Caller page() { return Caller{std::nullopt, clients::every_right()}; }

  // Nothing for a page.
  [[nodiscard]] const std::optional<ClientId>& client() const noexcept { return m_client; }

  [[nodiscard]] const clients::Rights& rights() const noexcept { return m_rights; }

  [[nodiscard]] bool has(clients::Scope scope) const { return m_rights.scopes.contains(scope); }

 private:
  Caller(const std::optional<ClientId>& client, const clients::Rights& rights) noexcept
      : m_client{client}, m_rights{rights} {}

  std::optional<ClientId> m_client;
  clients::Rights m_rights;
};

}  // namespace leadkeep::identity
