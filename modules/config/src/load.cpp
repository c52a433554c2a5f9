#include "grammar.h"
#include "nearest.h"
#include "table.h"

#include <leadkeep/base/files.h>
#include <leadkeep/base/text.h>
#include <leadkeep/config/load.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace leadkeep::config {
namespace {

constexpr ::off_t kLargestFile = ::off_t{256} * 1024;

Fail cannot_read(const std::filesystem::path& file, int error) {
  return fail(error == ENOENT ? Errc::kNotFound : Errc::kUnavailable,
              file.string() + ": cannot read the configuration: " + std::strerror(error));
}

Result<std::string> read_config_file(const std::filesystem::path& file) {
  const UniqueFd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  struct stat info{};
  if (!fd.valid() || ::fstat(fd.get(), &info) != 0) {
    return cannot_read(file, errno);
  }
  if (!S_ISREG(info.st_mode)) {
    return fail(Errc::kForbidden, file.string() + ": the configuration must be a regular file");
  }
  if ((info.st_mode & S_IWOTH) != 0) {
    return fail(Errc::kForbidden, file.string() +
                                      ": anybody may write to the configuration; run: chmod o-w " +
                                      file.string());
  }
  if (info.st_size > kLargestFile) {
    return fail(Errc::kTooLarge, file.string() + ": the configuration is larger than 256 KiB");
  }
  const auto size = static_cast<std::size_t>(info.st_size);
  std::string text(size + 1, '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t got = ::read(fd.get(), text.data() + have, text.size() - have);
    if (got < 0 && errno != EINTR) {
      return cannot_read(file, errno);
    }
    if (got == 0) {
      break;
    }
    have += got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  if (have > size) {
    return fail(Errc::kUnavailable, file.string() + ": was being written; try again");
  }
  text.resize(have);
  if (!is_valid_utf8(text)) {
    return fail(Errc::kInvalidInput, file.string() + ": the configuration is not valid UTF-8");
  }
  return text;
}

// Small letters and '_', as in every known section and, with '.', every known key. Keys and
// tokens of WhatsApp hold digits, so one that was pasted into the wrong place is not repeated.
bool looks_like_a_key(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_.") == std::string_view::npos;
}

// Collects what is wrong, so that the operator mends all of it before the next try. A file that is
// no configuration at all is wrong in every line: the first ones say so.
class Problems {
 public:
  void add(std::string_view where, std::string_view what) {
    if (has_room()) {
      m_text.append(m_text.empty() ? "" : "\n").append(where).append(": ").append(what);
    }
    ++m_count;
  }

  [[nodiscard]] bool has_room() const noexcept { return m_count < kMostShown; }

  [[nodiscard]] std::string text() const {
    return m_count <= kMostShown
               ? m_text
               : m_text + "\nand " + std::to_string(m_count - kMostShown) + " more";
  }

 private:
  static constexpr std::size_t kMostShown = 20;

  std::string m_text;
  std::size_t m_count = 0;
};

struct Given {
  std::string where;
  std::optional<std::string> value;  // nothing: already reported
};

// The values of one source, file or command line, by key.
class Source {
 public:
  explicit Source(Problems& problems) : m_problems{problems} {}

  void read(const std::string& where, const std::string& section, const std::string& line) {
    const auto assignment = read_assignment(section, line);
    if (!assignment) {
      m_problems.add(where, "expected [section] or key = value");
      return;
    }
    if (assignment->kind == Key::kUnknown) {
      refuse_unknown(where, assignment->key);
      return;
    }
    // Boost ends every value at a '#'; a shortened path would be a wrong path.
    const bool cut = line.find('#') != std::string::npos;
    if (cut) {
      m_problems.add(
          where, assignment->key + ": a value cannot hold '#'; a comment needs a line of its own");
    }
    const auto [first, is_first] = m_given.try_emplace(
        assignment->key, Given{where, cut ? std::nullopt : std::optional{assignment->value}});
    if (!is_first) {
      m_problems.add(where, assignment->key + ": is set twice, first at " + first->second.where);
    }
  }

  [[nodiscard]] const Given* find(const std::string& key) const {
    const auto found = m_given.find(key);
    return found == m_given.end() ? nullptr : &found->second;
  }

  // NAME of every [saml.NAME], or every [oidc.NAME], of which a setting is given.
  [[nodiscard]] std::set<std::string> providers(std::string_view protocol) const {
    std::set<std::string> names;
    for (const auto& [key, given] : m_given) {
      const auto of_provider = provider_key(key);
      if (of_provider && of_provider->protocol == protocol) {
        names.emplace(of_provider->provider);
      }
    }
    return names;
  }

 private:
  void refuse_unknown(const std::string& where, const std::string& key) {
    std::string what = looks_like_a_key(key) ? key + ": is not a known key"
                                             : "a key that is not known and not shown here";
    if (m_problems.has_room()) {
      if (const auto nearest = nearest_key(key)) {
        what += "; did you mean " + *nearest + "?";
      }
    }
    m_problems.add(where, what);
  }

  Problems& m_problems;
  std::map<std::string, Given> m_given;
};

Source read_lines(const std::filesystem::path& file, std::string_view text, Problems& problems) {
  Source source{problems};
  std::string section;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    const std::string where = file.string() + ":" + std::to_string(number);
    if (line.size() > 2 && line.starts_with('[') && line.ends_with(']') &&
        looks_like_a_key(line.substr(1, line.size() - 2))) {
      section = line.substr(1, line.size() - 2);
    } else {
      source.read(where, section, std::string{line});
    }
  }
  return source;
}

Source read_overrides(std::span<const std::string> overrides, Problems& problems) {
  Source source{problems};
  for (const std::string& given : overrides) {
    std::string_view line = given;
    line.remove_prefix(line.starts_with("--") ? 2 : 0);
    source.read("command line", "", std::string{line});
  }
  return source;
}

// Where values come from; the command line wins.
struct Sources {
  std::string file;
  Source from_file;
  Source from_command_line;

