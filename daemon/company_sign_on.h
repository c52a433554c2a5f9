// The company's identity providers as the settings describe them, and the program that reads what they
// say: one for the daemon, one for leadkeepctl.
#pragma once
#include "provider_ends.h"
#include "saml_keys.h"

#include <leadkeep/base/clock.h>
#include <leadkeep/config/settings.h>
#include <leadkeep/flow/sign_on.h>
#include <leadkeep/saml/reader.h>

#include <filesystem>
#include <memory>

namespace leadkeep::daemon {

// Beside this program where it was built, in libexec where it was installed.
[[nodiscard]] std::filesystem::path saml_reader_program();

struct MetadataFile {
  std::string xml;
  std::string sha256;  // hexadecimal, what an operator confirms
};

// Bounded.
[[nodiscard]] Result<MetadataFile> read_metadata_file(const std::filesystem::path& path);

// The keys that sign what is fetched from saml.NAME.metadata_url: those of
// saml.NAME.metadata_certificate, two during a change, or none.
[[nodiscard]] Result<std::vector<Bytes>> metadata_signers(const std::string& name,
                                                          const config::SamlProvider& settings);

class CompanySignOn {
 public:
  // Nothing where there is no identity provider. Reads and checks every metadata, so that a log-in
  // does not find out what is wrong.
  [[nodiscard]] static Result<std::unique_ptr<CompanySignOn>> open(
      const config::Settings& settings);

  [[nodiscard]] const flow::SamlService& service() const noexcept { return m_service; }

  [[nodiscard]] saml::Reader& reader() noexcept { return *m_reader; }

  // Of what is not fetched.
  [[nodiscard]] const std::vector<ProviderEnd>& ends() const noexcept { return m_ends; }

 private:
  CompanySignOn(std::unique_ptr<saml::Reader> reader, flow::SamlService service,
                std::vector<ProviderEnd> ends)
      : m_reader{std::move(reader)}, m_service{std::move(service)}, m_ends{std::move(ends)} {}

  std::unique_ptr<saml::Reader> m_reader;
  flow::SamlService m_service;
  std::vector<ProviderEnd> m_ends;
};

}  // namespace leadkeep::daemon
