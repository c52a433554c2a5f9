#include "ctl/saml/metadata_text.h"

#include "company_sign_on.h"
#include "ctl/talk.h"

#include <leadkeep/base/bytes.h>
#include <leadkeep/base/text.h>

#include <algorithm>
#include <iterator>

namespace leadkeep::ctl {
namespace {

void say_service(const std::string& name, const saml::Service& service) {
  for (const auto& [binding, url] :
       {std::pair{"redirect", service.redirect}, std::pair{"post", service.post}}) {
    if (url) {
      say("  " + name + " (" + binding + ")  " + *url);
    }
  }
}

}  // namespace

std::string plain_fingerprint(std::string_view typed) {
  std::string digits;
  std::ranges::copy_if(typed, std::back_inserter(digits), is_alphanumeric);
  return to_lower_ascii(digits);
}

Result<ShownMetadata> read_metadata(const std::filesystem::path& file,
                                    const std::vector<Bytes>& signed_by) {
  LK_TRY(auto read, daemon::read_metadata_file(file));
  ShownMetadata shown{std::move(read.sha256), {}};
  saml::Reader reader{daemon::saml_reader_program(), {}};
  LK_TRY(shown.metadata, reader.read_metadata(std::move(read.xml), signed_by));
  return shown;
}

void say_addresses(const saml::ProviderMetadata& metadata) {
  say_service("sign-on", metadata.sign_on);
  say_service("logout", metadata.logout);
  if (metadata.logout_answers) {
    say("  logout answers     " + *metadata.logout_answers);
  }
}

void say_metadata(const ShownMetadata& shown) {
  const auto& [sha256, metadata] = shown;
  say("  entity             " + metadata.entity_id);
  say("  metadata, SHA-256  " + sha256);
  for (const saml::SigningKey& key : metadata.signing_keys) {
    say("  signs with         certificate until " + to_rfc3339(key.certificate_ends).substr(0, 10) +
        ", SHA-256 " + to_hex(key.certificate_sha256));
  }
  say_addresses(metadata);
  if (metadata.valid_until) {
    say("  valid until        " + to_rfc3339(*metadata.valid_until));
  }
}

}  // namespace leadkeep::ctl
