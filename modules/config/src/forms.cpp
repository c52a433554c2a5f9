#include "forms.h"

#include <algorithm>
#include <cctype>
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

Form<std::string> https_origin() {
  return text_form("https://host or https://host:port, without a path", is_https_origin);
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
