// leadkeep/config/settings.h — every setting of the daemon, as types
//
// A Settings holds, from its construction on, the defaults of src/settings.def, and the providers those
// of src/saml_provider.def and src/oidc_provider.def; keys without a default are empty until load() fills
// them. No member is a secret: members that end in _file, and the TLS keys, name the files that hold one.
// Units: in the types. Threads: a plain value; the daemon makes it once and passes it on as const.
#pragma once
#include <leadkeep/base/event_log.h>
#include <leadkeep/base/network.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace leadkeep::config {

// A host name in small letters or an address in canonical text (RFC 5952), and a port.
struct Endpoint {
  std::string host;
  std::uint16_t port{};

  [[nodiscard]] std::string text() const;  // host:port, an IPv6 address in brackets
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

struct Gibibytes {
  std::uint64_t count{};

  [[nodiscard]] std::uint64_t bytes() const noexcept { return count << 30; }

  friend bool operator==(const Gibibytes&, const Gibibytes&) = default;
};

enum class TlsMinimum { kTls12, kTls13 };

enum class AgentRole { kAgent, kSupervisor, kPrivacyOfficer, kAuditor, kAdmin };

enum class TotpWindow { kUsual, kStrict };

enum class BrowserCertificate { kRequired, kNotRequired };

enum class ClientApproval { kOnePerson, kTwoPersons };

enum class DirectoryKind { kNone, kActiveDirectory, kOpenLdap };

struct TeamGroup {
  std::string team;
  std::string group;  // DN

  friend bool operator==(const TeamGroup&, const TeamGroup&) = default;
};

enum class SamlBinding { kRedirect, kPost };

enum class Cbc { kRefused, kAccepted };

struct TeamValue {
  std::string team;
  std::string value;  // of the attribute of groups

  friend bool operator==(const TeamValue&, const TeamValue&) = default;
};

// Who is an agent, by what an identity provider says; attributes of SAML or claims of OpenID Connect.
struct FederationSection {
  std::string subject_attribute;       // empty: NameID or sub
  std::string directory_id_attribute;  // where there is a directory, and then in place of the rest
  std::string username_attribute;
  std::string name_attribute;
  std::string group_attribute;
  std::vector<std::string> agents;  // values of that attribute
  std::vector<std::string> supervisors;
  std::vector<std::string> privacy_officers;
  std::vector<std::string> auditors;
  std::vector<std::string> admins;
  std::vector<TeamValue> teams;
  std::string second_factor_attribute;  // empty: AuthnContextClassRef or acr
  std::vector<std::string> second_factor_values;
};

// One section [saml.NAME].
struct SamlProvider : FederationSection {
  SamlProvider();

  std::filesystem::path metadata;
  std::string metadata_sha256;                 // 64 digits, small
  std::string metadata_url;                    // https; empty: it is not fetched
  std::filesystem::path metadata_certificate;  // empty: what is fetched changes no key
  SamlBinding binding{};
  Cbc cbc{};
};

enum class ClientAuthentication { kPrivateKeyJwt, kTlsClientAuth };

enum class AssertionAudience { kIssuer, kTokenEndpoint };

// One section [oidc.NAME].
struct OidcProvider : FederationSection {
  OidcProvider();

  std::string issuer;
  std::string client_id;
  ClientAuthentication authentication{};
  AssertionAudience audience{};
  std::vector<std::string> scopes;  // openid among them
};

struct Settings {
  Settings();

  struct Store {
    std::filesystem::path directory;
    Gibibytes map_size;
    std::filesystem::path root_key_file;  // empty: the systemd credential leadkeep.root-key
    std::chrono::hours epoch{};
  } store;

  struct Api {
    Endpoint listen;
    std::filesystem::path tls_certificate;
    std::filesystem::path tls_key;
    TlsMinimum tls_minimum{};
    std::uint32_t max_connections{};
    std::uint32_t client_requests_per_second{};
    std::uint32_t client_requests_at_once{};
    std::uint32_t agent_requests_per_second{};
    std::vector<Network> proxy_networks;  // empty: no proxy ends the TLS of clients
    std::string proxy_origin;             // there if the former is
  } api;

