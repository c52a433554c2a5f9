// leaktest/program.h — the approved client that a run talks through, for the time of the run
#pragma once
#include "operations.h"
#include "wire.h"

#include <leadkeep/base/secret.h>

#include <array>
#include <memory>
#include <string>

namespace leadkeep::leaktest {

class Program {
 public:
  // Adds, enrols and approves it through the control socket. kUnavailable where the daemon refuses,
  // as it does where two persons have to approve.
  [[nodiscard]] static Result<Program> make(Door& control);

  [[nodiscard]] const Credentials& credentials() const noexcept { return m_credentials; }

  // Another one that is approved, for an agent to let it act.
  [[nodiscard]] const std::string& colleague() const noexcept { return m_colleague; }

  // One that has brought its key and waits; requests approve, suspend and revoke it.
  struct Waiting {
    std::string id;
    std::string token;
    std::string fingerprint;
    std::string request;  // PEM
  };

  // Of the requests to the control socket, and of those to the API.
  [[nodiscard]] const Waiting& victim(DoorKind door) const noexcept {
    return m_victims[door == DoorKind::kControl ? 0 : 1];
  }

  // Revokes them all; nothing is left that could connect.
  [[nodiscard]] Result<void> revoke(Door& control) const;

 private:
  Program() = default;

  std::string m_name;
  Credentials m_credentials;
  std::string m_colleague;  // id
  std::array<Waiting, 2> m_victims;
};

}  // namespace leadkeep::leaktest
