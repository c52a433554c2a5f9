#include <leadkeep/crypto/hash.h>
#include <leadkeep/identity/sign_on_requests.h>

namespace leadkeep::identity {
namespace {

constexpr std::size_t kMaxCookie = 256;

// What the token is made for; no part has a dot in it.
std::string purpose_of(std::string_view provider, const std::optional<SessionId>& session) {
  return std::string{provider} + "." + (session ? session->text() : "");
}

ByteArray<32> derived(std::string_view use, ByteView token) {
  return crypto::sha256({as_bytes(use), token});
}

SignOnRequest request_of(std::string provider, const std::optional<SessionId>& session,
                         ByteView token, Timestamp asked) {
  constexpr std::size_t kIdBytes = 20;
  constexpr std::size_t kHandleBytes = 24;
  const auto id = derived("id", token);
  const auto handle = derived("relay state", token);
  const auto nonce = derived("nonce", token);
  return {std::move(provider),
          session,
          "_" + to_hex(ByteView{id}.first(kIdBytes)),
          to_base64url(ByteView{handle}.first(kHandleBytes)),
          to_base64url(ByteView{nonce}.first(kHandleBytes)),
          to_base64url(derived("code verifier", token)),
          asked,
          derived("row", token)};
}

}  // namespace

SignOnRequests::Issued SignOnRequests::issue(const std::string& provider,
                                             const std::optional<SessionId>& session,
                                             Timestamp now) const {
  const std::string purpose = purpose_of(provider, session);
  const Bytes token = m_tokens.issue(as_bytes(purpose), now);
  return {SecretBytes::copy_of(as_bytes(to_base64url(token) + "." + purpose)),
          request_of(provider, session, token, now)};
}

std::optional<SignOnRequest> SignOnRequests::find_open(std::string_view cookie,
                                                       Timestamp now) const {
  return find(cookie, kLife, now);
}

std::optional<SignOnRequest> SignOnRequests::find_answered(std::string_view cookie,
                                                           Timestamp now) const {
  return find(cookie, kLife + kAnswerLife, now);
}

// <token>.<provider>.<session or nothing>
std::optional<SignOnRequest> SignOnRequests::find(std::string_view cookie,
                                                  std::chrono::milliseconds life,
                                                  Timestamp now) const {
  const auto first = cookie.find('.');
  const auto last = cookie.rfind('.');
  if (cookie.size() > kMaxCookie || first == std::string_view::npos || first == last) {
    return std::nullopt;
  }
  const auto token = from_base64url(cookie.substr(0, first));
  const std::string_view provider = cookie.substr(first + 1, last - first - 1);
  const std::string_view session_text = cookie.substr(last + 1);
  const auto session = SessionId::parse(session_text);
  if (!token || (!session && !session_text.empty())) {
    return std::nullopt;
  }
  const auto asked = m_tokens.issued_at(as_bytes(purpose_of(provider, session)), *token, life, now);
  return asked ? std::optional{request_of(std::string{provider}, session, *token, *asked)}
               : std::nullopt;
}

}  // namespace leadkeep::identity
