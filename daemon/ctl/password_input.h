// A password: from a file, from the terminal without echo (a new one twice), or from standard input.
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>

#include <filesystem>

namespace leadkeep::ctl {

// One that exists already: asked for once, and empty if that is what was given.
[[nodiscard]] Result<SecretBytes> read_password(const std::filesystem::path& file);
[[nodiscard]] Result<SecretBytes> read_new_password(const std::filesystem::path& file);

}  // namespace leadkeep::ctl
