#include "oidc_keys.h"

#include <leadkeep/base/files.h>

namespace leadkeep::daemon {
namespace {

constexpr const char* kClient = "client.pem";
constexpr const char* kNext = "next-client.pem";

}  // namespace

Result<OidcKeys> OidcKeys::load(const std::filesystem::path& directory) {
  if (!is_there(directory / kClient)) {
    return fail(Errc::kNotFound, "oidc.keys: " + directory.string() +
                                     " holds no key; make it with leadkeepctl oidc rotate");
  }
  LK_TRY(auto client, load_key_pair(directory / kClient));
  LK_TRY(auto next, load_key_pair_if_there(directory / kNext));
  return OidcKeys{std::move(client), std::move(next)};
}

Result<RotationStep> rotate_oidc_keys(const std::filesystem::path& directory, std::string_view name,
                                      Timestamp now) {
  LK_TRY_VOID(ensure_private_directory(directory));
  if (!is_there(directory / kClient)) {
    LK_TRY_VOID(make_key_pair(directory / kClient, name, now));
    return RotationStep::kMade;
  }
  if (!is_there(directory / kNext)) {
    LK_TRY_VOID(make_key_pair(directory / kNext, name, now));
    return RotationStep::kAnnounced;
  }
  LK_TRY_VOID(put_in_place(directory / kNext, directory / kClient));
  return RotationStep::kChanged;
}

}  // namespace leadkeep::daemon
