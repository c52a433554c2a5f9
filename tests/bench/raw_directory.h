// What the directory's server and the connection to it cost, without the rest of a log-in.
#pragma once
#include <string>

namespace leadkeep::bench {

struct DirectoryPlace {
  std::string url;
  std::string ca_file;
  std::string dn;
  std::string password;
};

// Passwords proven per second by `threads` threads: a connection with TLS and a bind for each.
[[nodiscard]] double raw_directory_proofs(const DirectoryPlace& place, unsigned threads,
                                          double seconds);

}  // namespace leadkeep::bench
