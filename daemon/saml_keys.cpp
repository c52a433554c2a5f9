#include "saml_keys.h"

#include <leadkeep/base/files.h>

#include <cerrno>
#include <cstring>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

namespace leadkeep::daemon {
namespace {

constexpr std::size_t kMaxPairBytes = 32 * 1024;
constexpr int kKeyBits = 3072;

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

Result<crypto::KeyPair> load_pair(const std::filesystem::path& path) {
  LK_TRY(const SecretBytes pem, read_secret_file(path, kMaxPairBytes));
  auto pair = crypto::read_key_pair(pem);
  return pair ? std::move(pair)
              : fail(pair.error().code, path.string() + ": " + pair.error().detail);
}

Result<std::optional<crypto::KeyPair>> load_if_there(const std::filesystem::path& path) {
  if (!is_there(path)) {
    return std::optional<crypto::KeyPair>{};
  }
  LK_TRY(auto pair, load_pair(path));
  return std::optional{std::move(pair)};
}

Fail cannot(const std::string& what, const std::filesystem::path& path) {
  return fail(Errc::kUnavailable,
              path.string() + ": cannot be " + what + ": " + std::strerror(errno));
}

Result<void> make_pair(const std::filesystem::path& path, std::string_view name, Timestamp now) {
  auto key = crypto::RsaPrivateKey::generate(kKeyBits);
  Bytes certificate = crypto::self_signed_certificate(key, name, {now, now + kSamlCertificateLife});
  const SecretBytes pem = crypto::to_pem({std::move(key), std::move(certificate)});
  LK_TRY_VOID(create_secret_file(path, pem.expose()));
  struct stat owner{};
  if (::stat(path.parent_path().c_str(), &owner) != 0 ||
      ::chown(path.c_str(), owner.st_uid, owner.st_gid) != 0) {
    return cannot("given to the owner of its directory", path);
  }
  return {};
}

// In place of what was there before.
Result<void> put_in_place(const std::filesystem::path& from, const std::filesystem::path& to) {
  return ::rename(from.c_str(), to.c_str()) == 0 ? Result<void>{} : cannot("renamed", from);
}

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
  LK_TRY(auto signing, load_pair(directory / "signing.pem"));
  LK_TRY(auto encryption, load_pair(directory / "encryption.pem"));
  LK_TRY(auto next_signing, load_if_there(directory / "next-signing.pem"));
  LK_TRY(auto next_encryption, load_if_there(directory / "next-encryption.pem"));
  LK_TRY(auto previous_encryption, load_if_there(directory / "previous-encryption.pem"));
  return SamlKeys{std::move(signing), std::move(encryption), std::move(next_signing),
                  std::move(next_encryption), std::move(previous_encryption)};
}

// In an order that leaves a set of keys that works, wherever it ends, and that goes on where it ended.
Result<RotationStep> rotate_saml_keys(const std::filesystem::path& directory, std::string_view name,
                                      Timestamp now) {
  const auto make = [&](const char* file) {
    return is_there(directory / file) ? Result<void>{} : make_pair(directory / file, name, now);
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
