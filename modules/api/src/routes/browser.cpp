#include "routes/browser.h"

namespace leadkeep::api {

// A browser that does not send the first field sends the second one with everything that changes
// something; and none lets a page set either.
Result<void> Browser::require_our_page(http::Request& request) const {
  const auto site = request.head().field("sec-fetch-site");
  const auto origin = request.head().field("origin");
  if ((site && *site != "same-origin") || (origin && *origin != m_proofs->origin())) {
    return request.refuse(Errc::kForbidden, 403,
                          "The page that asks is not one of browser.origin. Open that one.");
  }
  return {};
}

Result<dpop::Thumbprint> Browser::prove_key(http::Request& request) const {
  if (m_proofs == nullptr) {
    return fail(Errc::kNotFound, "request: the operator has set no browser.origin");
  }
  LK_TRY_VOID(require_our_page(request));
  const Timestamp now = m_clock->now();
  const http::RequestHead& head = request.head();
  const auto verified =
      m_proofs->verify({name_of(head.verb()), head.path()}, head.field("dpop").value_or(""), now);
  if (const auto* defect = std::get_if<dpop::Defect>(&verified)) {
    request.add_to_answer(kNonceField, m_proofs->new_nonce(now));
    return *defect == dpop::Defect::kNonce ? fail(Errc::kDpopNonce, "request: another nonce")
                                           : fail(Errc::kDpopProof, std::string{name_of(*defect)});
  }
  const auto& accepted = std::get<dpop::Proofs::Accepted>(verified);
  if (m_proofs->is_old(accepted.nonce_issued, now)) {
    request.add_to_answer(kNonceField, m_proofs->new_nonce(now));
  }
  return accepted.key;
}

}  // namespace leadkeep::api
