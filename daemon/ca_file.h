// Certificate authorities that a setting names.
#pragma once
#include <leadkeep/base/result.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace leadkeep::daemon {

// That they can be read, so that the first connection does not find it out; empty names the system's.
[[nodiscard]] inline Result<void> check_ca_file(const std::filesystem::path& file,
                                                std::string_view setting) {
  std::error_code ignored;
  if (file.empty() || (std::filesystem::is_regular_file(file, ignored) && std::ifstream{file})) {
    return {};
  }
  return fail(Errc::kInvalidInput, file.string() +
                                       ": the certificate authorities cannot be read; check " +
                                       std::string{setting});
}

}  // namespace leadkeep::daemon
