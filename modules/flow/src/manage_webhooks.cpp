#include "acting_on_client.h"
#include "webhook_receiver.h"

#include <leadkeep/flow/manage_webhooks.h>

namespace leadkeep::flow {
namespace {

using clients::Webhooks;

Result<void> require_receiver(store::ReadTxn& txn, const clients::Registry& registry,
                              const ClientId& id) {
  LK_TRY(const auto client, registry.load(txn, id));
  if (client.state == clients::State::kRevoked) {
    return fail(Errc::kConflict, "clients: it was revoked");
  }
  if (!client.as.rights.own_scopes.contains(clients::Scope::kReadEvents)) {
    return fail(Errc::kConflict, "clients: it has no own scope events:read");
  }
  return {};
}

}  // namespace

Result<SecretBytes> ManageWebhooks::set(const By& by, std::string_view client,
                                        const std::string& url) {
  if (auto usable = m_check(url); !usable) {
    record_refusal(m_house, entry_by(by.actor(), audit::Act::kWebhookSet),
                   name_of(usable.error().code));
    return Fail{std::move(usable).error()};
  }
  const SecretBytes secret = Webhooks::draw_secret();
  clients::Webhook wanted;
  wanted.url = url;
  wanted.set_by = by.actor() ? by.actor()->agent : std::nullopt;
  wanted.set_at = m_house.clock.now();
  LK_TRY_VOID(act_on_client(m_house, m_registry, entry_by(by.actor(), audit::Act::kWebhookSet),
                            client,
                            [&](store::WriteTxn& txn, const ClientId& named) -> Result<void> {
                              LK_TRY_VOID(require_receiver(txn, m_registry, named));
                              wanted.client = named;
                              LK_TRY(const std::uint64_t next, audit::next_entry(txn));
                              return Webhooks{}.set(txn, wanted, secret, next);
                            }));
  return clients::text_of_webhook_secret(secret);
}

Result<SecretBytes> ManageWebhooks::change_secret(const By& by, std::string_view client) {
  const SecretBytes secret = Webhooks::draw_secret();
  LK_TRY_VOID(
      act_on_client(m_house, m_registry, entry_by(by.actor(), audit::Act::kWebhookSecretChanged),
                    client, [&](store::WriteTxn& txn, const ClientId& named) {
                      return Webhooks{}.change_secret(txn, named, secret, m_house.clock.now());
                    }));
  return clients::text_of_webhook_secret(secret);
}

Result<void> ManageWebhooks::resume(const By& by, std::string_view client) {
  LK_TRY_VOID(act_on_client(
      m_house, m_registry, entry_by(by.actor(), audit::Act::kWebhookResumed), client,
      [](store::WriteTxn& txn, const ClientId& named) { return Webhooks{}.resume(txn, named); }));
  return {};
}

Result<void> ManageWebhooks::remove(const By& by, std::string_view client) {
  LK_TRY_VOID(act_on_client(
      m_house, m_registry, entry_by(by.actor(), audit::Act::kWebhookRemoved), client,
      [](store::WriteTxn& txn, const ClientId& named) { return Webhooks{}.remove(txn, named); }));
  return {};
}

Result<ManageWebhooks::Shown> ManageWebhooks::show(const By& by, std::string_view client) {
  return shown(by.actor(), client);
}

Result<ManageWebhooks::Shown> ManageWebhooks::show(
    const identity::Permit<identity::Action::kListClients>& permit, std::string_view client) {
  return shown(permit.actor(), client);
}

Result<ManageWebhooks::Shown> ManageWebhooks::shown(const std::optional<identity::Actor>& actor,
                                                    std::string_view client) {
  return act(m_house, entry_by(actor, audit::Act::kClientsListed),
             [&](store::WriteTxn& txn, audit::Entry& done) -> Result<Shown> {
               LK_TRY(const ClientId named, m_registry.find_named(txn, client));
               done.object = audit::object_of(named);
               done.items = 1;
               LK_TRY(auto webhook, Webhooks{}.find(txn, named));
               if (!webhook) {
                 return fail(Errc::kNotFound, "clients: it has no webhook");
               }
               const Timestamp now = m_house.clock.now();
               if (webhook->earlier_secret_until && *webhook->earlier_secret_until <= now) {
                 webhook->earlier_secret_until.reset();
               }
               LK_TRY(const auto receiver, receiver_of(txn, m_registry, m_check, *webhook, now));
               const auto* held = std::get_if<Held>(&receiver);
               return Shown{*std::move(webhook), held == nullptr ? "" : held->because};
             });
}

}  // namespace leadkeep::flow
