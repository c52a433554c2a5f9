// leadkeep/store/root_key.h — where the root key comes from
//
// One of two unlock providers for now: a key file (32 raw bytes, mode 0600), or the systemd
// credential "leadkeep.root-key" in $CREDENTIALS_DIRECTORY, which systemd decrypts for the service
// alone. Without either the store stays closed.
//
// Errors   kForbidden when others may read the file; kInvalidInput when it is not a root key
#pragma once
#include <leadkeep/crypto/key.h>

#include <filesystem>

namespace leadkeep::store {

// `key_file` empty: the systemd credential.
[[nodiscard]] Result<crypto::Key256> load_root_key(const std::filesystem::path& key_file);

// Writes a new random root key to a file that must not exist yet.
[[nodiscard]] Result<void> create_root_key_file(const std::filesystem::path& key_file);

}  // namespace leadkeep::store
