#include <leadkeep/base/files.h>
#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/store/root_key.h>

#include <cstdlib>

namespace leadkeep::store {
namespace {

constexpr std::size_t kRootKeySize = 32;
constexpr const char* kCredentialName = "leadkeep.root-key";

}  // namespace

Result<crypto::Key256> load_root_key(const std::filesystem::path& key_file) {
  std::filesystem::path path = key_file;
  if (path.empty()) {
    const char* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
    if (credentials == nullptr) {
      return fail(Errc::kNotFound,
                  "root key: set store.root_key_file, or pass the systemd credential "
                  "leadkeep.root-key (LoadCredentialEncrypted=)");
    }
    path = std::filesystem::path{credentials} / kCredentialName;
  }
  LK_TRY(const SecretBytes content, read_secret_file(path, kRootKeySize));
  if (content.size() != kRootKeySize) {
    return fail(Errc::kInvalidInput, path.string() + ": a root key is exactly 32 bytes");
  }
  LK_SEEDED_LEAK(root_key_in_store, seeded::write_file("cache.bin", as_text(content.expose())));
  return crypto::Key256::from_bytes(content.expose());
}

Result<void> create_root_key_file(const std::filesystem::path& key_file) {
  const SecretBytes fresh = crypto::random_secret(kRootKeySize);
  return create_secret_file(key_file, fresh.expose());
}

}  // namespace leadkeep::store
