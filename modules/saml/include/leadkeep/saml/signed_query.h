// leadkeep/saml/signed_query.h — a message in the query of an address, and its signature (check L-02)
//
// The signature is over octets of the query as they stand there, whichever way they are
// percent-encoded. The XML comes out only for keys one of which has made it, so that no stranger's
// XML, compressed or not, is looked at.
//
// Takes    the query without '?', encoded
// Refuses  kInvalidInput  more than 8 KiB, a parameter that is unknown, malformed or stands twice
//                         however it is spelled, both messages or none, no signature or another than
//                         RSA or ECDSA with SHA-2
//          kUnauthenticated  none of the keys has signed it
//          kTooLarge      what is not exactly one DEFLATE stream, or of more XML than kMaxXml or than a
//                         hundred times what was sent
// Source   SAML 2.0 bindings section 3.4.4.1 (DEFLATE)
// Threads  any; a value
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/result.h>
#include <leadkeep/crypto/signature.h>
#include <leadkeep/saml/logout.h>

#include <span>
#include <string>
#include <string_view>

namespace leadkeep::saml {

class SignedQuery {
 public:
  static constexpr std::size_t kMaxXml = 64 * 1024;

  [[nodiscard]] static Result<SignedQuery> parse(std::string_view query);

  [[nodiscard]] LogoutKind kind() const noexcept { return m_kind; }

  // To be sent back with the answer; empty if there is none.
  [[nodiscard]] const std::string& relay_state() const noexcept { return m_relay_state; }

  // `keys` are those of an identity provider: SubjectPublicKeyInfo, DER.
  [[nodiscard]] Result<std::string> open(std::span<const Bytes> keys) const;

 private:
  SignedQuery() = default;

  LogoutKind m_kind = LogoutKind::kRequest;
  std::string m_relay_state;
  Bytes m_deflated;
  std::string m_signed_text;
  crypto::SignatureAlgorithm m_algorithm = crypto::SignatureAlgorithm::kRsaSha256;
  Bytes m_signature;
};

}  // namespace leadkeep::saml
