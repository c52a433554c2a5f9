// The configuration file. An operator may paste a secret anywhere into it, so no line and no value
// of it is repeated in an error, and whatever is accepted has its form.
#include "fuzz_target.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/files.h>
#include <leadkeep/base/text.h>
#include <leadkeep/config/load.h>

#include <algorithm>
#include <string>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace leadkeep::config {
namespace {

constexpr std::size_t kLongestHarmless = 8;

// A file in memory under a path, written anew for every input.
class MemoryFile {
 public:
  MemoryFile() {
    LK_CHECK(m_fd.valid());
    LK_CHECK(::fchmod(m_fd.get(), S_IRUSR | S_IWUSR) == 0);
  }

  void write(std::string_view content) {
    LK_CHECK(::ftruncate(m_fd.get(), 0) == 0);
    LK_CHECK(::pwrite(m_fd.get(), content.data(), content.size(), 0) ==
             static_cast<ssize_t>(content.size()));
  }

  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(m_fd.get()); }

 private:
  UniqueFd m_fd{::memfd_create("leadkeepd.conf", MFD_CLOEXEC)};
};

// What stands in errors although the input holds it too: our own words, and keys, asked for as in
// "did you mean inbox.region?".
bool is_ours(std::string_view text) {
  static const std::string words =
      sample_config() + load(MemoryFile{}.path(), {}).error().detail +  // what an empty file lacks
      "\nexpected [section] or key = value\na key that is not known and not shown here\n"
      "a value cannot hold '#'; a comment needs a line of its own\n"
      "is not a known key; did you mean \nis set twice, first at\n"
      "is required with webhook.tls_certificate\nis required with webhook.tls_key\n"
      "is required with directory.kind\nis required with mail.relay\nis required with mail.user\n"
      "is required with mail.password_file\nis required with second_factor.email_code_for\n"
      "the configuration is not valid UTF-8\n";
  const std::string_view key = text.substr(0, text.size() - (text.ends_with('?') ? 1 : 0));
  return key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_.") == std::string_view::npos ||
         text.find(": ") != std::string_view::npos || words.find(text) != std::string::npos;
}

void check_hidden(std::string_view text, const std::string& error) {
  const std::string_view shown = trim(text);
  LK_CHECK(shown.size() <= kLongestHarmless || error.find(shown) == std::string::npos ||
           is_ours(shown));  // the longest to find out
}

// The path of the file is in front of every line of an error, and an input may hold it too.
std::string without_path(std::string error, const std::string& path) {
  for (std::size_t at = error.find(path); at != std::string::npos; at = error.find(path, at)) {
    error.erase(at, path.size());
  }
  return error;
}

void check_error(std::string_view content, const std::string& error) {
  LK_CHECK(!error.empty() && is_valid_utf8(error));
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = content.substr(0, end);
    check_hidden(line, error);
    check_hidden(line.substr(std::min(line.find('=') + 1, line.size())), error);
    content.remove_prefix(std::min(end + 1, content.size()));
  }
}

void check_settings(const Settings& settings) {
  LK_CHECK(settings.store.directory.is_absolute());
  LK_CHECK(settings.store.map_size.bytes() >> 30 == settings.store.map_size.count);
  LK_CHECK(settings.api.tls_certificate.is_absolute() && settings.api.tls_key.is_absolute());
  LK_CHECK(settings.webhook.tls_certificate.is_absolute());
  LK_CHECK(settings.webhook.tls_key.is_absolute());
  LK_CHECK(settings.control.socket.is_absolute());
  LK_CHECK(is_all_digits(settings.whatsapp.phone_number_id));
  LK_CHECK(settings.whatsapp.graph_url.starts_with("https://"));
  LK_CHECK(!settings.whatsapp.graph_url.ends_with('/'));
  LK_CHECK(settings.inbox.region.size() == 2);
  LK_CHECK(settings.session.idle.count() > 0 && settings.session.absolute.count() > 0);
  LK_CHECK(settings.delivery.max_attempts > 0 && settings.login.max_failures > 0);
}

void check_input(std::string_view input) {
  static MemoryFile file;
  static const std::string path = file.path();
  file.write(input);
  const auto settings = load(path, {});
  if (settings.ok()) {
    check_settings(settings.value());
  } else {
    LK_CHECK(settings.error().code == Errc::kInvalidInput ||
             settings.error().code == Errc::kTooLarge);
    check_error(input, without_path(settings.error().detail, path));
  }
}

}  // namespace
}  // namespace leadkeep::config

LK_FUZZ_TARGET(leadkeep::config::check_input)
