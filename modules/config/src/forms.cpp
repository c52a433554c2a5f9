#include "forms.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <sys/un.h>

namespace leadkeep::config {
namespace {

enum class PortZero { kRefused, kAllowed };

bool is_path(const std::string& text) {
  return text.starts_with('/') && std::none_of(text.begin(), text.end(), [](unsigned char c) {
           return std::iscntrl(c) != 0;
         });
}

Form<std::filesystem::path> path_form(std::string expected, bool (*accepts)(const std::string&)) {
  return {std::move(expected),
          [accepts](const std::string& text) -> std::optional<std::filesystem::path> {
            return accepts(text) ? std::optional{std::filesystem::path{text}} : std::nullopt;
          }};
}

Form<std::string> text_form(std::string expected, bool (*accepts)(std::string_view)) {
  return {std::move(expected), [accepts](const std::string& text) {
            return accepts(text) ? std::optional{text} : std::nullopt;
          }};
}

template <class T>
Form<T> choice(std::string expected, std::vector<std::pair<std::string, T>> choices) {
  return {std::move(expected),
          [choices = std::move(choices)](const std::string& text) -> std::optional<T> {
            for (const auto& [name, value] : choices) {
              if (name == text) {
                return value;
              }
            }
            return std::nullopt;
          }};
}

// Host names as in RFC 1123 section 2.1, without a dot at the end. A name of digits and dots is
// an IPv4 address or nothing: resolvers disagree about the rest ("127.1", "2130706433").
bool is_host_name(const std::string& host) {
  if (host.empty() || host.size() > 253) {
    return false;
  }
  char before = '.';
  for (const char c : host) {
    const bool follows_label = before != '.';
    const bool fits = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                      (c == '-' && follows_label) || (c == '.' && follows_label && before != '-');
    if (!fits) {
      return false;
    }
    before = c;
  }
  if (host.find_first_not_of("0123456789.") == std::string::npos) {
    in_addr address{};
    return ::inet_pton(AF_INET, host.c_str(), &address) == 1;
  }
  return before != '.' && before != '-';
}

std::optional<std::string> canonical_ipv6(const std::string& host) {
  in6_addr address{};
  std::string text(INET6_ADDRSTRLEN, '\0');
  if (::inet_pton(AF_INET6, host.c_str(), &address) != 1 ||
      ::inet_ntop(AF_INET6, &address, text.data(), INET6_ADDRSTRLEN) == nullptr) {
    return std::nullopt;
  }
  text.resize(text.find('\0'));
  return text;
}

// A host name or IPv4 address as it is, an IPv6 address without its brackets.
std::optional<std::string> read_host(const std::string& text) {
  if (text.size() > 2 && text.starts_with('[') && text.ends_with(']')) {
    return canonical_ipv6(text.substr(1, text.size() - 2));
  }
  return is_host_name(text) ? std::optional{text} : std::nullopt;
}

// host:port or [IPv6]:port.
std::optional<Endpoint> read_endpoint(std::string_view text, PortZero port_zero) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  auto host = read_host(to_lower_ascii(text.substr(0, colon)));
  const auto port = parse_unsigned(text.substr(colon + 1));
  if (!host || !port || *port > 65535 || (*port == 0 && port_zero == PortZero::kRefused)) {
    return std::nullopt;
  }
  return Endpoint{*std::move(host), static_cast<std::uint16_t>(*port)};
}

bool is_https_origin(std::string_view text) {
  constexpr std::string_view kScheme = "https://";
  if (!text.starts_with(kScheme)) {
    return false;
  }
  const std::string rest{text.substr(kScheme.size())};
  return read_endpoint(rest, PortZero::kRefused).has_value() ||
         read_endpoint(rest + ":443", PortZero::kRefused).has_value();
}

// With a path or without.
bool is_https_url(std::string_view text) {
  constexpr std::size_t kLongest = 500;
  constexpr std::size_t kScheme = 8;
  const auto path = text.find('/', std::min(kScheme, text.size()));
  const bool is_plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isgraph(c) != 0 && c != '"' && c != '?' && c != '#' && c != '\\';
  });
  return text.size() <= kLongest && is_plain && is_https_origin(text.substr(0, path));
}