  struct Webhook {
    Endpoint listen;
    std::filesystem::path tls_certificate;  // load() puts those of the API in place of
    std::filesystem::path tls_key;          // an empty pair
    std::uint32_t max_connections{};
  } webhook;

  struct Control {
    std::filesystem::path socket;
  } control;

  struct Whatsapp {
    std::string phone_number_id;  // WhatsApp's id of the company's own number
    std::filesystem::path app_secret_file;
    std::filesystem::path previous_app_secret_file;  // empty: none
    std::filesystem::path verify_token_file;
    std::filesystem::path access_token_file;
    std::string graph_url;                // https://host or https://host:port, no slash at the end
    std::string graph_version;            // v26.0
    std::filesystem::path graph_ca_file;  // empty: the system's trust store
  } whatsapp;

  struct Egress {
    std::vector<Endpoint> allow;
  } egress;

  struct Inbox {
    std::string region;  // ISO 3166-1 alpha-2
    std::chrono::days journal{};
    std::uint32_t reveals_per_hour{};
  } inbox;

  struct Session {
    std::chrono::minutes idle{};
    std::chrono::hours absolute{};
    std::uint32_t max_per_agent{};
    std::chrono::hours admin_absolute{};
    std::uint32_t admin_max{};
  } session;

  // Complete, or of no kind.
  struct Directory {
    DirectoryKind kind{};
    std::vector<std::string> servers;  // ldaps://host:port or ldap://host:port
    std::filesystem::path ca_file;
    std::string bind_dn;
    std::filesystem::path bind_password_file;
    std::string user_base;
    std::string user_filter;  // with {user}, or empty
    std::string group_base;
    std::vector<std::string> agents;  // DNs of groups
    std::vector<std::string> supervisors;
    std::vector<std::string> privacy_officers;
    std::vector<std::string> auditors;
    std::vector<std::string> admins;
    std::vector<TeamGroup> teams;
    std::uint32_t max_failures{};
    std::chrono::seconds recheck{};
  } directory;

  struct Login {
    std::uint32_t max_failures{};
    std::chrono::milliseconds refusal{};
    std::vector<std::string> password_words;
  } login;

  struct SecondFactor {
    std::set<AgentRole> required_for;
    TotpWindow totp_window{};
    std::set<AgentRole> device_for;
    std::chrono::days device_life{};
    std::set<AgentRole> email_code_for;  // never administrators
  } second_factor;

  // Complete, or without a relay.
  struct Mail {
    std::string relay;              // smtps://host:port or smtp://host:port
    std::filesystem::path ca_file;  // empty: the system's trust store
    std::string sender;
    std::string user;  // empty: none
    std::filesystem::path password_file;
  } mail;

  // Complete, or without identity providers.
  struct Saml {
    std::filesystem::path keys;                     // directory of our own
    std::filesystem::path ca_file;                  // of the hosts that metadata is fetched from
    std::map<std::string, SamlProvider> providers;  // by NAME
  } saml;

  // Complete, or without OpenID providers.
  struct Oidc {
    std::filesystem::path keys;                     // directory of our own
    std::filesystem::path ca_file;                  // empty: the system's trust store
    std::map<std::string, OidcProvider> providers;  // by NAME
  } oidc;

  struct Browser {
    std::string origin;  // https://host or https://host:port; empty: there are no pages
    BrowserCertificate certificate{};
  } browser;

  struct Clients {
    std::filesystem::path ca_file;  // empty: our own authority issues certificates
    std::chrono::hours certificate_life{};
    ClientApproval approval{};
    std::vector<Endpoint> webhook_allow;    // empty: nobody is told of anything
    std::filesystem::path webhook_ca_file;  // empty: the system's trust store
  } clients;

  struct Delivery {
    std::uint32_t max_attempts{};
    std::chrono::seconds unknown_wait{};
    std::chrono::seconds request_timeout{};
    std::chrono::milliseconds backoff_base{};
  } delivery;

  struct Events {
    std::uint32_t max_listeners{};
  } events;

  struct Log {
    LogLevel level{};
  } log;
};

}  // namespace leadkeep::config
