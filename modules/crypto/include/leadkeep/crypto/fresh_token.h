// leadkeep/crypto/fresh_token.h — something to send back, that only we can have made, and when
//
//   token = time(8) ‖ random(16) ‖ HMAC-SHA256(key, length(purpose) ‖ purpose ‖ time ‖ random)
//
// Nothing is kept of a token, so strangers who ask for many cost no memory and push nobody else's
// out. The key lives as long as the object: after a restart all tokens are void. That one counts
// once is for the caller, who has a row to write it in.
//
// Takes    a purpose: a token made for one is none for another
// Yields   when it was made; nothing for what is not ours, of the future, or as old as `life`
// Threads  any
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/clock.h>
#include <leadkeep/crypto/key.h>

#include <chrono>
#include <optional>

namespace leadkeep::crypto {

class FreshTokens {
 public:
  FreshTokens() : m_key{Key256::random()} {}

  [[nodiscard]] Bytes issue(ByteView purpose, Timestamp now) const;
  [[nodiscard]] std::optional<Timestamp> issued_at(ByteView purpose, ByteView token,
                                                   std::chrono::milliseconds life,
                                                   Timestamp now) const;

 private:
  [[nodiscard]] ByteArray<32> tag_of(ByteView purpose, ByteView time_and_random) const;

  Key256 m_key;
};

}  // namespace leadkeep::crypto
