// The secrets of the WhatsApp account, read once at start from files of mode 0600.
#pragma once
#include <leadkeep/base/secret.h>
#include <leadkeep/config/settings.h>
#include <leadkeep/intake/verify.h>

namespace leadkeep::daemon {

struct AccountSecrets {
  intake::AppSecrets app;
  SecretBytes verify_token;
  SecretBytes access_token;
};

[[nodiscard]] Result<AccountSecrets> read_secrets(const config::Settings::Whatsapp& settings);

}  // namespace leadkeep::daemon
