// routes/proxied_programs.h — login path, program: one that a proxy stands before, which ends its TLS
//
// Its certificate does not come through, so it signs each request with the key that was approved (DPoP).
// The proxy proves nothing for anybody: neither a certificate of its own nor what it says of others'
// is looked at. It is believed in one thing, where a request comes from, and only where it is the peer.
//
//   DPoP: proof by the registered key, for method, path, a nonce of ours and, with
//   `Authorization: DPoP …`, the token; taken once
//
// Yields   the key, to be looked up in the list of clients like that of a certificate
// Refuses  kDpopNonce    no nonce of ours, or an old one: DPoP-Nonce of the answer has another
//          kDpopProof    a proof that is not of this request, or came before
//          kUnavailable  more proofs came than are remembered
// Source   RFC 9449 sections 4.3, 7.1, 8, 11.1
// Threads  any
#pragma once
#include "http/request.h"

#include <leadkeep/api/servers.h>
#include <leadkeep/base/clock.h>
#include <leadkeep/base/network.h>
#include <leadkeep/dpop/once.h>
#include <leadkeep/dpop/proof.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace leadkeep::api {

class ProxiedPrograms {
 public:
  // As long as a proof could be repeated it is remembered, so this is short.
  static constexpr std::chrono::seconds kNonceLives{60};

  ProxiedPrograms(const ProxyOptions& options, Pages pages, const Clock& clock)
      : m_networks{options.networks},
        m_pages{pages},
        m_proofs{options.origin, kNonceLives},
        m_once{kNonceLives},
        m_clock{clock} {}

  // Where a request comes from that a proxy hands on, as the proxy says: the last of X-Forwarded-For,
  // which is what the proxy has added itself. Unknown where it says nothing. With that it is nobody's
  // who has not signed it.
  void look_behind_proxy(http::Request& request) const;

  // By a key of which nobody knows yet whether it counts.
  struct Proof {
    dpop::Thumbprint key;
    std::string id;
  };

  // What a proxied program shows is set in the request; nothing is shown by who is none, nor a second
  // time.
  [[nodiscard]] Result<std::optional<Proof>> find_credential(http::Request& request) const;
  // Once it is known that the key counts: kDpopProof where the proof came before.
  [[nodiscard]] Result<void> take(const Proof& proof);

 private:
  [[nodiscard]] bool is_from_proxy(const http::Request& request) const;

  const std::vector<Network> m_networks;  // none: there is no proxy
  const Pages m_pages;
  const dpop::Proofs m_proofs;
  dpop::Once m_once;
  const Clock& m_clock;
};

}  // namespace leadkeep::api
