#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/dpop/holder.h>
#include <leadkeep/jose/jwk.h>
#include <leadkeep/json/writer.h>

namespace leadkeep::dpop {
namespace {

constexpr std::size_t kIdBytes = 16;

std::string new_id() {
  ByteArray<kIdBytes> bytes{};
  crypto::fill_random(bytes);
  return to_base64url(bytes);
}

}  // namespace

Thumbprint Holder::thumbprint() const {
  return jose::thumbprint_of(m_key.public_point());
}

Bytes Holder::public_key() const {
  return crypto::spki_of(m_key.public_point());
}

std::string Holder::prove(const ProvenRequest& request, std::string_view origin,
                          std::string_view nonce, Timestamp now) const {
  constexpr std::int64_t kMillisecondsPerSecond = 1000;
  const std::string header =
      R"({"typ":"dpop+jwt","alg":"ES256","jwk":)" + jose::jwk_of(m_key.public_point()) + "}";
  json::Writer claims;
  claims.begin_object()
      .field("htm", request.method)
      .field("htu", std::string{origin}.append(request.path))
      .field("jti", new_id())
      .field("iat", now.ms / kMillisecondsPerSecond);
  if (!nonce.empty()) {
    claims.field("nonce", nonce);
  }
  if (request.token) {
    claims.field("ath", to_base64url(crypto::sha256({*request.token})));
  }
  claims.end_object();
  const std::string payload = std::move(claims).take();
  std::string proof = to_base64url(as_bytes(header)) + "." + to_base64url(as_bytes(payload));
  const auto signature = m_key.sign(as_bytes(proof));
  return proof.append(".").append(to_base64url(signature));
}

}  // namespace leadkeep::dpop
