#include "redirect.h"

#include <leadkeep/base/percent.h>
#include <leadkeep/saml/signature_algorithms.h>
#include <leadkeep/saml/signed_query.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace leadkeep::saml {
namespace {

constexpr std::size_t kMaxQuery = 8 * 1024;
constexpr std::size_t kMaxRelayState =
    1024;  // the binding's limit is 80 bytes, and not kept by all

constexpr std::string_view kRequest = "SAMLRequest";
constexpr std::string_view kResponse = "SAMLResponse";
constexpr std::string_view kRelayState = "RelayState";
constexpr std::string_view kSigAlg = "SigAlg";
constexpr std::string_view kSignature = "Signature";
constexpr std::array kNames{kRequest, kResponse, kRelayState, kSigAlg, kSignature};

// By their decoded names, and encoded as they stand.
using Parameters = std::map<std::string, std::string_view, std::less<>>;

Fail refused(const char* why) {
  return fail(Errc::kInvalidInput, why);
}

Result<Parameters> parameters_in(std::string_view query) {
  Parameters parameters;
  for (bool is_last = false; !is_last;) {
    const std::string_view pair = query.substr(0, query.find('&'));
    is_last = pair.size() == query.size();
    query.remove_prefix(is_last ? pair.size() : pair.size() + 1);
    const auto equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals));
    if (!name || equals == std::string_view::npos ||
        std::ranges::find(kNames, *name) == kNames.end()) {
      return refused("a parameter that is unknown or malformed");
    }
    if (!parameters.emplace(*std::move(name), pair.substr(equals + 1)).second) {
      return refused("a parameter that stands twice");
    }
  }
  return parameters;
}

std::optional<Bytes> base64_in(std::string_view encoded) {
  const auto text = percent_decode(encoded);
  auto bytes = text ? from_base64(*text) : std::nullopt;
  return bytes && !bytes->empty() ? std::move(bytes) : std::nullopt;
}

std::string as_it_stands(const Parameters& parameters, std::string_view name) {
  return std::string{name} + "=" + std::string{parameters.find(name)->second};
}

// In the order that the binding asks for, whatever theirs is.
std::string signed_text_of(const Parameters& parameters, std::string_view message) {
  std::string text = as_it_stands(parameters, message);
  if (parameters.contains(kRelayState)) {
    text += "&" + as_it_stands(parameters, kRelayState);
  }
  return text + "&" + as_it_stands(parameters, kSigAlg);
}

}  // namespace

Result<SignedQuery> SignedQuery::parse(std::string_view query) {
  if (query.size() > kMaxQuery) {
    return refused("too long");
  }
  LK_TRY(const Parameters parameters, parameters_in(query));
  if (parameters.contains(kRequest) == parameters.contains(kResponse)) {
    return refused("not exactly one message");
  }
  if (!parameters.contains(kSigAlg) || !parameters.contains(kSignature)) {
    return refused("not signed");
  }
  SignedQuery read;
  read.m_kind = parameters.contains(kRequest) ? LogoutKind::kRequest : LogoutKind::kResponse;
  const std::string_view message = read.m_kind == LogoutKind::kRequest ? kRequest : kResponse;
  const auto algorithm =
      signature_algorithm_of(percent_decode(parameters.find(kSigAlg)->second).value_or(""));
  if (!algorithm) {
    return refused("signed with another algorithm than RSA or ECDSA with SHA-2");
  }
  auto deflated = base64_in(parameters.find(message)->second);
  auto signature = base64_in(parameters.find(kSignature)->second);
  if (!deflated || !signature) {
    return refused("not base64");
  }
  if (const auto relay_state = parameters.find(kRelayState); relay_state != parameters.end()) {
    auto text = form_decode(relay_state->second);
    if (!text || text->size() > kMaxRelayState) {
      return refused("a RelayState that is malformed or too long");
    }
    read.m_relay_state = *std::move(text);
  }
  read.m_algorithm = *algorithm;
  read.m_deflated = *std::move(deflated);
  read.m_signature = *std::move(signature);
  read.m_signed_text = signed_text_of(parameters, message);
  return read;
}

Result<std::string> SignedQuery::open(std::span<const Bytes> keys) const {
  const bool is_signed = std::ranges::any_of(keys, [&](const Bytes& spki) {
    const auto key = crypto::PublicKey::parse(spki);
    return key && crypto::verify_signature(m_algorithm, *key, as_bytes(m_signed_text),
                                           m_signature) == crypto::SignatureIs::kGood;
  });
  if (!is_signed) {
    return fail(Errc::kUnauthenticated, "not signed by this identity provider");
  }
  constexpr std::size_t kMostExpansion = 100;
  auto xml = inflated(m_deflated, std::min(kMaxXml, kMostExpansion * m_deflated.size()));
  return xml ? Result<std::string>{*std::move(xml)}
             : fail(Errc::kTooLarge, "not DEFLATE, or of too much XML");
}

}  // namespace leadkeep::saml
