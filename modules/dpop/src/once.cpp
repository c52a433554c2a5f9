#include <leadkeep/crypto/hash.h>
#include <leadkeep/dpop/once.h>

#include <algorithm>
#include <utility>

namespace leadkeep::dpop {

Seen Once::take(const Thumbprint& key, std::string_view id, Timestamp now) {
  const auto hash = crypto::sha256({key, as_bytes(id)});
  Mark mark;
  std::copy_n(hash.begin(), mark.size(), mark.begin());
  Span over;  // dies without the lock
  return m_marks.with([&](Marks& marks) {
    // A clock that was set back ends no span too early.
    if (now - marks.since >= m_nonce_lives) {
      const bool is_next = now - marks.since < 2 * m_nonce_lives;
      over = std::exchange(marks.past, is_next ? std::exchange(marks.present, {}) : Span{});
      marks.present = {};
      marks.since = now;
    }
    if (marks.present.marks.contains(mark) || marks.past.marks.contains(mark)) {
      return Seen::kAgain;
    }
    std::size_t& of_key = marks.present.of_key[key];
    if (of_key >= m_most_of_one || marks.present.marks.size() + marks.past.marks.size() >= m_most) {
      return Seen::kFull;
    }
    ++of_key;
    marks.present.marks.insert(mark);
    return Seen::kFirstTime;
  });
}

}  // namespace leadkeep::dpop
