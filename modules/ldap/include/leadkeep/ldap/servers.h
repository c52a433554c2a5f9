// leadkeep/ldap/servers.h — the servers of one directory: which to ask, and when to leave one alone
//
// Service connections are kept and used again, bound as the service account; a person's password is
// tried on a connection of its own, so that no right of a person stays on one that others use.
//
// Servers are asked in the operator's order. One that failed three times in a row is left alone for
// 15 seconds. After a definite answer no other server is asked: a wrong password tried on three
// servers would count three times against the person.
//
// Errors   kUnavailable  no server gave an answer; and those of connection.h
// Threads  any; nothing is held while the network is waited for
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/guarded.h>
#include <leadkeep/ldap/connection.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace leadkeep::ldap {

struct ServiceAccount {
  std::string dn;
  SecretBytes password;
};

class Servers {
 public:
  Servers(const Network& network, std::vector<Server> servers, ServiceAccount account,
          const Clock& clock);

  using Question = std::function<Result<void>(Connection& connection)>;

  // Asks over a service connection. The question may be asked more than once, of several servers,
  // so it only reads.
  [[nodiscard]] Result<void> ask(const Question& question);
  // Tries a person's password.
  [[nodiscard]] Result<BindAnswer> prove(const std::string& dn, const SecretBytes& password);

 private:
  struct Kept {
    std::unique_ptr<Connection> connection;
    Timestamp opened;
    Timestamp used;
  };

  struct Health {
    std::vector<Kept> idle;
    int failures = 0;  // in a row
    Timestamp left_alone_until;
  };

  using States = std::vector<Health>;  // in the order of m_servers

  // The servers to ask, in order. All of them when all are left alone: better a slow try than none.
  [[nodiscard]] std::vector<std::size_t> candidates();
  void note(std::size_t server, const Result<void>& outcome);
  [[nodiscard]] std::optional<Kept> take_idle(std::size_t server);
  [[nodiscard]] Result<Kept> open_bound(std::size_t server);
  void give_back(std::size_t server, Kept kept);
  [[nodiscard]] Result<void> ask_server(std::size_t server, const Question& question);

  const Network m_network;
  const std::vector<Server> m_servers;
  const ServiceAccount m_account;
  const Clock& m_clock;
  Guarded<States> m_states;
};

}  // namespace leadkeep::ldap
