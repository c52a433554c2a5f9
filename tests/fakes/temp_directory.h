// fakes/temp_directory.h — a directory that lives as long as the test
//
// Yields   an empty directory of mode 0700 under the system's directory for temporary files; it is
//          removed, with all it holds, by the destructor
// Errors   std::system_error when the directory cannot be made: the test fails
// Threads  path() any
#pragma once
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace leadkeep::test {

class TempDirectory {
 public:
  TempDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "leadkeep-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {  // makes it with mode 0700
      throw std::system_error{errno, std::generic_category(), "mkdtemp " + pattern};
    }
    m_path = pattern;
  }

  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_path; }

  // The path of something in the directory, which need not exist.
  [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const {
    return m_path / name;
  }

 private:
  std::filesystem::path m_path;
};

}  // namespace leadkeep::test
