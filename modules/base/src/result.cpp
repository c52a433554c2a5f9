#include <leadkeep/base/result.h>

namespace leadkeep {

std::string_view name_of(Errc code) noexcept {
  switch (code) {
    case Errc::kInvalidInput:
      return "invalid_request";
    case Errc::kTooLarge:
      return "too_large";
    case Errc::kUnauthenticated:
      return "unauthenticated";
    case Errc::kDpopNonce:
      return "use_dpop_nonce";
    case Errc::kDpopProof:
      return "invalid_dpop_proof";
    case Errc::kClientNotApproved:
      return "client_not_approved";
    case Errc::kForbidden:
      return "forbidden";
    case Errc::kSecondFactorRequired:
      return "second_factor_required";
    case Errc::kStepUpRequired:
      return "step_up_required";
    case Errc::kProofRefused:
      return "proof_refused";
    case Errc::kPasswordTooEasy:
      return "password_too_easy";
    case Errc::kNotFound:
      return "not_found";
    case Errc::kConflict:
      return "conflict";
    case Errc::kIdempotencyMismatch:
      return "idempotency_key_reused";
    case Errc::kPreconditionRequired:
      return "precondition_required";
    case Errc::kPreconditionFailed:
      return "precondition_failed";
    case Errc::kConsentWithdrawn:
      return "consent_withdrawn";
    case Errc::kWindowClosed:
      return "window_closed";
    case Errc::kUnreachable:
      return "unreachable";
    case Errc::kTooManyRequests:
      return "too_many_requests";
    case Errc::kUnavailable:
      return "unavailable";
    case Errc::kCorrupt:
      return "corrupt";
    case Errc::kInternal:
      return "internal";
  }
  return "internal";
}

}  // namespace leadkeep
