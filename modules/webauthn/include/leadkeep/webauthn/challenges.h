// leadkeep/webauthn/challenges.h — what a passkey signs, so that its answer is fresh and ours
//
// A challenge is a token of crypto/fresh_token.h: nothing is kept of it, and after a restart the
// browser is asked once more. Each is good for five minutes, for one ceremony, and for what it was
// bound to. That it is taken once is for the caller, who has a row to write it in:
// AnsweredChallenge says when it was issued, and a passkey takes none but later ones. One for a
// log-in is bound to nothing, as there is no session yet: whoever has the answer, and is first, is
// let in.
//
// Takes    clientDataJSON as the browser wrote it
// Yields   AnsweredChallenge, without which no answer is verified
// Refuses  kTooLarge, kClientData, kOrigin, kChallenge
// Source   WebAuthn Level 3 sections 5.8.1, 7.1 (steps 5 to 12), 7.2 (steps 8 to 13), 13.4.3
// Threads  any
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/clock.h>
#include <leadkeep/crypto/fresh_token.h>
#include <leadkeep/webauthn/defect.h>
#include <leadkeep/webauthn/relying_party.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace leadkeep::webauthn {

enum class Ceremony : std::uint8_t { kRegister, kLogIn, kStepUp };

struct Purpose {
  Ceremony ceremony;
  std::string bound_to;  // the session, or empty where there is none yet
};

class AnsweredChallenge {
 public:
  [[nodiscard]] const RelyingParty& party() const noexcept { return m_party; }

  [[nodiscard]] const ByteArray<32>& client_data_hash() const noexcept { return m_hash; }

  [[nodiscard]] Timestamp issued() const noexcept { return m_issued; }

 private:
  friend class Challenges;

  AnsweredChallenge(const RelyingParty& party, const ByteArray<32>& hash, Timestamp issued) noexcept
      : m_party{party}, m_hash{hash}, m_issued{issued} {}

  const RelyingParty& m_party;
  ByteArray<32> m_hash;
  Timestamp m_issued;
};

class Challenges {
 public:
  static constexpr std::chrono::minutes kLife{5};

  explicit Challenges(RelyingParty party) : m_party{std::move(party)} {}

  [[nodiscard]] const RelyingParty& party() const noexcept { return m_party; }

  [[nodiscard]] Bytes issue(const Purpose& purpose, Timestamp now) const;

  // The answer lives no longer than this.
  [[nodiscard]] Checked<AnsweredChallenge> redeem(const Purpose& purpose,
                                                  std::string_view client_data_json,
                                                  Timestamp now) const;

 private:
  RelyingParty m_party;
  crypto::FreshTokens m_tokens;
};

}  // namespace leadkeep::webauthn
