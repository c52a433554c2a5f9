// An act on one client of the list, which its audit entry then names.
#pragma once
#include "acting.h"

#include <leadkeep/clients/registry.h>

#include <string_view>

namespace leadkeep::flow {

// `client` is an id or the name of one that is not revoked.
// does: Result<void>(WriteTxn&, const ClientId&)
template <class Does>
[[nodiscard]] Result<ClientId> act_on_client(House& house, const clients::Registry& registry,
                                             const audit::Entry& entry, std::string_view client,
                                             const Does& does) {
  return act(house, entry, [&](store::WriteTxn& txn, audit::Entry& done) -> Result<ClientId> {
    LK_TRY(const ClientId named, registry.find_named(txn, client));
    done.object = audit::object_of(named);
    LK_TRY_VOID(does(txn, named));
    return named;
  });
}

}  // namespace leadkeep::flow
