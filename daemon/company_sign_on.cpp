#include "company_sign_on.h"

#include "company_rules.h"

#include <leadkeep/base/bytes.h>
#include <leadkeep/base/check.h>
#include <leadkeep/base/files.h>
#include <leadkeep/crypto/certificate.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/public_key.h>

#include <algorithm>

namespace leadkeep::daemon {
namespace {

Result<saml::ProviderMetadata> confirmed_metadata(const std::string& section,
                                                  const config::SamlProvider& settings,
                                                  saml::Reader& reader) {
  LK_TRY(auto file, read_metadata_file(settings.metadata));
  if (file.sha256 != settings.metadata_sha256) {
    return fail(Errc::kInvalidInput,
                section + ".metadata_sha256: " + settings.metadata.string() + " has " +
                    file.sha256 +
                    "; make sure with the identity provider's people that its keys are theirs "
                    "(leadkeepctl saml show), then set this");
  }
  auto metadata = reader.read_metadata(std::move(file.xml));
  if (!metadata) {
    return fail(metadata.error().code, settings.metadata.string() + ": " + metadata.error().detail);
  }
  return metadata;
}

Result<std::optional<flow::MetadataSource>> source_of(const std::string& name,
                                                      const config::SamlProvider& settings,
                                                      const saml::ProviderMetadata& confirmed) {
  if (settings.metadata_url.empty()) {
    return std::optional<flow::MetadataSource>{};
  }
  LK_TRY(auto signers, metadata_signers(name, settings));
  auto sha256 = from_hex(settings.metadata_sha256);
  LK_CHECK(sha256.has_value());
  return std::optional{flow::MetadataSource{settings.metadata_url, std::move(signers), confirmed,
                                            *std::move(sha256)}};
}

void add_ends(const saml::ProviderMetadata& metadata, std::vector<ProviderEnd>& ends) {
  for (const saml::SigningKey& key : metadata.signing_keys) {
    ends.push_back({ProviderEnd::Of::kCertificate, key.certificate_ends});
  }
  if (metadata.valid_until) {
    ends.push_back({ProviderEnd::Of::kMetadata, *metadata.valid_until});
  }
}

Result<flow::SamlProvider> provider_of(const std::string& name,
                                       const config::SamlProvider& settings,
                                       const config::Settings::Directory& directory,
                                       saml::Reader& reader, std::vector<ProviderEnd>& ends) {
  using Binding = flow::SamlProvider::Binding;
  const std::string section = "saml." + name;
  LK_TRY(auto metadata, confirmed_metadata(section, settings, reader));
  flow::SamlProvider provider;
  LK_TRY(provider.source, source_of(name, settings, metadata));
  if (!provider.source) {
    add_ends(metadata, ends);
  }
  const bool by_post = settings.binding == config::SamlBinding::kPost;
  const auto& url = by_post ? metadata.sign_on.post : metadata.sign_on.redirect;
  if (!url) {
    return fail(Errc::kInvalidInput, section + ".binding: the identity provider offers " +
                                         (by_post ? "redirect" : "post") + " only");
  }
  provider.provider.entity_id = metadata.entity_id;
  provider.provider.accepts_cbc = settings.cbc == config::Cbc::kAccepted;
  for (saml::SigningKey& key : metadata.signing_keys) {
    provider.provider.signing_keys.push_back(std::move(key.public_key));
  }
  provider.sign_on_url = *url;
  provider.logout_url = metadata.logout.redirect;
  provider.logout_answer_url =
      metadata.logout_answers ? metadata.logout_answers : metadata.logout.redirect;
  provider.binding = by_post ? Binding::kPost : Binding::kRedirect;
  provider.rules = federation_rules(settings, directory, metadata.entity_id);
  return provider;
}

saml::ServiceDescription description_of(const std::string& origin, const SamlKeys& keys) {
  saml::ServiceDescription us;
  us.entity_id = origin + "/v1/saml/metadata";
  us.consumer_url = origin + "/v1/saml/acs";
  us.logout_url = origin + "/v1/saml/logout";
  us.signing_certificates.push_back(keys.signing.certificate);
  if (keys.next_signing) {
    us.signing_certificates.push_back(keys.next_signing->certificate);
  }
  us.encryption_certificates.push_back(
      (keys.next_encryption ? *keys.next_encryption : keys.encryption).certificate);
  return us;
}

std::vector<SecretBytes> decryption_keys(const SamlKeys& keys) {
  std::vector<SecretBytes> all;
  all.push_back(keys.encryption.key.pkcs8());
  for (const auto* other : {&keys.next_encryption, &keys.previous_encryption}) {
    if (other->has_value()) {
      all.push_back((*other)->key.pkcs8());
    }
  }
  return all;
}

}  // namespace

std::filesystem::path saml_reader_program() {
  constexpr const char* kName = "leadkeep-saml-reader";
  std::error_code ignored;
  const auto directory = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  const auto beside = directory / kName;
  return std::filesystem::exists(beside, ignored)
             ? beside
             : directory.parent_path() / "libexec" / "leadkeep" / kName;
}

Result<MetadataFile> read_metadata_file(const std::filesystem::path& path) {
  auto read = read_file(path, saml::kMaxMetadata);
  if (!read || read.value().empty()) {
    return fail(read ? Errc::kNotFound : read.error().code,
                path.string() + ": metadata that cannot be read, is empty or larger than 384 KiB");
  }
  std::string xml = std::move(read).value();
  std::string sha256 = to_hex(crypto::sha256({as_bytes(xml)}));
  return MetadataFile{std::move(xml), std::move(sha256)};
}

Result<std::vector<Bytes>> metadata_signers(const std::string& name,
                                            const config::SamlProvider& settings) {
  constexpr std::size_t kMostBytes = 64 * 1024;
  constexpr std::size_t kMostSigners = 2;
  std::vector<Bytes> signers;
  if (settings.metadata_certificate.empty()) {
    return signers;
  }
  const auto pem = read_file(settings.metadata_certificate, kMostBytes);
  for (crypto::CertifiedKey& key : crypto::keys_of_pem_certificates(pem ? pem.value() : "")) {
    const auto parsed = crypto::PublicKey::parse(key.public_key);
    if (!parsed || !parsed->kind().is_strong()) {
      signers.clear();
      break;
    }
    signers.push_back(std::move(key.public_key));
  }
  if (signers.empty() || signers.size() > kMostSigners) {
    return fail(Errc::kInvalidInput,
                "saml." + name +
                    ".metadata_certificate: " + settings.metadata_certificate.string() +
                    " has to hold one certificate in PEM, or two during a change, of RSA from 2048 "
                    "bits or EC from P-256");
  }
  return signers;
}

Result<std::unique_ptr<CompanySignOn>> CompanySignOn::open(const config::Settings& settings) {
  if (settings.saml.providers.empty()) {
    return std::unique_ptr<CompanySignOn>{};
  }
  LK_TRY(auto keys, SamlKeys::load(settings.saml.keys));
  auto reader = std::make_unique<saml::Reader>(saml_reader_program(), decryption_keys(keys));
  auto us = description_of(settings.browser.origin, keys);
  std::map<std::string, flow::SamlProvider> providers;
  std::vector<ProviderEnd> ends;
  for (const auto& [name, provider] : settings.saml.providers) {
    LK_TRY(auto opened, provider_of(name, provider, settings.directory, *reader, ends));
    const bool is_new = std::ranges::none_of(providers, [&](const auto& other) {
      return other.second.provider.entity_id == opened.provider.entity_id;
    });
    if (!is_new) {
      return fail(
          Errc::kInvalidInput,
          "saml." + name + ": another section is of the same identity provider, by its entity");
    }
    providers.emplace(name, std::move(opened));
  }
  return std::unique_ptr<CompanySignOn>{new CompanySignOn{
      std::move(reader),
      flow::SamlService{std::move(us), std::move(keys.signing.key), std::move(providers)},
      std::move(ends)}};
}

}  // namespace leadkeep::daemon
