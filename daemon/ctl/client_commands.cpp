#include "client_commands.h"

#include "client_words.h"
#include "control_client.h"
#include "talk.h"
#include "webhook_commands.h"

#include <leadkeep/base/files.h>
#include <leadkeep/crypto/certificate_request.h>
#include <leadkeep/json/writer.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace leadkeep::ctl {
namespace {

constexpr std::size_t kMostKeyBytes = 16 * 1024;
constexpr std::size_t kMostTokenBytes = 256;

std::string joined(const json::Value& names) {
  std::string all;
  for (const json::Value& name : names.items()) {
    all += (all.empty() ? "" : ",") + text_of(name);
  }
  return all.empty() ? "-" : all;
}

void write_strings(json::Writer& w, std::string_view name, const std::vector<std::string>& all) {
  w.key(name).begin_array();
  for (const std::string& one : all) {
    w.string(one);
  }
  w.end_array();
}

ExitCode list(const ControlClient& daemon) {
  const auto answer = daemon.request("GET", "/clients");
  if (!answer) {
    return complain(answer.error());
  }
  const auto items = answer.value()->root()["items"].items();
  for (const json::Value& client : items) {
    say(text_of(client["name"]) + "  " + text_of(client["state"]));
    say("  id              " + text_of(client["id"]));
    say("  owner           " + text_of(client["owner"]));
    say("  purpose         " + text_of(client["purpose"]));
    say("  scopes          " + joined(client["scopes"]));
    say("  own scopes      " + joined(client["own_scopes"]));
    say("  record classes  " + joined(client["record_classes"]));
    say("  networks        " + joined(client["networks"]));
    say("  key             " + text_of(client["current_key"]));
    if (client["next_key"].is_string()) {
      say("  next key        " + text_of(client["next_key"]));
    }
    if (client["offered_key"].is_string() &&
        text_of(client["offered_key"]) != text_of(client["current_key"])) {
      say("  waits           " + text_of(client["offered_key"]));
    }
    say("  expires         " + text_of(client["expires_at"]));
    say("  last used       " + text_of(client["last_used_at"]));
  }
  if (items.empty()) {
    say("there is no client: nothing may talk to the API");
  }
  return ExitCode::kDone;
}

// The token is for whoever runs the client, and for nobody else.
ExitCode tell_token(const Result<std::optional<json::Document>>& answer,
                    const ClientOptions& options) {
  if (!answer) {
    return complain(answer.error());
  }
  const json::Value root = answer.value()->root();
  say("client " + text_of(root["id"]));
  return hand_out("the token to bring its key with, once, until " + text_of(root["expires_at"]),
                  text_of(root["enrolment_token"]), options.token_file);
}

ExitCode add(const ControlClient& daemon, const std::string& name, const ClientOptions& options) {
  if (options.owner.empty() || options.purpose.empty() ||
      (options.scopes.empty() && options.own_scopes.empty())) {
    return usage("client add needs --owner, --purpose and --scope, or --own-scope");
  }
  json::Writer w;
  w.begin_object()
      .field("name", name)
      .field("owner", options.owner)
      .field("purpose", options.purpose);
  write_strings(w, "scopes", options.scopes);
  write_strings(w, "own_scopes", options.own_scopes);
  write_strings(w, "record_classes", options.record_classes);
  write_strings(w, "networks", options.networks);
  if (options.expires_in_days) {
    w.field("expires_in_days", static_cast<std::uint64_t>(*options.expires_in_days));
  }
  w.end_object();
  return tell_token(daemon.request("POST", "/clients", std::move(w).take()), options);
}

ExitCode approve(const ControlClient& daemon, const std::string& client,
                 const std::string& fingerprint) {
  if (fingerprint.empty()) {
    return usage("client approve needs --fingerprint, as the client's owner says it");
  }
  json::Writer w;
  w.begin_object().field("client", client).field("fingerprint", fingerprint).end_object();
  if (const auto answer = daemon.request("POST", "/clients/approve", std::move(w).take());
      !answer) {
    return complain(answer.error());
  }
  say("approved " + client + ": its certificate is there for it, within a day");
  return ExitCode::kDone;
}

ExitCode set_state(const ControlClient& daemon, const std::string& command,
                   const std::string& client) {
  if (const auto answer = daemon.request("POST", "/clients/" + command, about(client)); !answer) {
    return complain(answer.error());
  }
  say(command + (command.ends_with('e') ? "d " : "ed ") + client);
  return ExitCode::kDone;
}

// Of a key that is here, which is made if it is missing, or of one elsewhere.
Result<std::string> read_request(const ClientOptions& options) {
  if (!options.request.empty()) {
    return read_file(options.request, kMostKeyBytes);
  }
  std::error_code ignored;
  if (!std::filesystem::exists(options.key, ignored)) {
    const SecretBytes made = crypto::new_private_key();
    LK_TRY_VOID(create_secret_file(options.key, made.expose()));
  }
  LK_TRY(const auto key, read_secret_file(options.key, kMostKeyBytes));
  auto request = crypto::certificate_request_for(key);
  return request ? Result<std::string>{*std::move(request)}
                 : fail(Errc::kInvalidInput, options.key.string() +
                                                 ": no private key in PEM of RSA from 2048 bits or "
                                                 "EC from P-256, without a passphrase");
}

ExitCode tell_enrolled(const json::Value& enrolled, const ClientOptions& options) {
  if (enrolled["status"].string() == "waiting") {
    say("the key waits for approval; its fingerprint is " + text_of(enrolled["fingerprint"]));
    say("once it is approved, the same command fetches the certificate");
    return ExitCode::kDone;
  }
  if (!enrolled["certificate"].is_string()) {
    say("the key is approved; its certificate comes from the company's authority");
    return ExitCode::kDone;
  }
  std::ofstream out{options.certificate};
  if (options.certificate.empty() || !(out << text_of(enrolled["certificate"])) || !out.flush()) {
    return usage("the certificate is there, but --certificate FILE cannot be written");
  }
  say("wrote " + options.certificate.string() + ", good until " +
      text_of(enrolled["certificate_expires_at"]));
  return ExitCode::kDone;
}

ExitCode enrol(const ControlClient& daemon, const ClientOptions& options) {
  if (options.token_file.empty() || options.key.empty() == options.request.empty()) {
    return usage("client enrol needs --token-file, and --key or --request");
  }
  const auto token = read_secret_line(options.token_file, kMostTokenBytes);
  if (!token) {
    return complain(token.error());
  }
  const auto request = read_request(options);
  if (!request) {
    return complain(request.error());
  }
  json::Writer w;
  w.begin_object()
      .field("token", as_text(token.value().expose()))
      .field("certificate_request", request.value())
      .end_object();
  const auto answer = daemon.request("POST", "/clients/enrol", std::move(w).take());
  return answer ? tell_enrolled(answer.value()->root(), options) : complain(answer.error());
}

}  // namespace

