#include "password_input.h"

#include <leadkeep/base/files.h>

#include <cstdio>
#include <iostream>
#include <string>

#include <termios.h>
#include <unistd.h>

namespace leadkeep::ctl {
namespace {

constexpr std::size_t kMaxPasswordBytes = 1'024;

// Turns the echo of the terminal off for as long as it lives.
class Silence {
 public:
  Silence() {
    (void)::tcgetattr(STDIN_FILENO, &m_before);
    termios quiet = m_before;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }

  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

  ~Silence() {
    (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &m_before);
    (void)std::fputc('\n', stderr);
  }

 private:
  termios m_before{};
};

SecretBytes read_line() {
  std::string line;
  std::getline(std::cin, line);
  SecretBytes out = SecretBytes::copy_of(as_bytes(line));
  wipe(line);
  return out;
}

SecretBytes ask(const char* question) {
  (void)std::fputs(question, stderr);
  const Silence silence;
  return read_line();
}

}  // namespace

Result<SecretBytes> read_password(const std::filesystem::path& file) {
  if (!file.empty()) {
    return read_secret_line(file, kMaxPasswordBytes);
  }
  return ::isatty(STDIN_FILENO) == 0 ? read_line() : ask("Password: ");
}

Result<SecretBytes> read_new_password(const std::filesystem::path& file) {
  if (!file.empty()) {
    return read_secret_line(file, kMaxPasswordBytes);
  }
  if (::isatty(STDIN_FILENO) == 0) {
    return read_line();
  }
  SecretBytes first = ask("Password (15 to 256 bytes): ");
  const SecretBytes second = ask("Once more: ");
  if (!same_bytes(first.expose(), second.expose())) {
    return fail(Errc::kInvalidInput, "the two passwords differ");
  }
  return first;
}

}  // namespace leadkeep::ctl
