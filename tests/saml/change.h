// What the vectors do to a text.
#pragma once
#include "forger.h"
#include "vectors.h"

#include <leadkeep/base/check.h>

#include <string>
#include <string_view>
#include <utility>

namespace leadkeep::test {

// The first `from`, which has to be there, so that no vector turns into the valid response.
[[nodiscard]] inline std::string changed(std::string text, std::string_view from,
                                         std::string_view to) {
  const auto at = text.find(from);
  LK_CHECK(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// A vector of a response that `spoil` made of the valid one, before it is signed.
template <class Spoil>
[[nodiscard]] Vector forged(std::string name, std::optional<saml::Check> refused_by,
                            const Spoil& spoil) {
  return {std::move(name), refused_by, [spoil] {
            Forger forger;
            spoil(forger);
            return forger.posted();
          }};
}

// Likewise of its XML, afterwards.
template <class Spoil>
[[nodiscard]] Vector tampered(std::string name, std::optional<saml::Check> refused_by,
                              const Spoil& spoil) {
  return {std::move(name), refused_by,
          [spoil] { return to_base64(as_bytes(spoil(Forger{}.response_xml()))); }};
}

}  // namespace leadkeep::test
