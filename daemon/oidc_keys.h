// The key that this host proves itself with at OpenID providers, in a directory of its own.
//
//   client.pem         signs, or is shown in TLS
//   next-client.pem    published, so that providers know it when it begins to
#pragma once
#include "key_pairs.h"

#include <filesystem>
#include <optional>
#include <string_view>

namespace leadkeep::daemon {

struct OidcKeys {
  crypto::KeyPair client;
  std::optional<crypto::KeyPair> next;

  [[nodiscard]] static Result<OidcKeys> load(const std::filesystem::path& directory);
};

// `name` goes into the certificates.
[[nodiscard]] Result<RotationStep> rotate_oidc_keys(const std::filesystem::path& directory,
                                                    std::string_view name, Timestamp now);

}  // namespace leadkeep::daemon
