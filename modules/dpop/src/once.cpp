#include <leadkeep/crypto/hash.h>
#include <leadkeep/dpop/once.h>

#include <algorithm>
#include <utility>

namespace leadkeep::dpop {

Seen Once::take(const Thumbprint& key, std::string_view id, Timestamp now) {
  const auto hash = crypto::sha256({key, as_bytes(id)});
  Mark mark;
  std::copy_n(hash.begin(), mark.size(), mark.begin());
  return m_marks.with([&](Marks& marks) {
    // A clock that was set back ends no span too early.
    if (now - marks.since >= m_nonce_lives) {
      const bool is_next = now - marks.since < 2 * m_nonce_lives;
      marks.past = is_next ? std::exchange(marks.present, {}) : std::set<Mark>{};
      marks.present.clear();
      marks.since = now;
    }
    if (marks.present.contains(mark) || marks.past.contains(mark)) {
      return Seen::kAgain;
    }
    if (marks.present.size() + marks.past.size() >= m_most) {
      return Seen::kFull;
    }
    marks.present.insert(mark);
    return Seen::kFirstTime;
  });
}

}  // namespace leadkeep::dpop
