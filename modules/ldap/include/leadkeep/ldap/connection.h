// leadkeep/ldap/connection.h — one protected connection to one server of the directory
//
//   connected socket ─ TLS or StartTLS ─ certificate and name checked ─ bind ─ search
//
// Takes    a server and the operator's CA; there is no other trust and no way without TLS
// Yields   answers of RFC 4511, after checks: a search that was cut short is an error, not a short
//          list; a referral is an error, never followed
// Errors   kUnavailable  no connection, no TLS, a wrong certificate, no answer in time, or an answer
//                        that decides nothing; the connection is of no use afterwards
//          kTooLarge     more entries than the search allows
//          kNotFound     the base of the search is not there
//          Details are free of names and passwords: they may be logged.
// Units    milliseconds
// Threads  one at a time; prepare_process() before the first thread starts, trust() before the first
//          connection
// Source   RFC 4511, RFC 4513 section 3 (StartTLS), draft-behera-ldap-password-policy-11
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/egress/dialer.h>
#include <leadkeep/ldap/deadline_watch.h>
#include <leadkeep/ldap/entry.h>
#include <leadkeep/ldap/server.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::ldap {

// Keeps what ldap.conf, .ldaprc and LDAP… variables of the machine say away from our connections, and
// has the library wipe what it frees. Once, before the first other use of the library.
void prepare_process();

// The certificate authorities that the servers of the directory must have theirs from. Of the whole
// process, and to be called once: the library loses 8 KiB with every context of TLS that it makes.
[[nodiscard]] Result<void> trust(const std::filesystem::path& ca_file);

// What every connection needs.
struct Network {
  const egress::Dialer& dialer;
  DeadlineWatch& watch;
  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds operation_timeout{5'000};
};

enum class Scope : std::uint8_t { kBase, kSubtree };

struct Search {
  std::string base;
  Scope scope = Scope::kSubtree;
  std::string filter;
  std::vector<std::string> attributes;
  int size_limit = 2;
};

// A definite answer to a name and a password.
struct BindAnswer {
  enum class Verdict : std::uint8_t { kProven, kRefused } verdict;
  std::string_view cause;  // of a refusal, a literal: wrong_password, account_locked, …
};

class Connection {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const Network& network,
                                                                const Server& server);
  ~Connection();

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Refuses an empty password and one with a NUL itself: many servers answer the first with success
  // (RFC 4513 section 5.1.2).
  [[nodiscard]] Result<BindAnswer> bind(const std::string& dn, const SecretBytes& password);
  [[nodiscard]] Result<std::vector<Entry>> search(const Search& search);

  [[nodiscard]] bool is_usable() const noexcept;

 private:
  class Handle;
  explicit Connection(std::unique_ptr<Handle> handle) noexcept;

  std::unique_ptr<Handle> m_handle;
};

}  // namespace leadkeep::ldap
