// leaktest/walk.h — every operation, as everybody, with good and with bad requests
//
// Good requests are made of the operation's parameters, of ids that belong to the planted leads,
// and of the body's example. Bad ones carry a mark wherever a request can carry text.
#pragma once
#include "accounts.h"
#include "request.h"

namespace leadkeep::leaktest {

class Walk {
 public:
  Walk(Instance& instance, Marks& marks, Accounts& accounts, Transcript& transcript);

  // Learns which conversations are the run's own. Nothing else is touched.
  [[nodiscard]] Result<void> find_own();
  [[nodiscard]] Result<void> good(const Operation& operation, Role role);
  [[nodiscard]] Result<void> bad(const Operation& operation, Role role);
  // For each lead of the run, so that no reply leaves.
  [[nodiscard]] Result<void> withdraw_consents();
  // Requests that are not even HTTP, to one door.
  [[nodiscard]] Result<void> broken(DoorKind door);

  [[nodiscard]] std::size_t requests() const noexcept { return m_requests; }

 private:
  [[nodiscard]] Result<RawAnswer> send(const Operation& operation, Role role,
                                       const Request& request);
  [[nodiscard]] Result<void> good(const Operation& operation, Role role, const Request& request);
  // One for each own object that can be read.
  [[nodiscard]] std::vector<Request> good_requests(const Operation& operation, Role role);
  [[nodiscard]] std::optional<Request> good_request(const Operation& operation, Role role);
  [[nodiscard]] std::string good_body(const Operation& operation, Role role);
  [[nodiscard]] std::string good_value(const Parameter& parameter) const;
  [[nodiscard]] std::string id_of(const std::string& prefix) const;
  [[nodiscard]] std::vector<Request> bad_paths(const Operation& operation,
                                               const Request& good) const;
  [[nodiscard]] std::vector<Request> bad_heads(const Operation& operation,
                                               const Request& good) const;
  [[nodiscard]] std::vector<Request> bad_bodies(const Operation& operation,
                                                const Request& good) const;
  [[nodiscard]] std::vector<Request> marked_bodies(const Operation& operation, Role role,
                                                   const Request& good) const;
  [[nodiscard]] std::string token_of(const Operation& operation, Role role) const;
  void learn_ids(const RawAnswer& answer);

  Instance& m_instance;
  Marks& m_marks;
  Accounts& m_accounts;
  Transcript& m_transcript;
  std::vector<std::string> m_ids;                    // of the run's own objects
  std::set<std::pair<std::string, Role>> m_refused;  // by operation: who asked well and may not
  std::map<std::string, std::string> m_versions;     // ETag by target
  std::size_t m_requests = 0;
};

}  // namespace leadkeep::leaktest