// With its '?', or nothing.
bool is_https_query(std::string_view text) {
  constexpr std::size_t kLongest = 500;
  return text.size() <= kLongest && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isgraph(c) != 0 && c != '"' && c != '#' && c != '\\' && c != '<' && c != '>';
         });
}

// RFC 6749 section 3.3.
bool is_scope(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isgraph(c) != 0 && c != '"' && c != '\\';
  });
}

// scheme://host, with a port or without.
bool is_server(std::string_view text, std::string_view tls_scheme, std::string_view other_scheme) {
  if (!text.starts_with(tls_scheme) && !text.starts_with(other_scheme)) {
    return false;
  }
  const std::string rest{text.substr(text.find("//") + 2)};
  return rest == to_lower_ascii(rest) && (read_endpoint(rest, PortZero::kRefused) ||
                                          read_endpoint(rest + ":1", PortZero::kRefused));
}

bool is_directory_server(std::string_view text) {
  return is_server(text, "ldaps://", "ldap://");
}

bool is_mail_relay(std::string_view text) {
  return is_server(text, "smtps://", "smtp://");
}

// Not more than the shape.
bool is_mail_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.size() <= 254 &&
         text.find('@', at + 1) == std::string_view::npos &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) {
           return c <= ' ' || c >= 0x7f || c == '<' || c == '>';
         });
}

bool is_user_name(std::string_view text) {
  return text.size() <= 254 && std::none_of(text.begin(), text.end(),
                                            [](unsigned char c) { return std::iscntrl(c) != 0; });
}

// Not more than the shape: what the names mean is for the directory to say.
bool is_distinguished_name(std::string_view text) {
  return text.find('=') != std::string_view::npos &&
         std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return std::iscntrl(c) != 0; });
}

bool is_user_filter(std::string_view text) {
  return text.starts_with('(') && text.ends_with(')') &&
         text.find("{user}") != std::string_view::npos;
}

// The parts between separators, trimmed; a backslash in front of a separator belongs to a DN.
std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == separator && (at == 0 || text[at - 1] != '\\')) {
      parts.emplace_back();
    } else {
      parts.back() += text[at];
    }
  }
  for (std::string& part : parts) {
    part = trim(part);
  }
  return parts;
}

// A name of a team, and what makes it.
template <class Team>
std::optional<Team> read_team(std::string_view text, bool (*makes_team)(std::string_view)) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  Team team{std::string{trim(text.substr(0, colon))}, std::string{trim(text.substr(colon + 1))}};
  const auto& [name, maker] = team;
  const bool whole = !name.empty() && name.size() <= 64 && makes_team(maker);
  return whole ? std::optional{std::move(team)} : std::nullopt;
}

template <class Team>
Form<std::vector<Team>> team_form(std::string expected, bool (*makes_team)(std::string_view)) {
  return {std::move(expected),
          [makes_team](const std::string& text) -> std::optional<std::vector<Team>> {
            std::vector<Team> teams;
            for (const std::string& part :
                 text.empty() ? std::vector<std::string>{} : split(text, ';')) {
              auto team = read_team<Team>(part, makes_team);
              if (!team) {
                return std::nullopt;
              }
              teams.push_back(*std::move(team));
            }
            return teams;
          }};
}

// Several with semicolons between them.
Form<std::vector<std::string>> list_form(std::string expected, bool (*accepts)(std::string_view)) {
  return {std::move(expected),
          [accepts](const std::string& text) -> std::optional<std::vector<std::string>> {
            auto parts = text.empty() ? std::vector<std::string>{} : split(text, ';');
            return std::all_of(parts.begin(), parts.end(), accepts)
                       ? std::optional{std::move(parts)}
                       : std::nullopt;
          }};
}

