#include "base64.h"
#include "date_time.h"
#include "document.h"
#include "names.h"
#include "signature.h"
#include "tree_gate.h"

#include <leadkeep/base/text.h>
#include <leadkeep/crypto/certificate.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/public_key.h>
#include <leadkeep/saml_judge/metadata.h>

#include <algorithm>

namespace leadkeep::saml_judge {
namespace {

using saml::ProviderMetadata;
using saml::Service;
using saml::SigningKey;

constexpr std::string_view kMetadata = "urn:oasis:names:tc:SAML:2.0:metadata";
constexpr std::string_view kRedirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
constexpr std::string_view kPost = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
constexpr std::size_t kLongestEntityId = 1024;  // section 8.3.6 of core
constexpr std::size_t kLongestUrl = 2048;

Fail refused(std::string_view why) {
  return fail(Errc::kInvalidInput, "metadata: " + std::string{why});
}

// Comments are usual in metadata, and are all of "<!" that is.
bool has_declaration(std::string_view xml) noexcept {
  for (std::size_t at = xml.find("<!"); at != std::string_view::npos; at = xml.find("<!", at + 2)) {
    if (!xml.substr(at).starts_with("<!--")) {
      return true;
    }
  }
  return false;
}

bool is_https_url(std::string_view url) noexcept {
  constexpr std::string_view kScheme = "https://";
  return url.starts_with(kScheme) && url.size() > kScheme.size() && url.size() <= kLongestUrl &&
         std::ranges::all_of(url, [](char c) {
           return c > ' ' && c < '\x7f' &&
                  std::string_view{"\"<>\\^`{|}#"}.find(c) == std::string_view::npos;
         });
}

// It is shown to people, line by line.
bool is_entity_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= kLongestEntityId && std::ranges::none_of(id, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

// The IDPSSODescriptor for SAML 2.0, which may have brothers for other protocols.
std::optional<Element> role_of(const Element& entity) {
  std::optional<Element> found;
  for (const Element& role : entity.children(kMetadata, "IDPSSODescriptor")) {
    const std::string protocols = role.attribute("protocolSupportEnumeration").value_or("");
    if ((" " + protocols + " ").find(" " + std::string{kProtocol} + " ") == std::string::npos) {
      continue;
    }
    if (found) {
      return std::nullopt;
    }
    found = role;
  }
  return found;
}

Bytes sha256_of(ByteView data) {
  const auto hash = crypto::sha256({data});
  return {hash.begin(), hash.end()};
}

// Of the first certificate that is named: others are those of its issuers.
std::optional<SigningKey> key_in(const Element& descriptor) {
  const auto info = descriptor.child(kSignatureNs, "KeyInfo");
  const auto data = info ? info->children(kSignatureNs, "X509Data") : std::vector<Element>{};
  const auto certificates =
      data.empty() ? data : data.front().children(kSignatureNs, "X509Certificate");
  const auto text = certificates.empty() ? std::nullopt : certificates.front().text();
  const auto der = text ? from_base64(*text, Blanks::kAnywhere) : std::nullopt;
  auto key = der ? crypto::key_of_certificate(*der) : std::nullopt;
  const auto parsed = key ? crypto::PublicKey::parse(key->public_key) : std::nullopt;
  return parsed && parsed->kind().is_strong()
             ? std::optional{SigningKey{std::move(key->public_key), key->certificate_ends,
                                        sha256_of(*der)}}
             : std::nullopt;
}

Result<std::vector<SigningKey>> signing_keys_in(const Element& role) {
  std::vector<SigningKey> keys;
  for (const Element& descriptor : role.children(kMetadata, "KeyDescriptor")) {
    if (descriptor.attribute("use").value_or("signing") != "signing") {
      continue;
    }
    auto key = key_in(descriptor);
    if (!key) {
      return refused("a signing key without a certificate of RSA from 2048 bits or EC from P-256");
    }
    if (std::ranges::find(keys, key->public_key, &SigningKey::public_key) == keys.end()) {
      keys.push_back(*std::move(key));
    }
  }
  if (keys.empty() || keys.size() > saml::kMostSigningKeys) {
    return refused(keys.empty() ? "no signing key" : "more than four signing keys");
  }
  return keys;
}

// Of the redirect binding, whose first endpoint counts, as in service_in().
Result<std::optional<std::string>> logout_answers_in(const Element& role) {
  for (const Element& endpoint : role.children(kMetadata, "SingleLogoutService")) {
    if (endpoint.attribute("Binding") == kRedirect) {
      auto location = endpoint.attribute("ResponseLocation");
      return !location || is_https_url(*location)
                 ? Result<std::optional<std::string>>{std::move(location)}
                 : refused("an address that is no https URL");
    }
  }
  return std::optional<std::string>{};
}

Result<Service> service_in(const Element& role, std::string_view name) {
  Service service;
  for (const Element& endpoint : role.children(kMetadata, name)) {
    const auto binding = endpoint.attribute("Binding");
    auto* const place = binding == kRedirect ? &service.redirect
                        : binding == kPost   ? &service.post
                                             : nullptr;
    if (place == nullptr || place->has_value()) {
      continue;
    }
    auto location = endpoint.attribute("Location");
    if (!location || !is_https_url(*location)) {
      return refused("an address that is no https URL");
    }
    *place = std::move(location);
  }
  return service;
}

// The earlier of two, where it is said of the entity and of its role.
template <class T, class Parse>
std::optional<T> earlier_of(const Element& entity, const Element& role, std::string_view name,
                            const Parse& parse, bool& is_good) {
  std::optional<T> earlier;
  for (const Element& element : {entity, role}) {
    const auto text = element.attribute(name);
    const std::optional<T> said = text ? parse(*text) : std::nullopt;
    is_good = is_good && text.has_value() == said.has_value();
    if (said && (!earlier || *said < *earlier)) {
      earlier = said;
    }
  }
  return earlier;
}

Result<void> read_times(const Element& entity, const Element& role, ProviderMetadata& metadata) {
  bool is_good = true;
  metadata.valid_until =
      earlier_of<Timestamp>(entity, role, "validUntil", parse_date_time, is_good);
  if (!is_good) {
    return refused("validUntil is no time in UTC");
  }
  // A hint: one that cannot be read is none.
  bool ignored = true;
  metadata.cache_duration =
      earlier_of<std::chrono::seconds>(entity, role, "cacheDuration", parse_duration, ignored);
  return {};
}

// The octets that one of the keys signed, parsed anew.
Result<Document> signed_part(const Document& document, std::span<const Bytes> keys) {
  Examination examination;
  const Element root = document.root();
  const auto signature = signature_of(root, examination);
  if (!signature && !examination.refusal()) {
    return refused("it is not signed");
  }
  const bool is_usual = signature && has_plain_ids(document, examination) &&
                        has_usual_shape({root, *signature}, examination);
  const auto verified =
      is_usual ? verified_octets(document, {root, *signature}, parsed_keys(keys), examination)
               : std::nullopt;
  if (!verified) {
    return refused("its signature: " + examination.refusal()->why);
  }
  auto again = Document::parse(verified->octets);
  return again ? Result<Document>{*std::move(again)} : refused("signed octets that are not XML");
}

Result<ProviderMetadata> read_entity(const Element& entity) {
  if (!entity.is(kMetadata, "EntityDescriptor")) {
    return refused(entity.is(kMetadata, "EntitiesDescriptor")
                       ? "of several entities; save that of your identity provider alone"
                       : "no EntityDescriptor of SAML 2.0");
  }
  ProviderMetadata metadata;
  metadata.entity_id = entity.attribute("entityID").value_or("");
  if (!is_entity_id(metadata.entity_id)) {
    return refused(
        "entityID is absent, empty, longer than 1024 characters or with control characters");
  }
  const auto role = role_of(entity);
  if (!role) {
    return refused("not exactly one IDPSSODescriptor for SAML 2.0; is it a service's?");
  }
  LK_TRY_VOID(read_times(entity, *role, metadata));
  LK_TRY(metadata.signing_keys, signing_keys_in(*role));
  LK_TRY(metadata.sign_on, service_in(*role, "SingleSignOnService"));
  LK_TRY(metadata.logout, service_in(*role, "SingleLogoutService"));
  LK_TRY(metadata.logout_answers, logout_answers_in(*role));
  if (!metadata.sign_on.redirect && !metadata.sign_on.post) {
    return refused("no SingleSignOnService by HTTP-Redirect or HTTP-POST");
  }
  return metadata;
}

}  // namespace

Result<ProviderMetadata> read_metadata(std::string_view xml, std::span<const Bytes> signed_by) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (xml.size() > saml::kMaxMetadata) {
    return fail(Errc::kTooLarge, "metadata: larger than 384 KiB");
  }
  xml.remove_prefix(xml.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
  if (!is_valid_utf8(xml) || has_declaration(xml)) {
    return refused("not UTF-8, or with a DTD");
  }
  const auto document = Document::parse(xml);
  if (!document) {
    return refused("not well-formed XML");
  }
  if (signed_by.empty()) {
    return read_entity(document->root());
  }
  LK_TRY(const Document believed, signed_part(*document, signed_by));
  LK_TRY(auto metadata, read_entity(believed.root()));
  metadata.is_signed = true;
  return metadata;
}

}  // namespace leadkeep::saml_judge
