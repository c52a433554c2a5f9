#include "matcher.h"

#include <algorithm>
#include <deque>

namespace leadkeep::leaktest {
namespace {

unsigned char folded(unsigned char byte) noexcept {
  return byte >= 'A' && byte <= 'Z' ? static_cast<unsigned char>(byte - 'A' + 'a') : byte;
}

bool is_digit(unsigned char byte) noexcept {
  return byte >= '0' && byte <= '9';
}

// What people and programs put between digits; the last two are the bytes of a no-break space.
bool is_separator(unsigned char byte) noexcept {
  return byte == ' ' || byte == '-' || byte == '.' || byte == '/' || byte == '(' || byte == ')' ||
         byte == 0xc2 || byte == 0xa0;
}

}  // namespace

Automaton::Automaton(std::vector<Pattern> patterns)
    : m_patterns{std::move(patterns)}, m_shorter(m_patterns.size(), kNone) {
  // Class 0 is every byte that no pattern has.
  m_classes = 1;
  for (const Pattern& pattern : m_patterns) {
    for (const char c : pattern.bytes) {
      const auto byte = folded(static_cast<unsigned char>(c));
      if (m_class_of[byte] == 0) {
        m_class_of[byte] = static_cast<std::uint8_t>(m_classes++);
      }
    }
  }
  for (unsigned capital = 'A'; capital <= 'Z'; ++capital) {
    m_class_of[capital] = m_class_of[folded(static_cast<unsigned char>(capital))];
  }

  const auto add_state = [&] {
    m_next.resize(m_next.size() + m_classes, 0);
    m_ending.push_back(kNone);
    return static_cast<State>(m_ending.size() - 1);
  };
  add_state();
  for (std::size_t i = 0; i < m_patterns.size(); ++i) {
    State state = 0;
    for (const char c : m_patterns[i].bytes) {
      const std::size_t at = state * m_classes + m_class_of[static_cast<unsigned char>(c)];
      if (m_next[at] == 0) {
        const State fresh = add_state();
        m_next[at] = fresh;
      }
      state = m_next[at];
    }
    // Two marks may share their last digits.
    m_shorter[i] = m_ending[state];
    m_ending[state] = static_cast<std::int32_t>(i);
  }

  // Breadth first: a state's fallback is complete before the state needs it.
  std::vector<State> fallback(m_ending.size(), 0);
  std::deque<State> waiting;
  for (std::size_t cls = 0; cls < m_classes; ++cls) {
    if (m_next[cls] != 0) {
      waiting.push_back(m_next[cls]);
    }
  }
  while (!waiting.empty()) {
    const State state = waiting.front();
    waiting.pop_front();
    const State back = fallback[state];
    if (m_ending[state] == kNone) {
      m_ending[state] = m_ending[back];
    } else {
      auto last = static_cast<std::size_t>(m_ending[state]);
      while (m_shorter[last] != kNone) {
        last = static_cast<std::size_t>(m_shorter[last]);
      }
      m_shorter[last] = m_ending[back];
    }
    for (std::size_t cls = 0; cls < m_classes; ++cls) {
      State& next = m_next[state * m_classes + cls];
      const State over_back = m_next[back * m_classes + cls];
      if (next == 0) {
        next = over_back;
      } else {
        fallback[next] = over_back;
        waiting.push_back(next);
      }
    }
  }
}

void Scan::feed(std::string_view bytes) {
  const Automaton& exact = m_matcher.exact();
  const Automaton& digits = m_matcher.digits();
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    ++m_offset;
    m_state = exact.next(m_state, byte);
    if (const auto ending = exact.ending(m_state); ending != Automaton::kNone) {
      report(exact, ending, m_offset);
    }
    if (is_digit(byte)) {
      m_digits_state = digits.next(m_digits_state, byte);
      const auto ending = digits.ending(m_digits_state);
      if (ending != Automaton::kNone && m_separated) {
        report(digits, ending, m_offset);
      }
    } else if (is_separator(byte)) {
      m_separated = m_digits_state != 0;
    } else {
      m_digits_state = 0;
      m_separated = false;
    }
  }
}

void Scan::skip(std::uint64_t bytes) noexcept {
  m_offset += bytes;
  m_state = 0;
  m_digits_state = 0;
  m_separated = false;
}

void Scan::report(const Automaton& automaton, std::int32_t ending, std::uint64_t offset) {
  std::vector<std::uint32_t> told;
  for (auto index = ending; index != Automaton::kNone; index = automaton.shorter(index)) {
    const Pattern& pattern = automaton.pattern(index);
    if (std::ranges::find(told, pattern.mark) == told.end()) {
      told.push_back(pattern.mark);
      m_sink({&pattern, offset});
    }
  }
}

}  // namespace leadkeep::leaktest