// Of SAML: any text that stands on a line.
bool is_value(std::string_view text) {
  constexpr std::size_t kLongest = 512;
  return !text.empty() && text.size() <= kLongest &&
         std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return std::iscntrl(c) != 0; });
}

bool is_sha256(std::string_view text) {
  constexpr std::size_t kDigits = 64;
  return text.size() == kDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

using KnownRoles = std::map<std::string, AgentRole>;

std::optional<std::set<AgentRole>> read_roles(const std::string& text, const KnownRoles& known) {
  std::set<AgentRole> roles;
  if (text == "nobody") {
    return roles;
  }
  for (const std::string& name : split(text, ',')) {
    const auto found = known.find(name);
    if (found == known.end()) {
      return std::nullopt;
    }
    roles.insert(found->second);
  }
  return roles;
}

// v[0-9]+\.[0-9]+
bool is_graph_version(std::string_view text) {
  const std::size_t dot = text.find('.');
  return dot != std::string_view::npos && text.starts_with('v') &&
         is_all_digits(text.substr(1, dot - 1)) && is_all_digits(text.substr(dot + 1));
}

}  // namespace

Form<std::filesystem::path> absolute_path() {
  return path_form("an absolute path", is_path);
}

Form<std::filesystem::path> optional_path() {
  return path_form("an absolute path or nothing",
                   [](const std::string& text) { return text.empty() || is_path(text); });
}

Form<std::filesystem::path> socket_path() {
  constexpr std::size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;
  return path_form(
      "an absolute path of at most " + std::to_string(kLongest) + " bytes",
      [](const std::string& text) { return is_path(text) && text.size() <= kLongest; });
}

Form<Endpoint> listen_address() {
  return {"host:port, an IPv6 address in brackets",
          [](const std::string& text) { return read_endpoint(text, PortZero::kAllowed); }};
}

Form<std::vector<Endpoint>> endpoint_list() {
  return {"host:port, several with commas between them",
          [](const std::string& text) -> std::optional<std::vector<Endpoint>> {
            std::vector<Endpoint> endpoints;
            std::string_view rest = text;
            while (true) {
              const std::size_t comma = rest.find(',');
              auto endpoint = read_endpoint(trim(rest.substr(0, comma)), PortZero::kRefused);
              if (!endpoint) {
                return std::nullopt;
              }
              endpoints.push_back(*std::move(endpoint));
              if (comma == std::string_view::npos) {
                return endpoints;
              }
              rest.remove_prefix(comma + 1);
            }
          }};
}

Form<std::vector<Endpoint>> optional_endpoint_list() {
  Form<std::vector<Endpoint>> form = endpoint_list();
  return {"host:port, several with commas between them, or nothing",
          [read = std::move(form.read)](const std::string& text) {
            return text.empty() ? std::optional{std::vector<Endpoint>{}} : read(text);
          }};
}

Form<std::vector<Network>> optional_network_list() {
  return {"networks such as 10.1.0.0/16, several with commas between them, or nothing",
          [](const std::string& text) -> std::optional<std::vector<Network>> {
            std::vector<Network> networks;
            for (const std::string& part :
                 text.empty() ? std::vector<std::string>{} : split(text, ',')) {
              const auto network = Network::parse(part);
              if (!network) {
                return std::nullopt;
              }
              networks.push_back(*network);
            }
            return networks;
          }};
}

Form<std::string> https_origin() {
  return text_form("https://host or https://host:port, without a path", is_https_origin);
}

Form<std::string> optional_https_origin() {
  return text_form("https://host or https://host:port, without a path, or nothing",
                   [](std::string_view text) { return text.empty() || is_https_origin(text); });
}

Form<std::string> mail_relay() {
  return text_form(
      "smtps://host or smtp://host (with STARTTLS), with a port or without, or nothing",
      [](std::string_view text) { return text.empty() || is_mail_relay(text); });
}

