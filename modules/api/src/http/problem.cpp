#include "http/problem.h"

#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/json/writer.h>

#include <chrono>

namespace leadkeep::api::http {
namespace {

constexpr std::string_view kPages = "/v1/problems/";

std::optional<std::chrono::seconds> retry_after(const Fault& fault) {
  using std::chrono::seconds;
  switch (fault.status) {
    case 429:
      return fault.again_in.value_or(seconds{60});
    case 503:
      return fault.again_in.value_or(seconds{5});
    default:
      return fault.again_in;
  }
}

std::string address_of(Errc code) {
  return std::string{kPages}.append(name_of(code));
}

Response build(const Fault& fault, std::optional<std::string_view> reason) {
  json::Writer writer;
  writer.begin_object()
      .field("type", address_of(fault.code))
      .field("title", reason_phrase(fault.status))
      .field("status", fault.status)
      .field("code", name_of(fault.code))
      .field("detail", fault.detail);
  if (!fault.member.empty()) {
    writer.field("member", fault.member);
  }
  if (reason) {
    writer.field("reason", *reason);
  }
  LK_SEEDED_LEAK(phone_in_error_detail, writer.field("hint", "+" + seeded::phone()));
  writer.end_object();
  Response response{fault.status, std::move(writer).take()};
  response.content_type = "application/problem+json";
  if (fault.code == Errc::kDpopNonce || fault.code == Errc::kDpopProof) {
    // RFC 9449 section 7.1
    response.fields.emplace_back("WWW-Authenticate", "DPoP algs=\"ES256\", error=\"" +
                                                         std::string{name_of(fault.code)} + "\"");
  } else if (fault.status == 401) {
    response.fields.emplace_back("WWW-Authenticate", "Bearer");
  }
  if (const auto again_in = retry_after(fault)) {
    response.fields.emplace_back("Retry-After", std::to_string(again_in->count()));
  }
  return response;
}

}  // namespace

ProblemKind kind_of(Errc code) noexcept {
  switch (code) {
    case Errc::kInvalidInput:
      return {400, "The request is malformed. Compare it with /v1/openapi.json."};
    case Errc::kTooLarge:
      return {413, "The request is larger than this route takes. Send less."};
    case Errc::kUnauthenticated:
      return {401, "Sign in with POST /v1/sessions and send the token as Authorization: Bearer."};
    case Errc::kDpopNonce:
      return {401, "Sign the DPoP proof again, with the nonce of the DPoP-Nonce of this answer."};
    case Errc::kDpopProof:
      return {401,
              "The DPoP field has to be a proof that is signed for this request, and none that "
              "came before."};
    case Errc::kClientNotApproved:
      return {
          403,
          "Only approved programs may talk to this server, each with its own certificate. Ask its "
          "administrator to approve yours: leadkeepctl client add."};
    case Errc::kForbidden:
      return {403, "Your roles do not allow this. Ask an administrator if you need it."};
    case Errc::kSecondFactorRequired:
      return {403,
              "This session may only enrol a second factor: POST /v1/session/second-factor/totp."};
    case Errc::kStepUpRequired:
      return {403, "Prove again that it is you: POST /v1/session/step-up, then repeat this."};
    case Errc::kProofRefused:
      return {403, "What you typed was not taken. A code counts once: wait for the next one."};
    case Errc::kPasswordTooEasy:
      return {400,
              "A new password has 15 to 256 bytes and nothing that is tried first: take four words "
              "that have nothing to do with each other, or with you."};
    case Errc::kNotFound:
      return {404, "There is nothing here under this address, or not for you."};
    case Errc::kConflict:
      return {409, "The object is not in a state that allows this. Read it again."};
    case Errc::kIdempotencyMismatch:
      return {422, "This Idempotency-Key was used for another request. Use a new one."};
    case Errc::kPreconditionRequired:
      return {428, "Send If-Match with the ETag of the version that you are changing."};
    case Errc::kPreconditionFailed:
      return {412, "The object has changed since you read it. Read it again and decide anew."};
    case Errc::kConsentWithdrawn:
      return {409,
              "The person asked not to be written to. A new consent has to be recorded first."};
    case Errc::kWindowClosed:
      return {409, "The service window is closed. It opens when the person writes again."};
    case Errc::kUnreachable:
      return {409, "There is no WhatsApp address for this person."};
    case Errc::kTooManyRequests:
      return {429, "Too many attempts. Wait as Retry-After says."};
    case Errc::kUnavailable:
      return {503, "Not possible at the moment. Try again as Retry-After says."};
    case Errc::kCorrupt:
      return {500, "What is stored does not verify. Tell the operator the X-Request-Id."};
    case Errc::kInternal:
      return {500, "Something went wrong here. Tell the operator the X-Request-Id."};
  }
  return {500, ""};
}

std::optional<Errc> parse_code(std::string_view name) noexcept {
  for (auto code = Errc{}; code <= Errc::kInternal;
       code = static_cast<Errc>(static_cast<std::uint8_t>(code) + 1)) {
    if (name_of(code) == name) {
      return code;
    }
  }
  return std::nullopt;
}

Response problem(Errc code) {
  const auto [status, detail] = kind_of(code);
  return build({status, code, detail, {}}, std::nullopt);
}

Response problem(const Fault& fault) {
  return build(fault, std::nullopt);
}

Response problem_with_reason(const Error& error) {
  const auto [status, detail] = kind_of(error.code);
  return build({status, error.code, detail, {}}, error.detail);
}

}  // namespace leadkeep::api::http
