#include "webhook_commands.h"

#include "client_words.h"
#include "control_client.h"
#include "talk.h"

namespace leadkeep::ctl {
namespace {

ExitCode show(const ControlClient& daemon, const std::string& client) {
  const auto answer = daemon.request("POST", "/clients/webhook/show", about(client));
  if (!answer) {
    return complain(answer.error());
  }
  const json::Value webhook = answer.value()->root();
  say(client + "  " + text_of(webhook["state"]));
  if (webhook["held_because"].is_string()) {
    say("  held            " + text_of(webhook["held_because"]));
  }
  say("  address         " + text_of(webhook["url"]));
  say("  since           " + text_of(webhook["set_at"]));
  if (webhook["last_failure"].is_string()) {
    say("  last failure    " + text_of(webhook["last_failure"]));
  }
  if (webhook["failing_since"].is_string()) {
    say("  failing since   " + text_of(webhook["failing_since"]));
  }
  if (webhook["next_try_at"].is_string()) {
    say("  next try        " + text_of(webhook["next_try_at"]));
  }
  if (webhook["halted_at"].is_string()) {
    say("  halted          " + text_of(webhook["halted_at"]) +
        ": mend its program, then leadkeepctl client webhook-resume " + client);
  }
  if (webhook["earlier_secret_until"].is_string()) {
    say("  earlier secret  until " + text_of(webhook["earlier_secret_until"]));
  }
  return ExitCode::kDone;
}

// For whoever runs the program, and for nobody else.
ExitCode tell_secret(const Result<std::optional<json::Document>>& answer,
                     const std::filesystem::path& file) {
  if (!answer) {
    return complain(answer.error());
  }
  return hand_out("the secret to check its events with, said this once",
                  text_of(answer.value()->root()["secret"]), file);
}

ExitCode tell_done(const Result<std::optional<json::Document>>& answer, const std::string& what) {
  if (!answer) {
    return complain(answer.error());
  }
  say(what);
  return ExitCode::kDone;
}

}  // namespace

ExitCode run_webhook_command(const Arguments& arguments) {
  const std::string& command = arguments.words[1];
  const std::string& client = arguments.words[2];
  const ClientOptions& options = arguments.client;
  const ControlClient daemon{arguments.socket};
  if (command == "webhook" && options.url.empty()) {
    return show(daemon, client);
  }
  if (!can_be_written(options.secret_file)) {
    return usage(options.secret_file.string() + " is there already: nothing was changed");
  }
  if (command == "webhook") {
    json::Writer w;
    w.begin_object().field("client", client).field("url", options.url).end_object();
    return tell_secret(daemon.request("POST", "/clients/webhook", std::move(w).take()),
                       options.secret_file);
  }
  if (command == "webhook-secret") {
    return tell_secret(daemon.request("POST", "/clients/webhook/secret", about(client)),
                       options.secret_file);
  }
  if (command == "webhook-resume") {
    return tell_done(daemon.request("POST", "/clients/webhook/resume", about(client)),
                     "resumed: what it missed is handed over now");
  }
  if (command == "webhook-remove") {
    return tell_done(daemon.request("POST", "/clients/webhook/remove", about(client)),
                     "removed: " + client + " is told of nothing more");
  }
  return usage("client knows webhook, webhook-secret, webhook-resume and webhook-remove");
}

}  // namespace leadkeep::ctl
