#include "jwk.h"

#include <leadkeep/crypto/hash.h>

#include <algorithm>

namespace leadkeep::dpop {
namespace {

bool read_into(ByteArray<32>& out, json::Value base64url) {
  const auto bytes = from_base64url(base64url.string().value_or(""));
  if (!bytes || bytes->size() != out.size()) {
    return false;
  }
  std::ranges::copy(*bytes, out.begin());
  return true;
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

std::string jwk_of(const crypto::P256Point& point) {
  return R"({"crv":"P-256","kty":"EC","x":")" + to_base64url(point.x) + R"(","y":")" +
         to_base64url(point.y) + R"("})";
}

Thumbprint thumbprint_of(const crypto::P256Point& point) {
  return crypto::sha256({as_bytes(jwk_of(point))});
}

}  // namespace leadkeep::dpop
