// Metadata of an identity provider as people look at it and confirm it.
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/saml/provider_metadata.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::ctl {

struct ShownMetadata {
  std::string sha256;  // of the file
  saml::ProviderMetadata metadata;
};

// Signed by one of the keys, if there are some.
[[nodiscard]] Result<ShownMetadata> read_metadata(const std::filesystem::path& file,
                                                  const std::vector<Bytes>& signed_by = {});

void say_metadata(const ShownMetadata& shown);
void say_addresses(const saml::ProviderMetadata& metadata);

// What people read to each other: without colons and blanks, in small letters.
[[nodiscard]] std::string plain_fingerprint(std::string_view typed);

}  // namespace leadkeep::ctl
