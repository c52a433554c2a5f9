#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/jose/jwk.h>
#include <leadkeep/jose/signed_jwt.h>
#include <leadkeep/json/writer.h>
#include <leadkeep/oidc/client.h>

namespace leadkeep::oidc {
namespace {

constexpr std::int64_t kMillisecondsPerSecond = 1000;
constexpr std::chrono::seconds kLife{60};

std::string key_id_of(const crypto::KeyPair& key) {
  return to_base64url(jose::thumbprint_of(key.key.public_numbers()));
}

std::string certificate_thumbprint_of(const crypto::KeyPair& key) {
  return to_base64url(crypto::sha256({key.certificate}));
}

std::string new_id() {
  ByteArray<16> random{};
  crypto::fill_random(random);
  return to_base64url(random);
}

}  // namespace

std::string client_assertion(const crypto::KeyPair& key, std::string_view client_id,
                             std::string_view audience, Timestamp now) {
  json::Writer header;
  header.begin_object()
      .field("alg", "RS256")
      .field("typ", "JWT")
      .field("kid", key_id_of(key))
      .field("x5t#S256", certificate_thumbprint_of(key))
      .end_object();
  json::Writer claims;
  claims.begin_object()
      .field("iss", client_id)
      .field("sub", client_id)
      .field("aud", audience)
      .field("jti", new_id())
      .field("iat", now.ms / kMillisecondsPerSecond)
      .field("exp", (now + kLife).ms / kMillisecondsPerSecond)
      .end_object();
  return jose::sign_rs256(key.key, std::move(header).take(), std::move(claims).take());
}

std::string published_keys(const std::vector<const crypto::KeyPair*>& keys) {
  json::Writer writer;
  writer.begin_object().key("keys").begin_array();
  for (const crypto::KeyPair* key : keys) {
    const auto numbers = key->key.public_numbers();
    writer.begin_object()
        .field("kty", "RSA")
        .field("use", "sig")
        .field("alg", "RS256")
        .field("kid", key_id_of(*key))
        .field("n", to_base64url(numbers.modulus))
        .field("e", to_base64url(numbers.exponent))
        .field("x5t#S256", certificate_thumbprint_of(*key));
    writer.key("x5c").begin_array().string(to_base64(key->certificate)).end_array().end_object();
  }
  writer.end_array().end_object();
  return std::move(writer).take();
}

}  // namespace leadkeep::oidc
