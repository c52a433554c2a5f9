// What the Web Browser SSO profile asks of a Response and an Assertion (checks P and A).
#pragma once
#include "document.h"
#include "examination.h"

#include <leadkeep/crypto/rsa.h>
#include <leadkeep/saml/response.h>

#include <cstdint>
#include <optional>
#include <span>

namespace leadkeep::saml_judge {

using saml::Attribute;
using saml::Identity;
using saml::IdentityProvider;
using saml::kSkew;
using saml::Question;
using saml::ServiceProvider;

struct Situation {
  const IdentityProvider& provider;
  const ServiceProvider& us;
  std::span<const crypto::RsaPrivateKey> keys;
  const Question& question;
  Timestamp now;
};

enum class ResponseIs : std::uint8_t { kSigned, kUnsigned };

// P-04. Of a response that is not signed too: whoever forges a failure gets one.
[[nodiscard]] bool reports_success(const Element& response, Examination& examination);

// P-01 to P-03, P-05. Of one that is not signed they can only refuse.
[[nodiscard]] bool is_for_us(const Element& response, ResponseIs response_is,
                             const Situation& situation, Examination& examination);

// of an assertion whose octets were verified.
[[nodiscard]] std::optional<Identity> identity_in(const Element& assertion,
                                                  const Situation& situation,
                                                  Examination& examination);

}  // namespace leadkeep::saml_judge
