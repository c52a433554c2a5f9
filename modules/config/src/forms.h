// The forms that a value may have: what to tell the operator, and how to read it.
#pragma once
#include <leadkeep/base/text.h>
#include <leadkeep/config/settings.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace leadkeep::config {

template <class T>
struct Form {
  std::string expected;                                      // finishes the sentence "expected …"
  std::function<std::optional<T>(const std::string&)> read;  // nothing: not of this form
};

// A whole number as a T, which may be an integer, a duration or a Gibibytes.
template <class T>
[[nodiscard]] Form<T> whole(std::uint64_t smallest, std::uint64_t largest) {
  return {"a whole number from " + std::to_string(smallest) + " to " + std::to_string(largest),
          [=](const std::string& text) -> std::optional<T> {
            const auto number = parse_unsigned(text);
            if (!number || *number < smallest || *number > largest) {
              return std::nullopt;
            }
            return static_cast<T>(*number);
          }};
}

// Paths are absolute, because a relative one would mean another file under systemd than in a shell.
[[nodiscard]] Form<std::filesystem::path> absolute_path();
[[nodiscard]] Form<std::filesystem::path> optional_path();
[[nodiscard]] Form<std::filesystem::path> socket_path();  // fits into sockaddr_un

[[nodiscard]] Form<Endpoint> listen_address();
[[nodiscard]] Form<std::vector<Endpoint>> endpoint_list();
[[nodiscard]] Form<std::vector<Endpoint>> optional_endpoint_list();
[[nodiscard]] Form<std::vector<Network>> optional_network_list();
[[nodiscard]] Form<std::string> https_origin();
[[nodiscard]] Form<std::string> optional_https_origin();

[[nodiscard]] Form<std::string> phone_number_id();
[[nodiscard]] Form<std::string> graph_version();
[[nodiscard]] Form<std::string> region();

[[nodiscard]] Form<std::set<AgentRole>> role_list();
[[nodiscard]] Form<std::set<AgentRole>> role_list_without_admin();
[[nodiscard]] Form<std::vector<std::string>> word_list();
[[nodiscard]] Form<TotpWindow> totp_window();
[[nodiscard]] Form<BrowserCertificate> browser_certificate();
[[nodiscard]] Form<ClientApproval> client_approval();

[[nodiscard]] Form<DirectoryKind> directory_kind();
[[nodiscard]] Form<std::vector<std::string>> directory_servers();
[[nodiscard]] Form<std::string> distinguished_name();
[[nodiscard]] Form<std::string> user_filter();
[[nodiscard]] Form<std::vector<std::string>> group_list();
[[nodiscard]] Form<std::vector<TeamGroup>> team_list();

[[nodiscard]] Form<std::string> mail_relay();
[[nodiscard]] Form<std::string> mail_address();
[[nodiscard]] Form<std::string> mail_user();

[[nodiscard]] Form<std::string> sha256_digits();
[[nodiscard]] Form<SamlBinding> saml_binding();
[[nodiscard]] Form<Cbc> cbc();
[[nodiscard]] Form<std::string> attribute_name();
[[nodiscard]] Form<std::vector<std::string>> value_list();
[[nodiscard]] Form<std::vector<TeamValue>> team_values();

[[nodiscard]] Form<std::string> https_url();
[[nodiscard]] Form<std::string> optional_https_url();
[[nodiscard]] Form<std::string> client_id();
[[nodiscard]] Form<ClientAuthentication> client_authentication();
[[nodiscard]] Form<AssertionAudience> assertion_audience();
[[nodiscard]] Form<std::vector<std::string>> scope_list();
[[nodiscard]] Form<std::string> claim_name();

[[nodiscard]] Form<TlsMinimum> tls_minimum();
[[nodiscard]] Form<LogLevel> log_level();

}  // namespace leadkeep::config
