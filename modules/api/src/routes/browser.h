// routes/browser.h — login path, request: a page of ours, in the browser that has the key
//
// A browser sends its cookies by itself, so who asks for something with one proves two things more:
// that the page is of our origin (Sec-Fetch-Site, Origin), and that the browser has the key (DPoP).
//
// Yields   the thumbprint of the key
// Refuses  kForbidden   a page of another origin
//          kDpopNonce   no nonce of ours, or an old one: DPoP-Nonce of the answer has another
//          kDpopProof   no proof, or one that is not of this request
//          kNotFound    the operator has set no browser.origin, so there are no pages
// Source   W3C Fetch Metadata; RFC 9449 sections 4.3, 8
// Threads  any
#pragma once
#include "http/request.h"

#include <leadkeep/base/clock.h>
#include <leadkeep/dpop/proof.h>

#include <string_view>

namespace leadkeep::api {

inline constexpr std::string_view kNonceField = "DPoP-Nonce";

class Browser {
 public:
  Browser() = default;  // of a listener without pages

  // nullptr: no origin is set.
  Browser(const dpop::Proofs* proofs, const Clock& clock) noexcept
      : m_proofs{proofs}, m_clock{&clock} {}

  // Without pages a cookie means nothing.
  [[nodiscard]] bool has_pages() const noexcept { return m_proofs != nullptr; }

  [[nodiscard]] Result<dpop::Thumbprint> prove_key(http::Request& request) const;

 private:
  [[nodiscard]] Result<void> require_our_page(http::Request& request) const;

  const dpop::Proofs* m_proofs = nullptr;
  const Clock* m_clock = nullptr;
};

}  // namespace leadkeep::api
