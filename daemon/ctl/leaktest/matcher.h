// leaktest/matcher.h — finds all patterns in one pass (Aho–Corasick, as a table of all transitions)
//
// Takes    a stream of bytes in pieces of any size: a match that two pieces share is found, because
//          the state goes on from piece to piece
// Yields   for each place where patterns end, the longest of each mark
// Folds    ASCII capitals: the patterns are long enough to be no accident even so
// Source   A. V. Aho, M. J. Corasick, CACM 18 (1975): Efficient string matching
// Threads  an automaton any; a Scan one
#pragma once
#include "spellings.h"

#include <array>
#include <functional>

namespace leadkeep::leaktest {

class Automaton {
 public:
  explicit Automaton(std::vector<Pattern> patterns);

  using State = std::uint32_t;

  [[nodiscard]] State next(State state, unsigned char byte) const noexcept {
    return m_next[state * m_classes + m_class_of[byte]];
  }

  // The index of the longest pattern that ends in this state, or kNone.
  [[nodiscard]] std::int32_t ending(State state) const noexcept { return m_ending[state]; }

  // The next pattern, no longer than this one, that ends where it does, or kNone.
  [[nodiscard]] std::int32_t shorter(std::int32_t pattern) const noexcept {
    return m_shorter[static_cast<std::size_t>(pattern)];
  }

  [[nodiscard]] const Pattern& pattern(std::int32_t index) const noexcept {
    return m_patterns[static_cast<std::size_t>(index)];
  }

  static constexpr std::int32_t kNone = -1;

 private:
  std::vector<Pattern> m_patterns;
  std::array<std::uint8_t, 256> m_class_of{};
  std::size_t m_classes = 0;
  std::vector<State> m_next;
  std::vector<std::int32_t> m_ending;   // by state
  std::vector<std::int32_t> m_shorter;  // by pattern
};

struct Hit {
  const Pattern* pattern;
  std::uint64_t offset;  // of the byte after the match
};

class Matcher {
 public:
  explicit Matcher(Patterns patterns)
      : m_exact{std::move(patterns.exact)}, m_digits{std::move(patterns.digits)} {}

  [[nodiscard]] const Automaton& exact() const noexcept { return m_exact; }

  [[nodiscard]] const Automaton& digits() const noexcept { return m_digits; }

 private:
  Automaton m_exact;
  Automaton m_digits;
};

// One pass over one stream.
class Scan {
 public:
  using Sink = std::function<void(const Hit&)>;

  Scan(const Matcher& matcher, Sink sink) : m_matcher{matcher}, m_sink{std::move(sink)} {}

  void feed(std::string_view bytes);
  // Goes on behind bytes that are not there.
  void skip(std::uint64_t bytes) noexcept;

 private:
  void report(const Automaton& automaton, std::int32_t ending, std::uint64_t offset);

  const Matcher& m_matcher;
  Sink m_sink;
  Automaton::State m_state = 0;
  Automaton::State m_digits_state = 0;
  bool m_separated = false;  // a separator was left out since the digits began
  std::uint64_t m_offset = 0;
};

}  // namespace leadkeep::leaktest
