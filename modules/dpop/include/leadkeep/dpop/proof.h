// leadkeep/dpop/proof.h — login path, request: a browser proves that it holds the key of its
// session, or a program behind a proxy that it holds its registered key
//
//   DPoP: {"typ":"dpop+jwt","alg":"ES256","jwk":{…}}.{"htm","htu","jti","iat","nonce"}.signature
//
// The key is made in the browser and cannot be taken out of it, so what is stolen of a browser —
// its cookies — is worth nothing elsewhere. A proof is for one method and one address, and for a
// nonce of ours that is not older than five minutes; so the clock of the browser does not matter.
// It says nothing of query and body, and is taken more than once within that time: it protects what
// is at rest in the browser. Whoever reads requests on their way is kept out by TLS.
//
// A page of another origin can neither have the key nor set this field without being asked for
// permission that we never give: a request with a proof is not forged by another page (CSRF).
//
// Takes    the field's value, of up to 2 KiB
// Yields   the key and its thumbprint, for the caller to compare with the one that is kept
// Refuses  what RFC 9449 section 4.3 says; of a page without its last step, as the token is in a cookie
//          that the page cannot hash; and every algorithm but ES256. kNonce is for whoever asks to try
//          again with the nonce of the answer. That a proof counts once is for the caller (once.h).
// Source   RFC 9449 (DPoP), RFC 7515 (JWS), RFC 7517 and 7638 (the key and its thumbprint)
// Threads  any
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/clock.h>
#include <leadkeep/crypto/es256.h>
#include <leadkeep/crypto/fresh_token.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace leadkeep::dpop {

using Thumbprint = ByteArray<32>;  // SHA-256, RFC 7638

// Why, for whoever writes a browser's part; the answer says "use_dpop_nonce" or
// "invalid_dpop_proof".
enum class Defect : std::uint8_t {
  kTooLarge,
  kFormat,   // not a JWS of three parts, or a member is missing
  kKey,      // no public key of P-256, or not as its thumbprint needs it
  kRequest,  // for another method or address
  kToken,    // for another access token
  kNonce,    // none, not ours, or too old
  kSignature,
};

[[nodiscard]] std::string_view name_of(Defect defect) noexcept;

struct ProvenRequest {
  std::string_view method;  // GET
  std::string_view path;    // without the query
  // Of `Authorization: DPoP …`, which the proof has to name by its hash; nothing: none is sent like that.
  std::optional<ByteView> token = std::nullopt;
};

class Proofs {
 public:
  static constexpr std::chrono::seconds kNonceLives{300};

  // https://host or https://host:port, as in the browser's address.
  explicit Proofs(std::string origin, std::chrono::seconds nonce_lives = kNonceLives)
      : m_origin{std::move(origin)}, m_nonce_lives{nonce_lives} {}

  [[nodiscard]] const std::string& origin() const noexcept { return m_origin; }

  [[nodiscard]] std::string new_nonce(Timestamp now) const;

  // One that is worth replacing before it is over.
  [[nodiscard]] bool is_old(Timestamp nonce_issued, Timestamp now) const {
    return now - nonce_issued >= m_nonce_lives / kOldAfterPart;
  }

  struct Accepted {
    Thumbprint key;
    Timestamp nonce_issued;
    crypto::P256Point point;
    std::string id;  // jti
  };

  [[nodiscard]] std::variant<Accepted, Defect> verify(const ProvenRequest& request,
                                                      std::string_view proof, Timestamp now) const;

 private:
  static constexpr int kOldAfterPart = 5;

  std::string m_origin;
  std::chrono::seconds m_nonce_lives;
  crypto::FreshTokens m_nonces;
};

}  // namespace leadkeep::dpop
