#include "saml_keys.h"

#include <leadkeep/base/files.h>

#include <string>

namespace leadkeep::daemon {
namespace {

// Under a second name, in place of what had it before.
Result<void> keep_too(const std::filesystem::path& file, const std::filesystem::path& name) {
  std::error_code error;
  std::filesystem::remove(name, error);
  std::filesystem::create_hard_link(file, name, error);
  return error ? fail(Errc::kUnavailable, name.string() + ": cannot be made: " + error.message())
               : Result<void>{};
}

}  // namespace

Result<SamlKeys> SamlKeys::load(const std::filesystem::path& directory) {
  if (!is_there(directory / "signing.pem")) {
    return fail(Errc::kNotFound, "saml.keys: " + directory.string() +
                                     " holds no keys; make them with leadkeepctl saml rotate");
  }
  LK_TRY(auto signing, load_key_pair(directory / "signing.pem"));
  LK_TRY(auto encryption, load_key_pair(directory / "encryption.pem"));
  LK_TRY(auto next_signing, load_key_pair_if_there(directory / "next-signing.pem"));
  LK_TRY(auto next_encryption, load_key_pair_if_there(directory / "next-encryption.pem"));
  LK_TRY(auto previous_encryption, load_key_pair_if_there(directory / "previous-encryption.pem"));
  return SamlKeys{std::move(signing), std::move(encryption), std::move(next_signing),
                  std::move(next_encryption), std::move(previous_encryption)};
}

// In an order that leaves a set of keys that works, wherever it ends, and that goes on where it ended.
Result<RotationStep> rotate_saml_keys(const std::filesystem::path& directory, std::string_view name,
                                      Timestamp now) {
  const auto make = [&](const char* file) {
    return is_there(directory / file) ? Result<void>{} : make_key_pair(directory / file, name, now);
  };
  LK_TRY_VOID(ensure_private_directory(directory));
  if (!is_there(directory / "signing.pem")) {
    LK_TRY_VOID(make("encryption.pem"));
    LK_TRY_VOID(make("signing.pem"));
    return RotationStep::kMade;
  }
  if (!is_there(directory / "next-signing.pem")) {
    LK_TRY_VOID(make("next-encryption.pem"));
    LK_TRY_VOID(make("next-signing.pem"));
    return RotationStep::kAnnounced;
  }
  if (is_there(directory / "next-encryption.pem")) {
    LK_TRY_VOID(keep_too(directory / "encryption.pem", directory / "previous-encryption.pem"));
    LK_TRY_VOID(put_in_place(directory / "next-encryption.pem", directory / "encryption.pem"));
  }
  LK_TRY_VOID(put_in_place(directory / "next-signing.pem", directory / "signing.pem"));
  return RotationStep::kChanged;
}

}  // namespace leadkeep::daemon
