// leadkeep/clients/authority.h — login path, program: our own authority for certificates of clients
//
// Made once, in the store, where it is sealed like everything else: whoever has the store's key can
// make clients' certificates, and nobody else can. A certificate alone lets nobody in (registry.h).
//
// Errors   kCorrupt  what is stored is no authority
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/clients/client.h>
#include <leadkeep/crypto/certificate_authority.h>
#include <leadkeep/store/transaction.h>

#include <chrono>
#include <optional>

namespace leadkeep::clients {

// Nothing: none was made yet.
[[nodiscard]] Result<std::optional<crypto::CertificateAuthority>> find_authority(
    store::ReadTxn& txn);
// A new one, good for twenty years; not yet in the store.
[[nodiscard]] crypto::CertificateAuthority make_authority(Timestamp now);
[[nodiscard]] Result<void> keep_authority(store::WriteTxn& txn,
                                          const crypto::CertificateAuthority& authority);

// The key is good from a little before now, as clocks differ.
[[nodiscard]] Bytes certificate_for(const crypto::CertificateAuthority& authority,
                                    const ClientId& client, ByteView public_key,
                                    std::chrono::hours life, Timestamp now);

}  // namespace leadkeep::clients