Form<std::string> mail_address() {
  return text_form("an address such as leadkeep@example.com, or nothing",
                   [](std::string_view text) { return text.empty() || is_mail_address(text); });
}

Form<std::string> mail_user() {
  return text_form("a user name, or nothing", is_user_name);
}

Form<std::string> phone_number_id() {
  return text_form("1 to 32 digits",
                   [](std::string_view text) { return is_all_digits(text) && text.size() <= 32; });
}

Form<std::string> graph_version() {
  return text_form("a version such as v26.0", is_graph_version);
}

Form<std::string> region() {
  return text_form("two capital letters (ISO 3166-1), such as DE", [](std::string_view text) {
    return text.size() == 2 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  });
}

Form<DirectoryKind> directory_kind() {
  return choice<DirectoryKind>("none, active_directory or openldap",
                               {{"none", DirectoryKind::kNone},
                                {"active_directory", DirectoryKind::kActiveDirectory},
                                {"openldap", DirectoryKind::kOpenLdap}});
}

Form<std::vector<std::string>> directory_servers() {
  return {
      "ldaps://host or ldap://host (with StartTLS), several with commas between them, or nothing",
      [](const std::string& text) -> std::optional<std::vector<std::string>> {
        auto servers = text.empty() ? std::vector<std::string>{} : split(text, ',');
        return std::all_of(servers.begin(), servers.end(), is_directory_server)
                   ? std::optional{std::move(servers)}
                   : std::nullopt;
      }};
}

Form<std::string> distinguished_name() {
  return text_form(
      "a distinguished name, such as ou=people,dc=example,dc=com, or nothing",
      [](std::string_view text) { return text.empty() || is_distinguished_name(text); });
}

Form<std::string> user_filter() {
  return text_form("a filter with {user} in it, such as (uid={user}), or nothing",
                   [](std::string_view text) { return text.empty() || is_user_filter(text); });
}

Form<std::vector<std::string>> group_list() {
  return list_form(
      "distinguished names of groups, several with semicolons between them, or nothing",
      is_distinguished_name);
}

Form<std::vector<TeamGroup>> team_list() {
  return team_form<TeamGroup>("name: group, several with semicolons between them, or nothing",
                              is_distinguished_name);
}

Form<std::string> sha256_digits() {
  return text_form("64 digits and small letters from a to f", is_sha256);
}

Form<SamlBinding> saml_binding() {
  return choice<SamlBinding>("redirect or post",
                             {{"redirect", SamlBinding::kRedirect}, {"post", SamlBinding::kPost}});
}

Form<Cbc> cbc() {
  return choice<Cbc>("yes or no", {{"yes", Cbc::kAccepted}, {"no", Cbc::kRefused}});
}

Form<std::string> attribute_name() {
  return text_form("the Name of an attribute, as assertions have it, or nothing",
                   [](std::string_view text) { return text.empty() || is_value(text); });
}

Form<std::vector<std::string>> value_list() {
  return list_form("values, several with semicolons between them, or nothing", is_value);
}

Form<std::string> https_url() {
  return text_form("https://host, with a port or without, and a path or none", is_https_url);
}

Form<std::string> optional_https_url() {
  return text_form("https://host, with a port or without, with a path and a query, or nothing",
                   [](std::string_view text) {
                     const auto query = std::min(text.find('?'), text.size());
                     return text.empty() || (is_https_url(text.substr(0, query)) &&
                                             is_https_query(text.substr(query)));
                   });
}

Form<std::string> client_id() {
  return text_form("the id of a client, without '#'", [](std::string_view text) {
    return is_value(text) && text.find('#') == std::string_view::npos;
  });
}

Form<ClientAuthentication> client_authentication() {
  return choice<ClientAuthentication>("private_key_jwt or tls_client_auth",
                                      {{"private_key_jwt", ClientAuthentication::kPrivateKeyJwt},
                                       {"tls_client_auth", ClientAuthentication::kTlsClientAuth}});
}

