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

// The path of the file is in front of every line of an error, and an input may hold it too.
std::string without(std::string text, std::string_view part) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at)) {
    text.erase(at, part.size());
  }
  return text;
}

// Another letter or digit for each.
std::string disguised(std::string_view text) {
  std::string other{text};
  for (char& c : other) {
    if (is_alphanumeric(c)) {
      c = c == 'z' || c == 'Z' || c == '9' ? static_cast<char>(c - 1) : static_cast<char>(c + 1);
    }
  }
  return other;
}

bool is_key(std::string_view text) {
  const std::string_view key = text.substr(0, text.size() - (text.ends_with('?') ? 1 : 0));
  return key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_.") == std::string_view::npos;
}

class Probe {
 public:
  Result<Settings> load(std::string_view content) {
    m_file.write(content);
    return config::load(m_path, {});
  }

  // What stands in the error of a file that holds `text`, in no line and no value of it because of
  // that: keys, asked for as in "did you mean inbox.region?", and our own words, which are still
  // said when the file has something else in that place.
  bool is_ours(std::string_view text, std::string_view content) {
    if (is_key(text)) {
      return true;
    }
    std::string changed{content};
    const std::string other = disguised(text);
    for (std::size_t at = changed.find(text); at != std::string::npos;
         at = changed.find(text, at)) {
      changed.replace(at, text.size(), other);
      at += other.size();
    }
    const auto settings = load(changed);
    return !settings.ok() && error_of(settings).find(text) != std::string::npos;
  }

  [[nodiscard]] std::string error_of(const Result<Settings>& settings) const {
    return without(settings.error().detail, m_path);
  }

 private:
  MemoryFile m_file;
  std::string m_path = m_file.path();
};

void check_hidden(std::string_view text, const std::string& error, std::string_view content,
                  Probe& probe) {
  const std::string_view shown = trim(text);
  LK_CHECK(shown.size() <= kLongestHarmless || error.find(shown) == std::string::npos ||
           probe.is_ours(shown, content));  // the longest to find out
}

void check_error(std::string_view content, const std::string& error, Probe& probe) {
  LK_CHECK(!error.empty() && is_valid_utf8(error));
  for (std::string_view rest = content; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    check_hidden(line, error, content, probe);
    check_hidden(line.substr(std::min(line.find('=') + 1, line.size())), error, content, probe);
    rest.remove_prefix(std::min(end + 1, rest.size()));
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
  static Probe probe;
  const auto settings = probe.load(input);
  if (settings.ok()) {
    check_settings(settings.value());
  } else {
    LK_CHECK(settings.error().code == Errc::kInvalidInput ||
             settings.error().code == Errc::kTooLarge);
    check_error(input, probe.error_of(settings), probe);
  }
}

}  // namespace
}  // namespace leadkeep::config

LK_FUZZ_TARGET(leadkeep::config::check_input)
