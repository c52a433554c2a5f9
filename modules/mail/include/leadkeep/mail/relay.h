// leadkeep/mail/relay.h — one message to the company's own mail relay
//
//   connected socket ─ TLS or STARTTLS ─ certificate and name checked ─ AUTH, if set ─ MAIL ─ DATA
//
// Takes    smtps://host or smtp://host (with STARTTLS), with a port (465, 587) or without
// Yields   nothing: the relay has taken the message and answers for it from now on
// Errors   kInvalidInput  the URL has another form
//          kUnavailable   no connection, no answer in time, or a refusal that may pass (4yz)
//          kForbidden     no TLS, a wrong certificate, or a refusal for good (5yz)
//          Details are free of addresses and of what the relay said: they may be logged.
// Units    milliseconds
// Threads  send() one at a time, give_up() any
// Source   RFC 5321, RFC 3207 (STARTTLS), RFC 8314 (TLS from the first byte)
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/egress/dialer.h>
#include <leadkeep/egress/protected_server.h>
#include <leadkeep/mail/address.h>
#include <leadkeep/transfer/dialed.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace leadkeep::mail {

struct RelayOptions {
  egress::ProtectedServer server;
  std::filesystem::path ca_file;  // empty: the system's trust store
  Address sender;
  std::string user;  // empty: the relay knows us by our address
  SecretBytes password;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{20'000};  // of all that comes after, but for the farewell
  std::chrono::seconds answer_timeout{15};    // of each answer, that to the farewell too
};

struct Message {
  Address recipient;
  std::string subject;  // ASCII, one line
  SecretBytes text;     // ASCII, lines that end with LF
  std::chrono::steady_clock::time_point good_until;
};

class Relay {
 public:
  [[nodiscard]] static Result<egress::ProtectedServer> parse_server(std::string_view url);

  Relay(RelayOptions options, const egress::Dialer& dialer);

  [[nodiscard]] Result<void> send(const Message& message);

  // Whoever waits for the relay gets no answer, now and from now on.
  void give_up() noexcept { m_lines.give_up(); }

 private:
  RelayOptions m_options;
  const egress::Dialer& m_dialer;
  transfer::Lines m_lines;
};

}  // namespace leadkeep::mail
