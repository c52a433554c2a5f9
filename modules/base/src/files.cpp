#include <leadkeep/base/files.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace leadkeep {
namespace {

Fail failed(Errc code, const std::filesystem::path& path, std::string_view what) {
  return fail(code, path.string() + ": " + std::string{what});
}

Fail failed_errno(const std::filesystem::path& path, std::string_view what) {
  const int error = errno;
  const Errc code = error == ENOENT ? Errc::kNotFound : Errc::kUnavailable;
  return failed(code, path, std::string{what} + ": " + std::strerror(error));
}

Result<void> write_all(int fd, ByteView content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return failed_errno(path, "cannot write");
    }
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> sync_directory(const std::filesystem::path& directory) {
  const UniqueFd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd.valid() || ::fsync(fd.get()) != 0) {
    return failed_errno(directory, "cannot sync the directory");
  }
  return {};
}

}  // namespace

UniqueFd::~UniqueFd() {
  if (m_fd >= 0) {
    (void)::close(m_fd);
  }
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  std::ifstream in{path, std::ios::binary};
  std::string content(limit + 1, '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (in.good()) {  // there was more than the limit
    return failed(Errc::kTooLarge, path, "too large");
  }
  if (!in.eof() || in.bad()) {
    return failed(Errc::kNotFound, path, "cannot be read");
  }
  content.resize(static_cast<std::size_t>(in.gcount()));
  return content;
}

Result<SecretBytes> read_secret_file(const std::filesystem::path& path, std::size_t limit) {
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  if (!fd.valid()) {
    return failed_errno(path, "cannot open the secret file");
  }
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) {
    return failed_errno(path, "cannot read the attributes of the secret file");
  }
  if (!S_ISREG(info.st_mode)) {
    return failed(Errc::kForbidden, path, "a secret must be in a regular file");
  }
  if ((info.st_mode & 077) != 0) {
    return failed(
        Errc::kForbidden, path,
        "others than the owner may read or write this secret; run: chmod 600 " + path.string());
  }
  if (info.st_uid != ::geteuid() && info.st_uid != 0) {
    return failed(Errc::kForbidden, path, "the secret file belongs to another user");
  }
  if (info.st_size < 0 || static_cast<std::size_t>(info.st_size) > limit) {
    return failed(Errc::kTooLarge, path, "the secret file is larger than expected");
  }
  SecretBytes content{static_cast<std::size_t>(info.st_size)};
  std::size_t have = 0;
  while (have < content.size()) {
    const auto rest = content.expose_mutable().subspan(have);
    const ssize_t got = ::read(fd.get(), rest.data(), rest.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return failed(Errc::kUnavailable, path, "the secret file changed while it was read");
    }
    have += static_cast<std::size_t>(got);
  }
  return content;
}

Result<SecretBytes> read_secret_line(const std::filesystem::path& path, std::size_t limit) {
  LK_TRY(const SecretBytes content, read_secret_file(path, limit + 2));
  ByteView line = content.expose();
  while (!line.empty() && (line.back() == std::byte{'\n'} || line.back() == std::byte{'\r'})) {
    line = line.first(line.size() - 1);
  }
  if (line.empty() || line.size() > limit) {
    return failed(Errc::kInvalidInput, path, "expected one line of text");
  }
  if (std::any_of(line.begin(), line.end(), [](std::byte b) { return b < std::byte{0x20}; })) {
    return failed(Errc::kInvalidInput, path, "expected one line of text, found control characters");
  }
  return SecretBytes::copy_of(line);
}

Result<void> create_secret_file(const std::filesystem::path& path, ByteView content) {
  const UniqueFd fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (!fd.valid()) {
    return failed_errno(path, "cannot create the file");
  }
  LK_TRY_VOID(write_all(fd.get(), content, path));
  if (::fsync(fd.get()) != 0) {
    return failed_errno(path, "cannot sync the file");
  }
  const std::filesystem::path parent = path.parent_path();
  return sync_directory(parent.empty() ? std::filesystem::path{"."} : parent);
}

Result<void> ensure_private_directory(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return failed_errno(path, "cannot create the directory");
  }
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    return failed(Errc::kInvalidInput, path, "is not a directory");
  }
  if ((info.st_mode & 077) != 0) {
    return failed(Errc::kForbidden, path,
                  "others than the owner may enter; run: chmod 700 " + path.string());
  }
  return {};
}

}  // namespace leadkeep
