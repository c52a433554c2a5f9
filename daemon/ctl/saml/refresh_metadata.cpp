#include "ctl/saml/refresh_metadata.h"

#include "company_sign_on.h"
#include "ctl/saml/metadata_text.h"
#include "ctl/talk.h"
#include "metadata_fetcher.h"

#include <leadkeep/base/bytes.h>
#include <leadkeep/base/files.h>
#include <leadkeep/config/load.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/transfer/prepare_process.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace leadkeep::ctl {
namespace {

struct Asked {
  std::filesystem::path config;
  std::string name;
  const config::Settings& settings;
  const config::SamlProvider& provider;
  std::string fingerprint;

  // What was fetched and shown, until it is confirmed.
  [[nodiscard]] std::filesystem::path published() const {
    return provider.metadata.string() + ".published";
  }
};

Fail cannot_write(const std::filesystem::path& path) {
  return fail(Errc::kUnavailable, path.string() + ": cannot be written");
}

// With the owner and mode of `like`; whole or not at all.
Result<void> replace_file(const std::filesystem::path& path, const std::filesystem::path& like,
                          std::string_view text) {
  const std::string next = path.string() + ".new";
  struct stat model{};
  (void)::unlink(next.c_str());
  const UniqueFd file{::open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  bool good = file.valid() && ::stat(like.c_str(), &model) == 0 &&
              ::fchown(file.get(), model.st_uid, model.st_gid) == 0 &&
              ::fchmod(file.get(), model.st_mode & 07777U) == 0;
  while (good && !text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    good = written > 0;
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  good = good && ::fsync(file.get()) == 0 && ::rename(next.c_str(), path.c_str()) == 0;
  if (!good) {
    (void)::unlink(next.c_str());
    return cannot_write(path);
  }
  return {};
}

Result<void> fetch(const Asked& asked) {
  LK_TRY(const auto fetcher, daemon::MetadataFetcher::open(asked.settings));
  LK_TRY(const auto xml, fetcher->fetch(asked.provider.metadata_url));
  return replace_file(asked.published(), asked.provider.metadata, xml);
}

Result<ShownMetadata> read_published(const Asked& asked) {
  LK_TRY(const auto signers, daemon::metadata_signers(asked.name, asked.provider));
  return read_metadata(asked.published(), signers);
}

// Keys of a file that nobody has confirmed are no reason to believe others.
Result<ShownMetadata> read_confirmed(const Asked& asked) {
  LK_TRY(auto confirmed, read_metadata(asked.provider.metadata));
  if (confirmed.sha256 != asked.provider.metadata_sha256) {
    return fail(Errc::kInvalidInput,
                asked.provider.metadata.string() +
                    ": is not the file that was confirmed with metadata_sha256");
  }
  return confirmed;
}

bool other_addresses(const saml::ProviderMetadata& a, const saml::ProviderMetadata& b) {
  return a.sign_on != b.sign_on || a.logout != b.logout || a.logout_answers != b.logout_answers;
}

std::vector<saml::SigningKey> keys_only_in(const saml::ProviderMetadata& a,
                                           const saml::ProviderMetadata& b) {
  auto keys = a.signing_keys;
  std::erase_if(keys, [&](const saml::SigningKey& key) {
    return std::ranges::find(b.signing_keys, key.public_key, &saml::SigningKey::public_key) !=
           b.signing_keys.end();
  });
  return keys;
}

// Returns whether there is anything to confirm.
bool say_changes(const saml::ProviderMetadata& before, const saml::ProviderMetadata& now) {
  const auto added = keys_only_in(now, before);
  const auto gone = keys_only_in(before, now);
  for (const saml::SigningKey& key : added) {
    say("  CHANGED            a new key, certificate SHA-256 " + to_hex(key.certificate_sha256));
  }
  for (const saml::SigningKey& key : gone) {
    say("  CHANGED            without the key of certificate SHA-256 " +
        to_hex(key.certificate_sha256));
  }
  if (other_addresses(before, now)) {
    say("  CHANGED            addresses, which were:");
    say_addresses(before);
  }
  return !added.empty() || !gone.empty() || other_addresses(before, now);
}

// A certificate's stands for its key and for nothing else.
bool is_meant(const Asked& asked, const ShownMetadata& published, const ShownMetadata& confirmed) {
  const std::string said = plain_fingerprint(asked.fingerprint);
  const auto added = keys_only_in(published.metadata, confirmed.metadata);
  return published.sha256 == said ||
         (added.size() == 1 && !other_addresses(published.metadata, confirmed.metadata) &&
          to_hex(added[0].certificate_sha256) == said);
}

// The digest stands once in the file, or the operator has said it elsewhere.
Result<std::string> config_with(const Asked& asked, const std::string& sha256) {
  std::ifstream in{asked.config, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  const std::string& before = asked.provider.metadata_sha256;
  const auto at = text.find(before);
  if (!in || at == std::string::npos || text.find(before, at + 1) != std::string::npos) {
    return fail(Errc::kConflict, asked.config.string() + ": does not hold metadata_sha256 = " +
                                     before + " once; nothing is changed");
  }
  return text.replace(at, before.size(), sha256);
}

// The same octets confirmed once more are another file, so that the daemon begins anew with them.
Result<void> take(const Asked& asked) {
  LK_TRY(auto file, daemon::read_metadata_file(asked.published()));
  if (file.sha256 == asked.provider.metadata_sha256) {
    file.xml += '\n';
    file.sha256 = to_hex(crypto::sha256({as_bytes(file.xml)}));
  }
  LK_TRY(const std::string config, config_with(asked, file.sha256));
  LK_TRY_VOID(replace_file(asked.provider.metadata, asked.provider.metadata, file.xml));
  LK_TRY_VOID(replace_file(asked.config, asked.config, config));
  std::error_code ignored;
  std::filesystem::remove(asked.published(), ignored);
  return {};
}

ExitCode refuse(const Error& error) {
  (void)complain(error);
  return ExitCode::kRefused;
}

ExitCode confirm(const Asked& asked, const ShownMetadata& published,
                 const ShownMetadata& confirmed) {
  if (!is_meant(asked, published, confirmed)) {
    say("Nothing is changed: --fingerprint is not the SHA-256 of this metadata, nor of the "
        "certificate of its\nonly new key where nothing else is new.");
    return ExitCode::kRefused;
  }
  if (const auto taken = take(asked); !taken) {
    return refuse(taken.error());
  }
  say("confirmed: " + asked.provider.metadata.string() + " and its metadata_sha256 in " +
      asked.config.string() + " are new; start the daemon anew");
  return ExitCode::kDone;
}

ExitCode show(const Asked& asked) {
  if (asked.fingerprint.empty()) {
    if (const auto fetched = fetch(asked); !fetched) {
      return refuse(fetched.error());
    }
  }
  const auto confirmed = read_confirmed(asked);
  const auto published = read_published(asked);
  if (!confirmed || !published) {
    return refuse(confirmed ? published.error() : confirmed.error());
  }
  const saml::ProviderMetadata& metadata = published.value().metadata;
  say(asked.provider.metadata_url + ":");
  say_metadata(published.value());
  if (metadata.entity_id != confirmed.value().metadata.entity_id) {
    say("  BAD                the entity was " + confirmed.value().metadata.entity_id +
        "; another one is added with leadkeepctl saml add");
    return ExitCode::kRefused;
  }
  if (metadata.valid_until && SystemClock{}.now() >= *metadata.valid_until) {
    say("  BAD                it is over");
    return ExitCode::kRefused;
  }
  const bool changed = say_changes(confirmed.value().metadata, metadata);
  if (!asked.fingerprint.empty()) {
    return confirm(asked, published.value(), confirmed.value());
  }
  if (!changed) {
    say("It names the keys and addresses that were confirmed; there is nothing to do.");
    return ExitCode::kDone;
  }
  say("Nothing is changed yet. Ask the identity provider's people, not by the way this came, "
      "whether "
      "keys and\naddresses are theirs, and say it again with --fingerprint " +
      published.value().sha256);
  return ExitCode::kRefused;
}

}  // namespace

ExitCode refresh_metadata(const Arguments& arguments) {
  (void)std::signal(SIGPIPE, SIG_IGN);  // who publishes it may close while it is written to
  transfer::prepare_process();
  const std::string& name = arguments.words[2];
  const auto settings = config::load(arguments.config, {});
  if (!settings) {
    return refuse(settings.error());
  }
  const auto& providers = settings.value().saml.providers;
  const auto found = providers.find(name);
  if (found == providers.end() || found->second.metadata_url.empty()) {
    return usage("there is no [saml." + name + "] with a metadata_url in " +
                 arguments.config.string());
  }
  return show(
      {arguments.config, name, settings.value(), found->second, arguments.saml.fingerprint});
}

}  // namespace leadkeep::ctl
