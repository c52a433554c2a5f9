// leadkeep/oidc/provider.h — one OpenID provider: what it says of itself, and what it gives for a code
//
//   issuer ─ metadata, keys ─ read when first needed, again after an hour, and at once for an unknown key
//   code ─ client authentication ─ token endpoint ─ ID token ─ judged
//
// What was read is good for a day while the provider does not answer, so that a back-channel logout is
// not lost to an outage; it is never older. A key that nobody knows makes us ask once in ten seconds,
// whatever strangers send; in between, what is signed with such a key is not judged (kUnavailable).
// Whoever needs what somebody else is reading waits for it.
//
// Takes    an Exchange, which reaches the provider and nobody else
// Errors   kUnavailable     the provider does not answer, or answers with its own fault
//          kInvalidInput    its metadata or keys are not as they have to be
//          kForbidden       the provider knows us not, or is not who it says: client id, key,
//                           certificate
//          kUnauthenticated it does not take the code
//          Details hold nothing of a person, and of the provider no more than a word of RFC 6749: they
//          may be logged.
// Source   OpenID Connect Core section 3.1.3, RFC 6749 sections 4.1.3 and 5, RFC 7636 section 4.5,
//          RFC 8705 section 5
// Threads  any; nothing is locked while the network is waited for
#pragma once
#include <leadkeep/base/guarded.h>
#include <leadkeep/base/result.h>
#include <leadkeep/oidc/client.h>
#include <leadkeep/oidc/id_token.h>
#include <leadkeep/oidc/logout_token.h>
#include <leadkeep/oidc/metadata.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace leadkeep::oidc {

struct WebAnswer {
  long status = 0;
  std::string body;
};

// One request over HTTPS: a form to post, or nothing for a GET.
using Exchange = std::function<Result<WebAnswer>(const std::string& url,
                                                 const std::optional<std::string>& form)>;

struct TokenAnswer;

class Provider {
 public:
  static constexpr std::chrono::hours kReadAgain{1};
  static constexpr std::chrono::hours kGood{24};
  static constexpr std::chrono::seconds kBetweenReads{10};
  static constexpr std::chrono::seconds kLongestWait{15};  // for somebody else's read

  // `key` outlives it.
  Provider(std::string issuer, Client client, const crypto::KeyPair& key, Exchange exchange)
      : m_issuer{std::move(issuer)},
        m_client{std::move(client)},
        m_key{key},
        m_exchange{std::move(exchange)} {}

  [[nodiscard]] const std::string& issuer() const noexcept { return m_issuer; }

  [[nodiscard]] const Client& client() const noexcept { return m_client; }

  [[nodiscard]] Result<ProviderMetadata> metadata(Timestamp now);

  struct Code {
    std::string_view code;
    std::string_view code_verifier;
  };

  // Of the question all but the names of the two sides and the access token are looked at.
  [[nodiscard]] Result<std::variant<Identity, Defect>> redeem(const Code& code, Question question,
                                                              Timestamp now);
  [[nodiscard]] Result<std::variant<LogoutNotice, Defect>> judge_logout(std::string_view token,
                                                                        Timestamp now);

  // For operators: whether the provider knows us. A code that never was is refused for being none, if
  // everything before was right.
  [[nodiscard]] Result<void> try_client(Timestamp now);

 private:
  struct Known {
    ProviderMetadata metadata;
    jose::KeySet keys;
    Timestamp read;
  };

  struct State {
    std::shared_ptr<const Known> known;
    std::optional<Timestamp> tried;
    bool is_read = false;  // by somebody, now
  };

  struct Knowledge {
    std::shared_ptr<const Known> known;
    bool is_of_now = false;
  };

  class Reading;

  // Something else than `outdated`.
  [[nodiscard]] Result<Knowledge> know(const Known* outdated, Timestamp now);
  [[nodiscard]] Result<std::shared_ptr<const Known>> read(Timestamp now);
  [[nodiscard]] Result<std::string> get(const std::string& url, std::string_view what);
  [[nodiscard]] Result<TokenAnswer> exchange_code(const ProviderMetadata& metadata,
                                                  const Code& code, Timestamp now);
  template <class Judge>
  [[nodiscard]] auto judge(const Judge& judge, Timestamp now)
      -> Result<decltype(judge(std::declval<const jose::KeySet&>()))>;

  const std::string m_issuer;
  const Client m_client;
  const crypto::KeyPair& m_key;
  const Exchange m_exchange;
  Guarded<State> m_state;
};

}  // namespace leadkeep::oidc