ExitCode run_client_command(const Arguments& arguments) {
  const auto& words = arguments.words;
  const ClientOptions& options = arguments.client;
  const ControlClient daemon{arguments.socket};
  const std::string command = words.size() > 1 ? words[1] : "";
  if ((command == "add" || command == "invite") && !can_be_written(options.token_file)) {
    return usage(options.token_file.string() + " is there already: nothing was changed");
  }
  if (words.size() == 2 && command == "list") {
    return list(daemon);
  }
  if (words.size() == 2 && command == "enrol") {
    return enrol(daemon, options);
  }
  if (words.size() == 3 && command == "add") {
    return add(daemon, words[2], options);
  }
  if (words.size() == 3 && command == "invite") {
    return tell_token(daemon.request("POST", "/clients/invite", about(words[2])), options);
  }
  if (words.size() == 3 && command == "approve") {
    return approve(daemon, words[2], arguments.saml.fingerprint);
  }
  if (words.size() == 3 && (command == "suspend" || command == "resume" || command == "revoke")) {
    return set_state(daemon, command, words[2]);
  }
  if (words.size() == 3 && command.starts_with("webhook")) {
    return run_webhook_command(arguments);
  }
  return usage(
      "client knows list, add, enrol, approve, suspend, resume, revoke, invite, webhook, "
      "webhook-secret, webhook-resume and webhook-remove");
}

}  // namespace leadkeep::ctl
