// leadkeep/dpop/once.h — which proofs have come already
//
// For as long as their nonce could be taken; afterwards the nonce refuses them.
//
// Takes    the thumbprint of a key that counts, and the jti of a proof by it whose signature is good: a
//          stranger's takes nobody's place
// Bounds   a million proofs at a time, 50,000 of them by one key; beyond that whoever asks is told kFull, as
//          one that is not remembered could come twice
// Source   RFC 9449 section 11.1
// Threads  any
#pragma once
#include <leadkeep/base/guarded.h>
#include <leadkeep/dpop/proof.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <string_view>

namespace leadkeep::dpop {

enum class Seen : std::uint8_t { kFirstTime, kAgain, kFull };

class Once {
 public:
  explicit Once(std::chrono::seconds nonce_lives, std::size_t most_of_one = 50'000,
                std::size_t most = 1'000'000) noexcept
      : m_nonce_lives{nonce_lives}, m_most_of_one{most_of_one}, m_most{most} {}

  [[nodiscard]] Seen take(const Thumbprint& key, std::string_view id, Timestamp now);

 private:
  using Mark = ByteArray<16>;

  struct Span {
    std::set<Mark> marks;
    std::map<Thumbprint, std::size_t> of_key;
  };

  // Each as long as a nonce lives: what is in neither is too old to be taken.
  struct Marks {
    Span present;
    Span past;
    Timestamp since;
  };

  const std::chrono::seconds m_nonce_lives;
  const std::size_t m_most_of_one;
  const std::size_t m_most;
  Guarded<Marks> m_marks;
};

}  // namespace leadkeep::dpop
