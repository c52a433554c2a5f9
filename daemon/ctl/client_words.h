// What the commands about clients share.
#pragma once
#include "talk.h"

#include <leadkeep/base/files.h>
#include <leadkeep/json/value.h>
#include <leadkeep/json/writer.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace leadkeep::ctl {

[[nodiscard]] inline std::string text_of(const json::Value& value) {
  return value.string_or_number().value_or("-");
}

// The body of a request about one of them.
[[nodiscard]] inline std::string about(const std::string& client) {
  json::Writer w;
  w.begin_object().field("client", client).end_object();
  return std::move(w).take();
}

// Asked before the daemon is, as what it says is said once. Empty: the screen.
[[nodiscard]] inline bool can_be_written(const std::filesystem::path& secret_file) {
  std::error_code unknown;
  return secret_file.empty() || (!std::filesystem::exists(secret_file, unknown) && !unknown);
}

// `what` it is, and the secret itself: onto the screen, or into a file.
[[nodiscard]] inline ExitCode hand_out(const std::string& what, const std::string& secret,
                                       const std::filesystem::path& secret_file) {
  if (secret_file.empty()) {
    say(what + ": " + secret);
    return ExitCode::kDone;
  }
  const std::string line = secret + "\n";
  if (const auto written = create_secret_file(secret_file, as_bytes(line)); !written) {
    return complain(written.error());
  }
  say(what + ": " + secret_file.string());
  return ExitCode::kDone;
}

}  // namespace leadkeep::ctl