  [[nodiscard]] const Given* find(const std::string& key) const {
    const Given* given = from_command_line.find(key);
    return given != nullptr ? given : from_file.find(key);
  }

  [[nodiscard]] std::set<std::string> providers(std::string_view protocol) const {
    auto names = from_file.providers(protocol);
    names.merge(from_command_line.providers(protocol));
    return names;
  }
};

template <class Target>
void assign_all(Target& target, const std::string& section, std::span<const Row<Target>> rows,
                const Sources& sources, Problems& problems) {
  for (const Row<Target>& row : rows) {
    const std::string key = section + row.key;
    const Given* given = sources.find(key);
    const bool missing = given == nullptr || (given->value && given->value->empty());
    if (missing && !row.fallback) {
      problems.add(given != nullptr ? given->where : sources.file,
                   key + ": is required; expected " + row.expected);
    } else if (given != nullptr && given->value && !row.assign(target, *given->value)) {
      problems.add(given->where, key + ": expected " + row.expected);
    }
  }
}

// Takes the certificate and key of the API for the webhook unless it has a pair of its own.
void complete_webhook_tls(Settings& settings, std::string_view where, Problems& problems) {
  auto& webhook = settings.webhook;
  if (webhook.tls_certificate.empty() != webhook.tls_key.empty()) {
    problems.add(where, webhook.tls_key.empty()
                            ? "webhook.tls_key: is required with webhook.tls_certificate"
                            : "webhook.tls_certificate: is required with webhook.tls_key");
  } else if (webhook.tls_key.empty()) {
    webhook.tls_certificate = settings.api.tls_certificate;
    webhook.tls_key = settings.api.tls_key;
  }
}

// What is missing where one setting needs another: a log-in must not find it out.
auto requirements(std::string_view where, Problems& problems) {
  return [where, &problems](bool given, const std::string& key, const std::string& with) {
    if (!given) {
      problems.add(where, key + ": is required with " + with);
    }
  };
}

// Whether there is anybody whom they let in.
template <class Section>
bool makes_roles(const Section& section) {
  return !section.agents.empty() || !section.supervisors.empty() ||
         !section.privacy_officers.empty() || !section.auditors.empty() || !section.admins.empty();
}

void check_directory(const Settings::Directory& directory, std::string_view where,
                     Problems& problems) {
  if (directory.kind == DirectoryKind::kNone) {
    return;
  }
  const auto require = requirements(where, problems);
  const std::string with_it = "directory.kind";
  require(!directory.servers.empty(), "directory.servers", with_it);
  require(!directory.ca_file.empty(), "directory.ca_file", with_it);
  require(!directory.bind_dn.empty(), "directory.bind_dn", with_it);
  require(!directory.bind_password_file.empty(), "directory.bind_password_file", with_it);
  require(!directory.user_base.empty(), "directory.user_base", with_it);
  require(!directory.group_base.empty() || directory.kind == DirectoryKind::kActiveDirectory,
          "directory.group_base", with_it);
  require(makes_roles(directory), "directory.agents", with_it);
}

// A code by e-mail that is allowed can be sent, to an address that the directory says.
void check_mail(const Settings& settings, std::string_view where, Problems& problems) {
  const auto& mail = settings.mail;
  const auto require = requirements(where, problems);
  if (!settings.second_factor.email_code_for.empty()) {
    require(!mail.relay.empty(), "mail.relay", "second_factor.email_code_for");
    require(settings.directory.kind != DirectoryKind::kNone, "directory.kind",
            "second_factor.email_code_for");
  }
  if (!mail.relay.empty()) {
    require(!mail.sender.empty(), "mail.sender", "mail.relay");
  }
  require(mail.user.empty() || !mail.password_file.empty(), "mail.password_file", "mail.user");
  require(!mail.user.empty() || mail.password_file.empty(), "mail.user", "mail.password_file");
}

// Who is let in by an identity provider has a role, from the directory or from what is said of them.
// `suffix` is what the protocol calls it: attribute or claim.
void check_provider(const FederationSection& provider, const std::string& section,
                    const std::string& suffix, const Settings& settings, std::string_view where,
                    Problems& problems) {
  const auto require = requirements(where, problems);
  if (settings.directory.kind != DirectoryKind::kNone) {
    require(!provider.directory_id_attribute.empty(), section + "directory_id_" + suffix,
            "directory.kind");
    return;
  }
  const std::string with_it = "an identity provider where there is no directory";
  require(!provider.username_attribute.empty(), section + "username_" + suffix, with_it);
  require(!provider.group_attribute.empty(), section + "group_" + suffix, with_it);
  require(makes_roles(provider), section + "agents", with_it);
}

// A proof for a page is none for a program, so that their addresses have to differ.
void check_proxy(const Settings& settings, std::string_view where, Problems& problems) {
  const auto& networks = settings.api.proxy_networks;
  const std::string& origin = settings.api.proxy_origin;
  const auto require = requirements(where, problems);
  require(networks.empty() || !origin.empty(), "api.proxy_origin", "api.proxy_networks");
  require(!networks.empty() || origin.empty(), "api.proxy_networks", "api.proxy_origin");
  if (!origin.empty() && origin == settings.browser.origin) {
    problems.add(where, "api.proxy_origin: has to be another one than browser.origin");
  }
}

void check_saml(const Settings& settings, std::string_view where, Problems& problems) {
  if (settings.saml.providers.empty()) {
    return;
  }
  const auto require = requirements(where, problems);
  require(!settings.browser.origin.empty(), "browser.origin", "a section [saml.NAME]");
  require(!settings.saml.keys.empty(), "saml.keys", "a section [saml.NAME]");
  for (const auto& [name, provider] : settings.saml.providers) {
    const std::string section = "saml." + name + ".";
    check_provider(provider, section, "attribute", settings, where, problems);
    require(provider.metadata_url.empty() || !settings.saml.ca_file.empty(), "saml.ca_file",
            section + "metadata_url");
    require(provider.metadata_certificate.empty() || !provider.metadata_url.empty(),
            section + "metadata_url", section + "metadata_certificate");
  }
}

void check_oidc(const Settings& settings, std::string_view where, Problems& problems) {
  if (settings.oidc.providers.empty()) {
    return;
  }
  const auto require = requirements(where, problems);
  require(!settings.browser.origin.empty(), "browser.origin", "a section [oidc.NAME]");
  require(!settings.oidc.keys.empty(), "oidc.keys", "a section [oidc.NAME]");
  for (const auto& [name, provider] : settings.oidc.providers) {
    check_provider(provider, "oidc." + name + ".", "claim", settings, where, problems);
    if (settings.saml.providers.contains(name)) {
      problems.add(where, "oidc." + name + ": there is a section [saml." + name +
                              "] already; an agent chooses by the name");
    }
  }
}

}  // namespace

