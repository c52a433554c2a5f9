// The command line of leadkeepctl: a command of one or two words, its operand, and options.
#pragma once
#include "leaktest/leak_test.h"

#include <leadkeep/base/result.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace leadkeep::ctl {

struct SamlOptions {
  std::string response;     // file, or - for standard input
  std::string at;           // RFC 3339; empty: now
  std::string request;      // InResponseTo; empty: what the response says
  std::string provider;     // NAME; empty: the only one
  std::string fingerprint;  // add: that an administrator has compared; of a client's key as well
};

struct ClientOptions {
  std::string owner;
  std::string purpose;
  std::vector<std::string> scopes;
  std::vector<std::string> own_scopes;
  std::vector<std::string> record_classes;
  std::vector<std::string> networks;
  std::optional<unsigned> expires_in_days;
  std::filesystem::path token_file;   // add, invite: written; enrol: read
  std::filesystem::path key;          // enrol: made if it is missing
  std::filesystem::path request;      // enrol: in place of a key
  std::filesystem::path certificate;  // enrol: written
  std::string url;                    // webhook; empty: show it
  std::filesystem::path secret_file;  // webhook, webhook-secret: written
};

struct Arguments {
  std::vector<std::string> words;  // "agents", "add", "anna"
  std::filesystem::path socket{"/run/leadkeep/control.sock"};
  std::filesystem::path config{"/etc/leadkeep/leadkeepd.conf"};  // leaktest, ldap test
  std::filesystem::path store;                                   // init
  std::filesystem::path root_key_file;                           // init
  // agents add, ldap test; empty: ask, or read standard input
  std::filesystem::path password_file;
  std::string display_name;
  std::vector<std::string> roles;
  SamlOptions saml;
  ClientOptions client;
  leaktest::Options leak_test;
  enum class Wish { kCommand, kHelp, kVersion } wish = Wish::kCommand;
};

[[nodiscard]] Result<Arguments> parse_arguments(int argc, const char* const* argv);
[[nodiscard]] std::string help_text();  // of all commands; leaktest has one of its own

}  // namespace leadkeep::ctl
