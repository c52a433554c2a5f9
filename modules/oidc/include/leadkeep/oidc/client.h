// leadkeep/oidc/client.h — this installation, as OpenID providers know it
//
// A client has no password: it signs (private_key_jwt) or shows a certificate (mTLS), with one key
// whose public half the provider has been given or reads at our address.
//
// Source   OpenID Connect Core section 9, RFC 7523 section 3, RFC 8705 section 2; RFC 7517 (our keys)
// Threads  any; const
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/crypto/certificate.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::oidc {

enum class ClientAuthentication : std::uint8_t { kPrivateKeyJwt, kTlsClientAuth };

// Whom an assertion of ours is for: RFC 7523 leaves the choice, and providers insist on theirs.
enum class AssertionAudience : std::uint8_t { kIssuer, kTokenEndpoint };

struct Client {
  std::string id;
  std::string redirect_uri;
  ClientAuthentication authentication = ClientAuthentication::kPrivateKeyJwt;
  AssertionAudience audience = AssertionAudience::kIssuer;
};

// Proves once, within a minute, that it is us who asks.
[[nodiscard]] std::string client_assertion(const crypto::KeyPair& key, std::string_view client_id,
                                           std::string_view audience, Timestamp now);

// The JWK Set of our public keys: that of now, and the next one, if it is made.
[[nodiscard]] std::string published_keys(const std::vector<const crypto::KeyPair*>& keys);

}  // namespace leadkeep::oidc
