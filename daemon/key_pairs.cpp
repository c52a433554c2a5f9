#include "key_pairs.h"

#include <leadkeep/base/files.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/stat.h>
#include <unistd.h>

namespace leadkeep::daemon {
namespace {

constexpr std::size_t kMaxPairBytes = 32 * 1024;
constexpr int kKeyBits = 3072;

Fail cannot(const std::string& what, const std::filesystem::path& path) {
  return fail(Errc::kUnavailable,
              path.string() + ": cannot be " + what + ": " + std::strerror(errno));
}

}  // namespace

std::string certificate_name(std::string_view origin) {
  constexpr std::size_t kLongestName = 64;
  const std::string_view host = origin.substr(std::string_view{"https://"}.size());
  return std::string{host.substr(0, std::min(host.find(':'), kLongestName))};
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

Result<crypto::KeyPair> load_key_pair(const std::filesystem::path& path) {
  LK_TRY(const SecretBytes pem, read_secret_file(path, kMaxPairBytes));
  auto pair = crypto::read_key_pair(pem);
  return pair ? std::move(pair)
              : fail(pair.error().code, path.string() + ": " + pair.error().detail);
}

Result<std::optional<crypto::KeyPair>> load_key_pair_if_there(const std::filesystem::path& path) {
  if (!is_there(path)) {
    return std::optional<crypto::KeyPair>{};
  }
  LK_TRY(auto pair, load_key_pair(path));
  return std::optional{std::move(pair)};
}

Result<void> make_key_pair(const std::filesystem::path& path, std::string_view name,
                           Timestamp now) {
  auto key = crypto::RsaPrivateKey::generate(kKeyBits);
  Bytes certificate = crypto::self_signed_certificate(key, name, {now, now + kCertificateLife});
  const SecretBytes pem = crypto::to_pem({std::move(key), std::move(certificate)});
  LK_TRY_VOID(create_secret_file(path, pem.expose()));
  struct stat owner{};
  if (::stat(path.parent_path().c_str(), &owner) != 0 ||
      ::chown(path.c_str(), owner.st_uid, owner.st_gid) != 0) {
    return cannot("given to the owner of its directory", path);
  }
  return {};
}

Result<void> put_in_place(const std::filesystem::path& from, const std::filesystem::path& to) {
  return ::rename(from.c_str(), to.c_str()) == 0 ? Result<void>{} : cannot("renamed", from);
}

}  // namespace leadkeep::daemon
