// http/tls_context.h — the server's side of TLS
//
// Takes    a certificate chain and a key without a passphrase, both PEM
// Yields   a context of its own; nothing global is configured and no passphrase is ever asked for
// Refuses  kInvalidInput  files that cannot be read, that are not PEM, or that do not belong
// together
//          kForbidden     a key file that others may read
// Source   RFC 8446; TLS 1.2, where it is allowed, with forward secrecy and AEAD only (RFC 9325)
#pragma once
#include <leadkeep/api/servers.h>

#include <Poco/Net/Context.h>

namespace leadkeep::api::http {

[[nodiscard]] Result<Poco::Net::Context::Ptr> make_tls_context(const ListenerOptions& options);

}  // namespace leadkeep::api::http
