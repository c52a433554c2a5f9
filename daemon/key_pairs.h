// Keys of this host and their certificates, a file each (crypto/certificate.h), mode 0600: what identity
// providers know it by.
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/result.h>
#include <leadkeep/crypto/certificate.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::daemon {

// What a rotation did: there is one step at a time, as identity providers need days to follow.
enum class RotationStep : std::uint8_t {
  kMade,       // there were none: the first pair of each kind
  kAnnounced,  // the next ones are made, to be published
  kChanged,    // the next ones are those of now
};

inline constexpr std::chrono::days kCertificateLife{3 * 365};

// What goes into a certificate: the host of browser.origin, as far as a certificate holds it.
[[nodiscard]] std::string certificate_name(std::string_view origin);

[[nodiscard]] bool is_there(const std::filesystem::path& path);

[[nodiscard]] Result<crypto::KeyPair> load_key_pair(const std::filesystem::path& path);
[[nodiscard]] Result<std::optional<crypto::KeyPair>> load_key_pair_if_there(
    const std::filesystem::path& path);

// The file belongs to whom its directory belongs.
[[nodiscard]] Result<void> make_key_pair(const std::filesystem::path& path, std::string_view name,
                                         Timestamp now);
// In place of what was there before.
[[nodiscard]] Result<void> put_in_place(const std::filesystem::path& from,
                                        const std::filesystem::path& to);

}  // namespace leadkeep::daemon
