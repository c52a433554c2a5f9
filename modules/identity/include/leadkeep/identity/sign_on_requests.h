// leadkeep/identity/sign_on_requests.h — log-in path: a request to an identity provider, which the
// browser that asks keeps for us (checks H-01, H-02, Y-01)
//
// The browser's cookie is a token of crypto/fresh_token.h, made for one identity provider and, for a
// step-up, one session. Everything else is computed from it: the request's id, the handle that goes
// and comes as RelayState or state, nonce, PKCE verifier, the row of the answer. So nothing is kept of
// a request, and an answer is taken only from the browser that has asked. It counts once: SignOnAnswers.
//
// Yields   a request of at most kLife ago; nothing for a cookie that is not ours
// Threads  any
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/crypto/fresh_token.h>
#include <leadkeep/identity/session.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::identity {

struct SignOnRequest {
  std::string provider;              // by the operator's name for it
  std::optional<SessionId> session;  // to step up
  std::string id;                    // "_" and 40 hexadecimal digits
  std::string relay_state;           // at most 80 bytes (bindings section 3.4.3); `state` of OAuth
  std::string nonce;                 // of an ID token
  std::string code_verifier;         // RFC 7636 section 4.1
  Timestamp asked;
  ByteArray<32> row{};  // of its answer
};

class SignOnRequests {
 public:
  static constexpr std::chrono::minutes kLife{10};       // until the identity provider answers
  static constexpr std::chrono::minutes kAnswerLife{5};  // and then until there is a session

  struct Issued {
    SecretBytes cookie;  // text
    SignOnRequest request;
  };

  // `provider` is of small letters and '_'.
  [[nodiscard]] Issued issue(const std::string& provider, const std::optional<SessionId>& session,
                             Timestamp now) const;

  // One that may still be answered; and one whose answer may still be used.
  [[nodiscard]] std::optional<SignOnRequest> find_open(std::string_view cookie,
                                                       Timestamp now) const;
  [[nodiscard]] std::optional<SignOnRequest> find_answered(std::string_view cookie,
                                                           Timestamp now) const;

 private:
  [[nodiscard]] std::optional<SignOnRequest> find(std::string_view cookie,
                                                  std::chrono::milliseconds life,
                                                  Timestamp now) const;

  crypto::FreshTokens m_tokens;
};

}  // namespace leadkeep::identity
