// Metadata of an identity provider. Whoever made it, what is read of it is whole, and safe to send a
// browser to; and where a key has to have signed it, nothing is read of what none has.
#include "fuzz_target.h"
#include "saml/forger.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>
#include <leadkeep/crypto/public_key.h>
#include <leadkeep/saml/wire.h>
#include <leadkeep/saml_judge/metadata.h>

#include <algorithm>

namespace leadkeep {
namespace {

void check_addresses(std::initializer_list<std::optional<std::string>> urls) {
  for (const auto& url : urls) {
    LK_CHECK(!url || (url->starts_with("https://") && std::ranges::all_of(*url, [](char c) {
                        return c > ' ' && c < '\x7f' && c != '"' && c != '<' && c != '>';
                      })));
  }
}

const std::vector<Bytes>& pinned() {
  static const std::vector<Bytes> keys{test::idp_key().public_key()};
  return keys;
}

void check_metadata(std::string_view xml) {
  LK_CHECK(!saml_judge::read_metadata(xml, pinned()));
  const auto read = saml_judge::read_metadata(xml);
  const auto wired = saml::read_metadata(saml::write_metadata(read));
  LK_CHECK(wired && wired->ok() == read.ok());
  if (!read) {
    LK_CHECK(read.error().code == Errc::kInvalidInput || read.error().code == Errc::kTooLarge);
    return;
  }
  const saml::ProviderMetadata& metadata = read.value();
  LK_CHECK(!metadata.entity_id.empty() && is_valid_utf8(metadata.entity_id));
  LK_CHECK(!metadata.signing_keys.empty() &&
           metadata.signing_keys.size() <= saml::kMostSigningKeys);
  for (const saml::SigningKey& key : metadata.signing_keys) {
    LK_CHECK(crypto::PublicKey::parse(key.public_key)->kind().is_strong());
  }
  LK_CHECK(metadata.sign_on.redirect || metadata.sign_on.post);
  check_addresses({metadata.sign_on.redirect, metadata.sign_on.post, metadata.logout.redirect,
                   metadata.logout.post, metadata.logout_answers});
  LK_CHECK(wired->value().entity_id == metadata.entity_id);
  LK_CHECK(wired->value().logout_answers == metadata.logout_answers);
  LK_CHECK(!metadata.cache_duration || metadata.cache_duration->count() >= 0);
  LK_CHECK(wired->value().cache_duration == metadata.cache_duration);
}

}  // namespace
}  // namespace leadkeep

LK_FUZZ_TARGET(leadkeep::check_metadata)
