#include <leadkeep/base/seeded_leak.h>

#ifndef LEADKEEP_SEEDED_LEAKS
#error "only for leadkeepd_seeded"
#endif

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

namespace leadkeep::seeded {
namespace {

struct Kept {
  std::mutex lock;
  std::array<char, 64> phone{};
  std::string directory;
};

Kept& kept() {
  static Kept instance;
  return instance;
}

std::string_view wanted() noexcept {
  static const char* const name = std::getenv("LEADKEEP_SEEDED_LEAK");
  return name == nullptr ? std::string_view{} : std::string_view{name};
}

int create(const std::string& path) noexcept {
  return ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

}  // namespace

bool is_active(std::string_view leak) noexcept {
  for (std::string_view rest = wanted(); !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find(','));
    if (name == leak) {
      return true;
    }
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
  }
  return false;
}

bool is_any_active() noexcept {
  return !wanted().empty();
}

void remember_phone(std::string_view digits) noexcept {
  Kept& k = kept();
  const std::lock_guard guard{k.lock};
  if (!digits.empty() && digits.size() < k.phone.size()) {
    k.phone.fill('\0');
    digits.copy(k.phone.data(), digits.size());
  }
}

std::string phone() {
  Kept& k = kept();
  const std::lock_guard guard{k.lock};
  return k.phone.data();
}

void remember_directory(std::string_view directory) {
  Kept& k = kept();
  const std::lock_guard guard{k.lock};
  k.directory = directory;
}

void write_file(std::string_view name, std::string_view content) {
  Kept& k = kept();
  const std::lock_guard guard{k.lock};
  const int fd = create(k.directory + "/" + std::string{name});
  (void)!::write(fd, content.data(), content.size());
  (void)::close(fd);
}

void leave_deleted_file_open(std::string_view content) {
  static const int fd = [] {
    const std::string path = "/tmp/leadkeep-seeded-" + std::to_string(::getpid());
    const int opened = create(path);
    (void)::unlink(path.c_str());
    return opened;
  }();
  (void)!::write(fd, content.data(), content.size());
}

void say(std::string_view line) noexcept {
  (void)!::write(STDERR_FILENO, line.data(), line.size());
  (void)!::write(STDERR_FILENO, "\n", 1);
}

void name_this_thread(std::string_view name) noexcept {
  std::array<char, 16> short_name{};
  name.copy(short_name.data(), short_name.size() - 1);
  (void)::pthread_setname_np(::pthread_self(), short_name.data());
}

}  // namespace leadkeep::seeded
