#include "provider_keys.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/flow/refresh_metadata.h>

#include <algorithm>

namespace leadkeep::flow {
namespace {

using identity::ProviderTrust;
using std::chrono::milliseconds;

// Up to an eighth, so that not everybody comes at once.
milliseconds jitter_of(milliseconds rest) {
  ByteArray<1> random{};
  crypto::fill_random(random);
  return rest / 8 * std::to_integer<int>(random[0]) / 256;
}

milliseconds until_next(const saml::ProviderMetadata& metadata) {
  milliseconds rest = RefreshMetadata::kUsually;
  if (metadata.cache_duration) {
    rest = std::min(rest, milliseconds{*metadata.cache_duration});
  }
  return std::max(rest - jitter_of(rest), milliseconds{RefreshMetadata::kAtLeast});
}

milliseconds until_retry() {
  return RefreshMetadata::kAtLeast + jitter_of(RefreshMetadata::kAtLeast);
}

bool same_addresses(const saml::ProviderMetadata& a, const saml::ProviderMetadata& b) {
  return a.sign_on == b.sign_on && a.logout == b.logout && a.logout_answers == b.logout_answers;
}

void log_changes(ProviderName name, const identity::Renewal& renewal, bool other_addresses) {
  if (renewal.added > 0 || renewal.withdrawn > 0 || renewal.retired > 0) {
    log_info("SAML_KEYS_CHANGED", Field{"provider", name}, Field{"added", renewal.added},
             Field{"withdrawn", renewal.withdrawn}, Field{"removed", renewal.retired});
  }
  if (renewal.waits || other_addresses) {
    log_warn("SAML_METADATA_WAITS", Field{"provider", name}, Field{"keys", renewal.waits},
             Field{"addresses", other_addresses});
  }
}

}  // namespace

// Nothing where it is not to be had or not to be believed, which the log says.
std::optional<saml::ProviderMetadata> RefreshMetadata::fetched(ProviderName name,
                                                               const MetadataSource& source) {
  auto xml = m_fetch(source.url);
  if (!xml) {
    log_warn("SAML_METADATA_NOT_FETCHED", Field{"provider", name},
             Field{"reason", Reason{xml.error()}});
    return std::nullopt;
  }
  auto metadata = m_read(std::move(xml).value(), source.signed_by);
  if (!metadata && metadata.error().code == Errc::kUnavailable) {
    log_warn("SAML_READER_FAULT", Field{"reason", Reason{metadata.error()}});
    return std::nullopt;
  }
  const Timestamp now = m_house.clock.now();
  const char* refused =
      !metadata ? "unreadable, or not signed with the key of metadata_certificate"
      : metadata.value().entity_id != source.confirmed.entity_id             ? "of another entity"
      : metadata.value().valid_until && now >= *metadata.value().valid_until ? "over"
                                                                             : nullptr;
  if (refused != nullptr) {
    log_warn("SAML_METADATA_REFUSED", Field{"provider", name}, Field{"reason", Reason{refused}});
    return std::nullopt;
  }
  return std::move(metadata).value();
}

bool RefreshMetadata::take(ProviderName name, const MetadataSource& source,
                           const saml::ProviderMetadata& metadata) {
  const auto renewal = renew_trust(m_house, name, source, metadata);
  if (!renewal) {
    log_error("SAML_KEYS_FAULT", Field{"provider", name}, Field{"reason", Reason{renewal.error()}});
    return false;
  }
  log_changes(name, renewal.value(), !same_addresses(metadata, source.confirmed));
  return true;
}

void RefreshMetadata::warn_of_end(ProviderName name, const SamlProvider& provider) const {
  const auto trust = trust_of(m_house, provider);
  if (!trust) {
    log_error("SAML_KEYS_FAULT", Field{"provider", name}, Field{"reason", Reason{trust.error()}});
    return;
  }
  const Timestamp now = m_house.clock.now();
  if (!trust.value().valid_until || now < *trust.value().valid_until) {
    return;
  }
  if (trust.value().is_over(now)) {
    log_error("SAML_PROVIDER_DISABLED", Field{"provider", name});
    return;
  }
  const auto left = *trust.value().valid_until + ProviderTrust::kGrace - now;
  log_warn("SAML_METADATA_OVER", Field{"provider", name},
           Field{"hours_left", std::chrono::ceil<std::chrono::hours>(left).count()});
}

milliseconds RefreshMetadata::look(ProviderName name, const SamlProvider& provider) {
  const auto metadata = fetched(name, *provider.source);
  const bool taken = metadata && take(name, *provider.source, *metadata);
  warn_of_end(name, provider);
  return taken ? until_next(*metadata) : until_retry();
}

milliseconds RefreshMetadata::run() {
  milliseconds rest = kUsually;
  for (const auto& [name, provider] : m_service.providers) {
    if (!provider.source) {
      continue;
    }
    Look& last = m_looks[name];  // at once, the first time
    if (window_has_passed(last.at, last.rest, m_house.clock.now())) {
      last.rest = look(ProviderName{name}, provider);
      last.at = m_house.clock.now();
    }
    rest = std::min(rest, last.at + last.rest - m_house.clock.now());
  }
  return rest;
}

std::vector<Timestamp> RefreshMetadata::certificate_ends() const {
  std::vector<Timestamp> ends;
  for (const auto& [name, provider] : m_service.providers) {
    const auto trust = provider.source ? std::optional{trust_of(m_house, provider)} : std::nullopt;
    if (trust && trust->ok()) {
      for (const identity::TrustedKey& key : trust->value().keys) {
        if (!key.withdrawn) {
          ends.push_back(key.certificate_ends);
        }
      }
    }
  }
  return ends;
}

}  // namespace leadkeep::flow
