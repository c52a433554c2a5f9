#include "secrets.h"

#include <leadkeep/base/files.h>

namespace leadkeep::daemon {
namespace {

constexpr std::size_t kMaxSecretBytes = 4'096;

}  // namespace

Result<AccountSecrets> read_secrets(const config::Settings::Whatsapp& settings) {
  LK_TRY(SecretBytes current, read_secret_line(settings.app_secret_file, kMaxSecretBytes));
  std::optional<SecretBytes> previous;
  if (!settings.previous_app_secret_file.empty()) {
    LK_TRY(SecretBytes older, read_secret_line(settings.previous_app_secret_file, kMaxSecretBytes));
    previous.emplace(std::move(older));
  }
  LK_TRY(intake::AppSecrets app,
         intake::AppSecrets::create(std::move(current), std::move(previous)));
  LK_TRY(SecretBytes verify, read_secret_line(settings.verify_token_file, kMaxSecretBytes));
  LK_TRY(SecretBytes access, read_secret_line(settings.access_token_file, kMaxSecretBytes));
  return AccountSecrets{std::move(app), std::move(verify), std::move(access)};
}

}  // namespace leadkeep::daemon
