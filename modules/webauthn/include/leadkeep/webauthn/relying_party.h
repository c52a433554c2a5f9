// leadkeep/webauthn/relying_party.h — for whom a passkey answers
//
// One origin, https://host or https://host:port, and its host as the RP ID. A passkey belongs to the
// RP ID for good: under another host name all agents enrol anew. Browsers take names only, no
// addresses.
// Refuses  kInvalidInput  anything else
// Source   WebAuthn Level 3 section 5.1.2 (rp.id), RFC 6454 section 6.2 (serialised origin)
#pragma once
#include <leadkeep/base/result.h>

#include <string>
#include <string_view>

namespace leadkeep::webauthn {

class RelyingParty {
 public:
  [[nodiscard]] static Result<RelyingParty> at(std::string_view origin);

  [[nodiscard]] const std::string& id() const noexcept { return m_id; }

  [[nodiscard]] const std::string& origin() const noexcept { return m_origin; }

 private:
  RelyingParty() = default;

  std::string m_id;
  std::string m_origin;
};

}  // namespace leadkeep::webauthn
