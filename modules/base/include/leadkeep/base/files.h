// leadkeep/base/files.h — file descriptors, secret files, atomic replacement
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>

#include <filesystem>
#include <utility>

namespace leadkeep {

class UniqueFd {
 public:
  UniqueFd() = default;

  explicit UniqueFd(int fd) noexcept : m_fd{fd} {}

  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;

  UniqueFd(UniqueFd&& other) noexcept : m_fd{std::exchange(other.m_fd, -1)} {}

  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(m_fd, other.m_fd);
    return *this;
  }

  ~UniqueFd();

  [[nodiscard]] int get() const noexcept { return m_fd; }

  [[nodiscard]] bool valid() const noexcept { return m_fd >= 0; }

  [[nodiscard]] int release() noexcept { return std::exchange(m_fd, -1); }

 private:
  int m_fd = -1;
};

// Reads a file that holds a secret: a key, a token, a password. Refuses (kForbidden) a file that is
// not a regular file, that others than its owner may read or write, or that belongs to neither root
// nor this process; refuses (kTooLarge) more than `limit` bytes. Errors name the path and the
// remedy.
[[nodiscard]] Result<SecretBytes> read_secret_file(const std::filesystem::path& path,
                                                   std::size_t limit);

// The same for a file with one line of text: the line end is cut off; an empty line is refused.
[[nodiscard]] Result<SecretBytes> read_secret_line(const std::filesystem::path& path,
                                                   std::size_t limit);

// Reads a file that holds no secret: kNotFound where it cannot be read, kTooLarge for more than `limit`
// bytes.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit);

// Creates a file of mode 0600 that must not exist yet; durable (file and directory) on return.
[[nodiscard]] Result<void> create_secret_file(const std::filesystem::path& path, ByteView content);

// Creates the directory with mode 0700 if needed; refuses (kForbidden) one that others may enter.
[[nodiscard]] Result<void> ensure_private_directory(const std::filesystem::path& path);

}  // namespace leadkeep
