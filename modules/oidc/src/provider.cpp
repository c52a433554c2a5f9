#include "form.h"
#include "token_answer.h"

#include <leadkeep/oidc/provider.h>

#include <utility>

namespace leadkeep::oidc {
namespace {

constexpr long kOk = 200;
constexpr std::string_view kAssertionType =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

template <class Judged>
bool is_unknown_key(const Judged& judged) {
  const auto* defect = std::get_if<Defect>(&judged);
  return defect != nullptr && *defect == Defect::kUnknownKey;
}

}  // namespace

Result<std::string> Provider::get(const std::string& url, std::string_view what) {
  LK_TRY(auto answer, m_exchange(url, std::nullopt));
  if (answer.status != kOk) {
    return fail(Errc::kUnavailable, "the provider's " + std::string{what} +
                                        ": the answer has status " + std::to_string(answer.status));
  }
  return std::move(answer.body);
}

Result<std::shared_ptr<const Provider::Known>> Provider::read(Timestamp now) {
  LK_TRY(const auto document, get(metadata_url(m_issuer), "metadata"));
  LK_TRY(auto metadata, ProviderMetadata::parse(document, m_issuer));
  LK_TRY(const auto keys_document, get(metadata.jwks_uri, "keys"));
  LK_TRY(auto keys, jose::KeySet::parse(keys_document));
  auto known = std::make_shared<const Known>(Known{std::move(metadata), std::move(keys), now});
  m_state.with([&](State& state) { state.known = known; });
  return std::shared_ptr<const Known>{std::move(known)};
}

// Whatever becomes of a read, nobody waits for it for ever.
class Provider::Reading {
 public:
  explicit Reading(Guarded<State>& state) : m_state{state} {}

  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  ~Reading() {
    m_state.with([](State& state) { state.is_read = false; });
    m_state.notify_all();
  }

 private:
  Guarded<State>& m_state;
};

Result<Provider::Knowledge> Provider::know(const Known* outdated, Timestamp now) {
  struct Turn {
    std::shared_ptr<const Known> known;
    bool is_ours = false;  // to read
  };

  const auto is_good = [&](const State& state) {
    return state.known != nullptr && state.known.get() != outdated &&
           !window_has_passed(state.known->read, kReadAgain, now);
  };
  const Turn turn = m_state.when_or_after(
      kLongestWait, [&](const State& state) { return !state.is_read || is_good(state); },
      [&](State& state) {
        const bool was_just_tried =
            state.tried && !window_has_passed(*state.tried, kBetweenReads, now);
        const bool is_ours = !state.is_read && !was_just_tried && !is_good(state);
        if (is_ours) {
          state.tried = now;
          state.is_read = true;
        }
        return Turn{state.known, is_ours};
      });
  if (turn.is_ours) {
    const Reading reading{m_state};
    auto fresh = read(now);
    if (fresh) {
      return Knowledge{std::move(fresh).value(), true};
    }
    if (turn.known == nullptr) {
      return Fail{fresh.error()};
    }
  }
  const bool is_of_use = turn.known != nullptr && turn.known.get() != outdated &&
                         !window_has_passed(turn.known->read, kGood, now);
  return is_of_use ? Result<Knowledge>{Knowledge{turn.known, false}}
                   : fail(Errc::kUnavailable,
                          "the provider's metadata and keys cannot be read now; they are asked "
                          "for again in ten seconds at the soonest");
}

Result<ProviderMetadata> Provider::metadata(Timestamp now) {
  LK_TRY(const auto knowledge, know(nullptr, now));
  return knowledge.known->metadata;
}

// Once more with newer keys, if it was signed with one that is not known.
template <class Judge>
auto Provider::judge(const Judge& judge, Timestamp now)
    -> Result<decltype(judge(std::declval<const jose::KeySet&>()))> {
  LK_TRY(const auto first, know(nullptr, now));
  auto judged = judge(first.known->keys);
  if (is_unknown_key(judged) && !first.is_of_now) {
    LK_TRY(const auto newer, know(first.known.get(), now));
    judged = judge(newer.known->keys);
  }
  return judged;
}

Result<TokenAnswer> Provider::exchange_code(const ProviderMetadata& metadata, const Code& code,
                                            Timestamp now) {
  Form form;
  form.add("grant_type", "authorization_code")
      .add("code", code.code)
      .add("redirect_uri", m_client.redirect_uri)
      .add("code_verifier", code.code_verifier)
      .add("client_id", m_client.id);
  const bool signs = m_client.authentication == ClientAuthentication::kPrivateKeyJwt;
  if (signs) {
    const std::string& audience =
        m_client.audience == AssertionAudience::kIssuer ? m_issuer : metadata.token_endpoint;
    form.add("client_assertion_type", kAssertionType)
        .add("client_assertion", client_assertion(m_key, m_client.id, audience, now));
  }
  LK_TRY(const auto answer,
         m_exchange(signs ? metadata.token_endpoint : metadata.mtls_token_endpoint,
                    std::move(form).take()));
  return read_token_answer(answer.status, answer.body);
}

Result<std::variant<Identity, Defect>> Provider::redeem(const Code& code, Question question,
                                                        Timestamp now) {
  LK_TRY(const auto metadata_now, metadata(now));
  LK_TRY(const TokenAnswer tokens, exchange_code(metadata_now, code, now));
  question.issuer = m_issuer;
  question.client_id = m_client.id;
  question.access_token = tokens.access_token;
  return judge(
      [&](const jose::KeySet& keys) {
        return judge_id_token(tokens.id_token, keys, question, now);
      },
      now);
}

Result<std::variant<LogoutNotice, Defect>> Provider::judge_logout(std::string_view token,
                                                                  Timestamp now) {
  return judge(
      [&](const jose::KeySet& keys) {
        return judge_logout_token(token, keys, m_issuer, m_client.id, now);
      },
      now);
}

Result<void> Provider::try_client(Timestamp now) {
  LK_TRY(const auto metadata_now, metadata(now));
  const auto tokens = exchange_code(metadata_now, {"none", std::string(43, 'n')}, now);
  if (!tokens && tokens.error().code != Errc::kUnauthenticated) {
    return Fail{tokens.error()};
  }
  return {};
}

}  // namespace leadkeep::oidc
