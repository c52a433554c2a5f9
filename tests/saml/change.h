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

// The text of the last such element, which holds no other.
[[nodiscard]] inline std::string refilled(std::string xml, std::string_view element,
                                          std::string_view text) {
  const std::string tag = "<" + std::string{element} + ">";
  const auto begin = xml.rfind(tag) + tag.size();
  const auto end = xml.find('<', begin);
  LK_CHECK(xml.rfind(tag) != std::string::npos && end > begin);
  return xml.replace(begin, end - begin, text);
}

// Likewise, with another letter at one place of it.
[[nodiscard]] inline std::string flipped(std::string xml, std::string_view element,
                                         std::size_t place) {
  const std::string tag = "<" + std::string{element} + ">";
  LK_CHECK(xml.rfind(tag) != std::string::npos);
  char& c = xml.at(xml.rfind(tag) + tag.size() + place);
  c = c == 'A' ? 'B' : 'A';
  return xml;
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
