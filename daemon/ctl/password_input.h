// A new password: from a file, from the terminal without echo (twice), or from standard input.
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>

#include <filesystem>

namespace leadkeep::ctl {

[[nodiscard]] Result<SecretBytes> read_new_password(const std::filesystem::path& file);

}  // namespace leadkeep::ctl
