// HTTP over the control socket of leadkeepd.
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/json/value.h>

#include <filesystem>
#include <optional>
#include <string>

namespace leadkeep::ctl {

class ControlClient {
 public:
  explicit ControlClient(std::filesystem::path socket) : m_socket{std::move(socket)} {}

  // The answer's document, or nothing for an answer without a body.
  // kUnavailable: the daemon does not answer; kInvalidInput: it refused, with its words.
  [[nodiscard]] Result<std::optional<json::Document>> request(const std::string& method,
                                                              const std::string& path,
                                                              const std::string& body = {}) const;

 private:
  std::filesystem::path m_socket;
};

}  // namespace leadkeep::ctl
