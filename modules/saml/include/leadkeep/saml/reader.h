// leadkeep/saml/reader.h — has foreign XML read by a process that can do nothing else
//
// The program leadkeep-saml-reader is started once, gets the keys that decrypt, confines itself
// (sandbox/confine.h) and forks a process for every message, so that whoever takes one over finds
// nothing of another. A message is given kTime; what crashes the process or takes longer is a
// log-in that failed, and nothing more.
//
// Takes    the program; the keys that decrypt, as crypto::RsaPrivateKey parses them (several during a
//          change): with one that it does not, the program ends at its start
// Yields   Judgement, LogoutJudgement; what metadata says
// Refuses  kUnavailable  no answer, or none that could be: the process was killed, timed out, or
//                        could not be started; too many messages are being read
// Threads  any
#pragma once
#include <leadkeep/base/files.h>
#include <leadkeep/base/guarded.h>
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/saml/wire.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace leadkeep::saml {

// Between Reader and its program: a packet each on the program's standard input.
inline constexpr char kKeyPacket = 'K';  // and a key in PKCS #8
inline constexpr char kJobPacket = 'J';  // and a socket, for a job and its judgement

class Reader {
 public:
  static constexpr std::chrono::seconds kTime{2};
  static constexpr int kMostAtOnce = 4;

  Reader(std::filesystem::path program, std::vector<SecretBytes> keys);
  ~Reader();

  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Each starts the program if it is not running, or has died.
  [[nodiscard]] Result<Judgement> judge(const ResponseJob& job);
  [[nodiscard]] Result<LogoutJudgement> judge_logout(const LogoutJob& job);
  // kInvalidInput, with what is wrong, for what is not metadata of an identity provider, or not signed by
  // any of these keys. Without keys its signature is not looked at.
  [[nodiscard]] Result<ProviderMetadata> read_metadata(std::string xml,
                                                       const std::vector<Bytes>& signed_by = {});

 private:
  struct Program {
    pid_t pid = -1;
    UniqueFd control;
  };

  struct State {
    std::optional<Program> program;
    int at_work = 0;
  };

  // What the job was answered with; foreign text.
  Result<std::string> have_done(std::string_view job);
  Result<UniqueFd> give_job();
  Result<void> start(State& state) const;
  static void stop(State& state) noexcept;

  std::filesystem::path m_path;
  std::vector<SecretBytes> m_keys;
  Guarded<State> m_state;
};

}  // namespace leadkeep::saml
