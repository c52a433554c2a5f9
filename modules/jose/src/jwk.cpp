#include <leadkeep/crypto/hash.h>
#include <leadkeep/jose/jwk.h>

#include <algorithm>

namespace leadkeep::jose {
namespace {

bool read_into(ByteArray<32>& out, json::Value base64url) {
  const auto bytes = from_base64url(base64url.string().value_or(""));
  if (!bytes || bytes->size() != out.size()) {
    return false;
  }
  std::ranges::copy(*bytes, out.begin());
  return true;
}

std::optional<crypto::PublicKey> rsa_key_of(json::Value jwk) {
  const auto modulus = from_base64url(jwk["n"].string().value_or(""));
  const auto exponent = from_base64url(jwk["e"].string().value_or(""));
  return modulus && exponent ? crypto::PublicKey::of_rsa(*modulus, *exponent) : std::nullopt;
}

std::optional<crypto::PublicKey> ed25519_key_of(json::Value jwk) {
  ByteArray<32> key{};
  return jwk["crv"].string() == "Ed25519" && read_into(key, jwk["x"])
             ? crypto::PublicKey::of_ed25519(key)
             : std::nullopt;
}

std::optional<crypto::PublicKey> of_any_kind(json::Value jwk) {
  const auto type = jwk["kty"].string();
  if (type == "RSA") {
    return rsa_key_of(jwk);
  }
  if (type == "OKP") {
    return ed25519_key_of(jwk);
  }
  const auto point = point_of(jwk);
  return point ? crypto::PublicKey::of_p256(*point) : std::nullopt;
}

}  // namespace

std::optional<crypto::P256Point> point_of(json::Value jwk) {
  crypto::P256Point point;
  if (jwk["kty"].string() != "EC" || jwk["crv"].string() != "P-256" || !jwk["d"].is_absent() ||
      !read_into(point.x, jwk["x"]) || !read_into(point.y, jwk["y"])) {
    return std::nullopt;
  }
  return point;
}

std::optional<crypto::PublicKey> key_of(json::Value jwk) {
  if (!jwk["d"].is_absent()) {
    return std::nullopt;
  }
  auto key = of_any_kind(jwk);
  return key && key->kind().is_strong() ? std::move(key) : std::nullopt;
}

std::string jwk_of(const crypto::P256Point& point) {
  return R"({"crv":"P-256","kty":"EC","x":")" + to_base64url(point.x) + R"(","y":")" +
         to_base64url(point.y) + R"("})";
}

std::string jwk_of(const crypto::RsaPublicNumbers& numbers) {
  return R"({"e":")" + to_base64url(numbers.exponent) + R"(","kty":"RSA","n":")" +
         to_base64url(numbers.modulus) + R"("})";
}

ByteArray<32> thumbprint_of(const crypto::P256Point& point) {
  return crypto::sha256({as_bytes(jwk_of(point))});
}

ByteArray<32> thumbprint_of(const crypto::RsaPublicNumbers& numbers) {
  return crypto::sha256({as_bytes(jwk_of(numbers))});
}

}  // namespace leadkeep::jose
