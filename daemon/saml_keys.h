// The keys that this host signs SAML requests and opens assertions with, in a directory of their own.
//
//   signing.pem                 signs
//   encryption.pem              identity providers encrypt to it
//   next-signing.pem            published, so that identity providers know it when it begins to sign
//   next-encryption.pem         published, and opens already
//   previous-encryption.pem     opens what is still encrypted to it
//
// Each holds a private key and its certificate (crypto/certificate.h), mode 0600.
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/result.h>
#include <leadkeep/crypto/certificate.h>

#include <chrono>
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

// What a rotation did: there is one step at a time, as identity providers need days to follow.
enum class RotationStep : std::uint8_t {
  kMade,       // there were none: the first pair of each kind
  kAnnounced,  // the next ones are made, to be published
  kChanged,    // the next ones are those of now
};

inline constexpr std::chrono::days kSamlCertificateLife{3 * 365};

// `name` goes into the certificates. Files belong to whom the directory belongs.
[[nodiscard]] Result<RotationStep> rotate_saml_keys(const std::filesystem::path& directory,
                                                    std::string_view name, Timestamp now);

}  // namespace leadkeep::daemon