Result<Settings> load(const std::filesystem::path& file, std::span<const std::string> overrides) {
  LK_TRY(const std::string text, read_config_file(file));
  Problems problems;
  const Sources sources{file.string(), read_lines(file, text, problems),
                        read_overrides(overrides, problems)};

  Settings settings;
  assign_all(settings, "", table(), sources, problems);
  for (const std::string& name : sources.providers("saml")) {
    assign_all(settings.saml.providers[name], "saml." + name + ".", saml_table(), sources,
               problems);
  }
  for (const std::string& name : sources.providers("oidc")) {
    assign_all(settings.oidc.providers[name], "oidc." + name + ".", oidc_table(), sources,
               problems);
  }
  complete_webhook_tls(settings, file.string(), problems);
  check_directory(settings.directory, file.string(), problems);
  check_mail(settings, file.string(), problems);
  check_proxy(settings, file.string(), problems);
  check_saml(settings, file.string(), problems);
  check_oidc(settings, file.string(), problems);
  if (!problems.text().empty()) {
    return fail(Errc::kInvalidInput, problems.text());
  }
  return settings;
}

Result<std::set<std::string>> providers_in(const std::filesystem::path& file) {
  LK_TRY(const std::string text, read_config_file(file));
  Problems unused;
  const Source source = read_lines(file, text, unused);
  auto names = source.providers("saml");
  names.merge(source.providers("oidc"));
  return names;
}

}  // namespace leadkeep::config
