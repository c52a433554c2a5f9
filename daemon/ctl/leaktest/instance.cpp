#include "instance.h"

#include <leadkeep/base/files.h>
#include <leadkeep/config/load.h>

namespace leadkeep::leaktest {
namespace {

constexpr std::size_t kMaxSecretBytes = 4'096;

Result<void> add_secret(Marks& marks, MarkKind kind, const std::filesystem::path& file) {
  LK_TRY(const SecretBytes secret, read_secret_line(file, kMaxSecretBytes));
  marks.add(kind, std::string{as_text(secret.expose())});
  return {};
}

bool is_on_this_machine(std::string_view url) {
  for (const std::string_view origin :
       {"https://127.0.0.1", "https://localhost", "https://[::1]"}) {
    if (url == origin || url.starts_with(std::string{origin} + ":")) {
      return true;
    }
  }
  return false;
}

}  // namespace

Door& Instance::door(DoorKind kind) {
  switch (kind) {
    case DoorKind::kWebhook:
      return webhook;
    case DoorKind::kControl:
      return control;
    case DoorKind::kApi:
      break;
  }
  return api;
}

std::string Instance::webhook_url() const {
  const auto& hosts = settings.clients.webhook_allow;
  return "https://" + (hosts.empty() ? "host.invalid" : hosts.front().text()) + "/leaktest";
}

Result<Instance> connect(const std::filesystem::path& config, Marks& marks) {
  LK_TRY(config::Settings settings, config::load(config, {}));
  const auto& whatsapp = settings.whatsapp;
  LK_TRY_VOID(add_secret(marks, MarkKind::kAppSecret, whatsapp.app_secret_file));
  LK_TRY_VOID(add_secret(marks, MarkKind::kVerifyToken, whatsapp.verify_token_file));
  LK_TRY_VOID(add_secret(marks, MarkKind::kAccessToken, whatsapp.access_token_file));
  LK_TRY(SecretBytes app_secret, read_secret_line(whatsapp.app_secret_file, kMaxSecretBytes));
  if (!settings.store.root_key_file.empty()) {
    LK_TRY(const SecretBytes root, read_secret_file(settings.store.root_key_file, kMaxSecretBytes));
    marks.add(MarkKind::kRootKey, std::string{as_text(root.expose())});
  }
  Door control = Door::local(settings.control.socket);
  LK_TRY(const int process, control.peer_process());
  const auto replies = is_on_this_machine(whatsapp.graph_url) ? Instance::Replies::kLeave
                                                              : Instance::Replies::kAreHeldBack;
  LK_TRY(Program program, Program::make(control));
  for (const DoorKind door : {DoorKind::kApi, DoorKind::kControl}) {
    marks.add(MarkKind::kEnrolmentToken, program.victim(door).token);
  }
  Door api = Door::tls(settings.api.listen, settings.api.tls_certificate, program.credentials());
  Door webhook = Door::tls(settings.webhook.listen, settings.webhook.tls_certificate);
  return Instance{std::move(settings),
                  std::move(api),
                  std::move(webhook),
                  std::move(control),
                  std::move(program),
                  std::move(app_secret),
                  process,
                  replies};
}

}  // namespace leadkeep::leaktest
