// leadkeep/oidc/id_token.h — an ID token: whom it proves, or why it proves nobody
//
// Takes    the token as the provider's token endpoint has given it, the provider's keys, and what was
//          asked
// Yields   Identity, or the first Defect in the order below
// Refuses  everything over 64 KiB, encrypted tokens, several audiences, every algorithm but those of
//          jose/key_set.h
// Source   OpenID Connect Core section 3.1.3.7 (iss, aud, azp, exp, iat, nonce, at_hash, auth_time);
//          RFC 8725 sections 3.1, 3.8 and 3.11
// Threads  any; stateless
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/pii.h>
#include <leadkeep/jose/key_set.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace leadkeep::oidc {

inline constexpr std::chrono::seconds kSkew{60};  // of two good clocks
inline constexpr std::chrono::hours kLongestLife{24};

enum class Defect : std::uint8_t {
  kFormat,      // not a JWS of three parts, too large, or with extensions (crit)
  kType,        // a token for another purpose
  kAlgorithm,   // none that is taken
  kUnknownKey,  // the provider has not published it, or not yet
  kSignature,
  kIssuer,
  kAudience,         // not us, or not us alone
  kAuthorizedParty,  // azp: issued to somebody else
  kExpired,          // or for longer than a day
  kIssuedAt,         // missing, or of the future
  kNonce,            // the answer to another request
  kAccessTokenHash,  // of another access token
  kSubject,          // missing, longer than 255, or not of ASCII
  kAuthenticated,    // auth_time: missing, or from before the request to prove it again
  kEvent,            // of a logout token: not one, or with a nonce
  kIdentifier,       // of a logout token: no jti, or neither sub nor sid
};

// "oidc_issuer" and the like, for the trail and the log.
[[nodiscard]] std::string_view name_of(Defect defect) noexcept;

struct Claim {
  std::string name;  // members of members as "outer.inner"
  std::vector<Pii<std::string>> values;
};

struct Identity {
  Pii<std::string> subject;
  std::string session_id;                  // sid; empty if the provider names none
  std::string authn_context;               // acr, likewise
  std::optional<Timestamp> authenticated;  // auth_time
  Timestamp expires;
  std::vector<Claim> claims;
};

struct Question {
  std::string_view issuer;
  std::string_view client_id;
  std::string_view nonce;
  std::string_view access_token;  // that came with it; empty: none
  Timestamp asked;
  bool asked_again = false;
};

[[nodiscard]] std::variant<Identity, Defect> judge_id_token(std::string_view token,
                                                            const jose::KeySet& keys,
                                                            const Question& question,
                                                            Timestamp now);

}  // namespace leadkeep::oidc
