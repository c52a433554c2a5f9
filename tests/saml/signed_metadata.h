// Metadata that is signed as a whole, with a key that signs nothing else.
#pragma once
#include "change.h"
#include "metadata.h"

#include <regex>
#include <string>

namespace leadkeep::test {

[[nodiscard]] inline const crypto::RsaPrivateKey& metadata_key() {
  static const auto key = crypto::RsaPrivateKey::generate(2048);
  return key;
}

[[nodiscard]] inline Signing signing_with(const crypto::RsaPrivateKey& key) {
  Signing signing;
  signing.sign = [&key](std::string_view signed_info) {
    return to_base64(key.sign_sha256(as_bytes(signed_info)));
  };
  return signing;
}

// In canonical form, as the draft is but for empty elements.
[[nodiscard]] inline std::string canonical_metadata(MetadataDraft draft) {
  draft.entity = "ID=\"_metadata\" " + draft.entity;
  static const std::regex empty{R"(<(md:\w+)( [^<>]*[^/])/>)"};
  return std::regex_replace(draft.xml(), empty, "<$1$2></$1>");
}

// Right behind the tag of the first `element`, which has this id.
[[nodiscard]] inline std::string signed_inside(std::string xml, std::string_view element,
                                               std::string_view canonical, std::string_view id,
                                               const Signing& signing) {
  const auto begin = xml.find("<" + std::string{element});
  const auto at = xml.find('>', begin) + 1;
  return xml.insert(at, Forger{}.signature(signing, canonical, id));
}

[[nodiscard]] inline std::string signed_metadata(
    const MetadataDraft& draft, const Signing& signing = signing_with(metadata_key())) {
  const std::string xml = canonical_metadata(draft);
  return signed_inside(xml, "md:EntityDescriptor", xml, "_metadata", signing);
}

}  // namespace leadkeep::test
