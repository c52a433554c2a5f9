// The keys that this host signs SAML requests and opens assertions with, in a directory of their own.
//
//   signing.pem                 signs
//   encryption.pem              identity providers encrypt to it
//   next-signing.pem            published, so that identity providers know it when it begins to sign
//   next-encryption.pem         published, and opens already
//   previous-encryption.pem     opens what is still encrypted to it
#pragma once
#include "key_pairs.h"

#include <filesystem>
#include <optional>
#include <string_view>

namespace leadkeep::daemon {

struct SamlKeys {
  crypto::KeyPair signing;
  crypto::KeyPair encryption;
  std::optional<crypto::KeyPair> next_signing;
  std::optional<crypto::KeyPair> next_encryption;
  std::optional<crypto::KeyPair> previous_encryption;

  [[nodiscard]] static Result<SamlKeys> load(const std::filesystem::path& directory);
};

// `name` goes into the certificates. Files belong to whom the directory belongs.
[[nodiscard]] Result<RotationStep> rotate_saml_keys(const std::filesystem::path& directory,
                                                    std::string_view name, Timestamp now);

}  // namespace leadkeep::daemon
