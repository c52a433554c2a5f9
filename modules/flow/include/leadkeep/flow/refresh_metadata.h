// leadkeep/flow/refresh_metadata.h — the path of an identity provider's metadata (check K-02)
//
//   metadata_url ─ fetch ─ read (a process of its own) ─ same entity, not over ─ keys ─ a row
//
// Nothing of it counts by being there: keys come in and go out by the rules of
// identity/provider_trust.h, its end is honoured, and addresses are those that an administrator has
// confirmed. Whatever waits for a confirmation is said in the log at every look.
//
// Threads  run() from one; certificate_ends() from any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/sign_on.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace leadkeep::flow {

class RefreshMetadata {
 public:
  // A day or a little less; sooner where the metadata says that it is to be kept for a shorter time, or
  // where there was none.
  static constexpr std::chrono::hours kUsually{24};
  static constexpr std::chrono::hours kAtLeast{1};

  using Fetch = std::function<Result<std::string>(const std::string& url)>;
  // saml::Reader::read_metadata
  using Read = std::function<Result<saml::ProviderMetadata>(std::string xml,
                                                            const std::vector<Bytes>& signed_by)>;

  RefreshMetadata(House& house, const SamlService& service, Fetch fetch, Read read)
      : m_house{house}, m_service{service}, m_fetch{std::move(fetch)}, m_read{std::move(read)} {}

  // Looks at all whose time has come; returns how long until the next one's has.
  [[nodiscard]] std::chrono::milliseconds run();

  // Of the keys that are in force, for an alarm.
  [[nodiscard]] std::vector<Timestamp> certificate_ends() const;

 private:
  struct Look {
    Timestamp at;
    std::chrono::milliseconds rest{};
  };

  // Until the next look.
  [[nodiscard]] std::chrono::milliseconds look(ProviderName name, const SamlProvider& provider);
  [[nodiscard]] std::optional<saml::ProviderMetadata> fetched(ProviderName name,
                                                              const MetadataSource& source);
  [[nodiscard]] bool take(ProviderName name, const MetadataSource& source,
                          const saml::ProviderMetadata& metadata);
  void warn_of_end(ProviderName name, const SamlProvider& provider) const;

  House& m_house;
  const SamlService& m_service;
  Fetch m_fetch;
  Read m_read;
  std::map<std::string, Look> m_looks;  // by the operator's name
};

}  // namespace leadkeep::flow
