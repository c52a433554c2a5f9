#include <leadkeep/crypto/es256.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/dpop/proof.h>
#include <leadkeep/jose/jwk.h>
#include <leadkeep/jose/jws.h>
#include <leadkeep/json/value.h>

#include <algorithm>

namespace leadkeep::dpop {
namespace {

constexpr std::size_t kMaxProof = 2 * 1024;
constexpr std::size_t kMaxId = 128;          // bytes of a jti, which is there and not looked at
constexpr std::size_t kSignatureBytes = 64;  // of ES256
constexpr std::string_view kNonce = "dpop nonce";

bool is_for(const ProvenRequest& request, std::string_view origin, json::Value claims) {
  // Query and fragment are no part of it, RFC 9449 section 4.3 step 9.
  const std::string_view uri = claims["htu"].string().value_or("");
  const std::string_view target = uri.substr(0, uri.find_first_of("?#"));
  return claims["htm"].string() == request.method && target.starts_with(origin) &&
         target.substr(origin.size()) == request.path;
}

// RFC 9449 section 4.2, ath
bool is_of_token(const std::optional<ByteView>& token, json::Value claims) {
  return !token || claims["ath"].string() == to_base64url(crypto::sha256({*token}));
}

bool has_claims(json::Value claims) {
  const std::string_view id = claims["jti"].string().value_or("");
  return !id.empty() && id.size() <= kMaxId && claims["iat"].integer().has_value();
}

}  // namespace

std::string_view name_of(Defect defect) noexcept {
  switch (defect) {
    case Defect::kTooLarge:
      return "dpop_too_large";
    case Defect::kFormat:
      return "dpop_format";
    case Defect::kKey:
      return "dpop_key";
    case Defect::kRequest:
      return "dpop_request";
    case Defect::kToken:
      return "dpop_token";
    case Defect::kNonce:
      return "dpop_nonce";
    case Defect::kSignature:
      return "dpop_signature";
  }
  return "?";
}

std::string Proofs::new_nonce(Timestamp now) const {
  return to_base64url(m_nonces.issue(as_bytes(kNonce), now));
}

std::variant<Proofs::Accepted, Defect> Proofs::verify(const ProvenRequest& request,
                                                      std::string_view proof, Timestamp now) const {
  if (proof.size() > kMaxProof) {
    return Defect::kTooLarge;
  }
  const auto jws = jose::Jws::parse(proof);
  if (!jws || jws->header()["typ"].string() != "dpop+jwt" ||
      jws->header()["alg"].string() != "ES256" || !jws->header()["crit"].is_absent() ||
      jws->signature().size() != kSignatureBytes || !has_claims(jws->payload())) {
    return Defect::kFormat;
  }
  const auto key = jose::point_of(jws->header()["jwk"]);
  if (!key) {
    return Defect::kKey;
  }
  if (!is_for(request, m_origin, jws->payload())) {
    return Defect::kRequest;
  }
  if (!is_of_token(request.token, jws->payload())) {
    return Defect::kToken;
  }
  const auto nonce = from_base64url(jws->payload()["nonce"].string().value_or(""));
  const auto issued =
      nonce ? m_nonces.issued_at(as_bytes(kNonce), *nonce, m_nonce_lives, now) : std::nullopt;
  if (!issued) {
    return Defect::kNonce;
  }
  ByteArray<kSignatureBytes> signature{};
  std::ranges::copy(jws->signature(), signature.begin());
  if (crypto::verify_es256(*key, as_bytes(jws->signed_text()), signature) !=
      crypto::SignatureIs::kGood) {
    return Defect::kSignature;
  }
  return Accepted{jose::thumbprint_of(*key), *issued, *key,
                  std::string{jws->payload()["jti"].string().value_or("")}};
}

}  // namespace leadkeep::dpop