Form<AssertionAudience> assertion_audience() {
  return choice<AssertionAudience>("issuer or token_endpoint",
                                   {{"issuer", AssertionAudience::kIssuer},
                                    {"token_endpoint", AssertionAudience::kTokenEndpoint}});
}

Form<std::vector<std::string>> scope_list() {
  return {"scopes, several with blanks between them, openid among them",
          [](const std::string& text) -> std::optional<std::vector<std::string>> {
            auto scopes = split(text, ' ');
            const bool are_good = std::all_of(scopes.begin(), scopes.end(), is_scope) &&
                                  std::find(scopes.begin(), scopes.end(), "openid") != scopes.end();
            return are_good ? std::optional{std::move(scopes)} : std::nullopt;
          }};
}

Form<std::string> claim_name() {
  return text_form(
      "the name of a claim, as ID tokens have it (outer.inner for one in another), or "
      "nothing",
      [](std::string_view text) { return text.empty() || is_value(text); });
}

Form<std::vector<TeamValue>> team_values() {
  return team_form<TeamValue>("name: value, several with semicolons between them, or nothing",
                              is_value);
}

Form<std::set<AgentRole>> role_list() {
  return {
      "agent, supervisor, privacy_officer, auditor, admin, several with commas between them, or "
      "nobody",
      [](const std::string& text) {
        static const KnownRoles known{{"agent", AgentRole::kAgent},
                                      {"supervisor", AgentRole::kSupervisor},
                                      {"privacy_officer", AgentRole::kPrivacyOfficer},
                                      {"auditor", AgentRole::kAuditor},
                                      {"admin", AgentRole::kAdmin}};
        return read_roles(text, known);
      }};
}

Form<std::set<AgentRole>> role_list_without_admin() {
  return {"agent, supervisor, both with a comma between them, or nobody",
          [](const std::string& text) {
            static const KnownRoles known{{"agent", AgentRole::kAgent},
                                          {"supervisor", AgentRole::kSupervisor}};
            return read_roles(text, known);
          }};
}

Form<std::vector<std::string>> word_list() {
  return {"words of 3 to 64 bytes, several with commas between them, or nothing",
          [](const std::string& text) -> std::optional<std::vector<std::string>> {
            constexpr std::size_t kShortest = 3;
            constexpr std::size_t kLongest = 64;
            auto words = text.empty() ? std::vector<std::string>{} : split(text, ',');
            return std::all_of(words.begin(), words.end(),
                               [](const std::string& word) {
                                 return word.size() >= kShortest && word.size() <= kLongest;
                               })
                       ? std::optional{std::move(words)}
                       : std::nullopt;
          }};
}

Form<BrowserCertificate> browser_certificate() {
  return choice<BrowserCertificate>("required or not_required",
                                    {{"required", BrowserCertificate::kRequired},
                                     {"not_required", BrowserCertificate::kNotRequired}});
}

Form<ClientApproval> client_approval() {
  return choice<ClientApproval>(
      "one_person or two_persons",
      {{"one_person", ClientApproval::kOnePerson}, {"two_persons", ClientApproval::kTwoPersons}});
}

Form<TotpWindow> totp_window() {
  return choice<TotpWindow>("usual or strict",
                            {{"usual", TotpWindow::kUsual}, {"strict", TotpWindow::kStrict}});
}

Form<TlsMinimum> tls_minimum() {
  return choice<TlsMinimum>("1.3 or 1.2",
                            {{"1.3", TlsMinimum::kTls13}, {"1.2", TlsMinimum::kTls12}});
}

Form<LogLevel> log_level() {
  return choice<LogLevel>("error, warn, info or debug", {{"error", LogLevel::kError},
                                                         {"warn", LogLevel::kWarn},
                                                         {"info", LogLevel::kInfo},
                                                         {"debug", LogLevel::kDebug}});
}

}  // namespace leadkeep::config
