#include "commands.h"

#include "client_commands.h"
#include "control_client.h"
#include "directory_test.h"
#include "mail_test.h"
#include "oidc_commands.h"
#include "password_input.h"
#include "saml/commands.h"
#include "talk.h"

#include <leadkeep/base/clock.h>
#include <leadkeep/json/writer.h>
#include <leadkeep/store/root_key.h>
#include <leadkeep/store/store.h>

#include <cstdio>

namespace leadkeep::ctl {
namespace {

std::string text_of(const json::Value& value) {
  return value.string_or_number().value_or(value.dump());
}

ExitCode init(const Arguments& arguments) {
  if (arguments.store.empty() || arguments.root_key_file.empty()) {
    return usage("init needs --store DIR and --root-key-file FILE");
  }
  std::error_code ignored;
  if (!std::filesystem::exists(arguments.root_key_file, ignored)) {
    if (auto made = store::create_root_key_file(arguments.root_key_file); !made) {
      return complain(made.error());
    }
    say("made the root key " + arguments.root_key_file.string() +
        " — without it the store cannot be read; keep a copy apart from the store's backups");
  }
  const auto root = store::load_root_key(arguments.root_key_file);
  if (!root) {
    return complain(root.error());
  }
  store::StoreOptions options;
  options.directory = arguments.store;
  const SystemClock clock;
  if (auto created = store::Store::create(options, root.value(), clock); !created) {
    return complain(created.error());
  }
  say("made an empty store in " + arguments.store.string());
  return ExitCode::kDone;
}

ExitCode status(const ControlClient& client) {
  const auto answer = client.request("GET", "/status");
  if (!answer) {
    return complain(answer.error());
  }
  for (const auto& [name, value] : answer.value()->root().members()) {
    (void)std::printf("%-18.*s %s\n", static_cast<int>(name.size()), name.data(),
                      text_of(value).c_str());
  }
  return ExitCode::kDone;
}

ExitCode list_agents(const ControlClient& client) {
  const auto answer = client.request("GET", "/agents");
  if (!answer) {
    return complain(answer.error());
  }
  for (const json::Value& agent : answer.value()->root()["items"].items()) {
    std::string roles;
    for (const json::Value& role : agent["roles"].items()) {
      roles += (roles.empty() ? "" : ",") + text_of(role);
    }
    (void)std::printf("%-24s %-24s %-20s %s\n", text_of(agent["username"]).c_str(),
                      text_of(agent["display_name"]).c_str(), roles.c_str(),
                      text_of(agent["state"]).c_str());
  }
  return ExitCode::kDone;
}

ExitCode add_agent(const ControlClient& client, const Arguments& arguments) {
  if (arguments.roles.empty()) {
    return usage("agents add needs --role agent, supervisor, privacy_officer, auditor or admin");
  }
  const auto password = read_new_password(arguments.password_file);
  if (!password) {
    return complain(password.error());
  }
  json::Writer w;
  w.begin_object();
  w.field("username", arguments.words[2]);
  w.field("display_name",
          arguments.display_name.empty() ? arguments.words[2] : arguments.display_name);
  w.key("roles").begin_array();
  for (const std::string& role : arguments.roles) {
    w.string(role);
  }
  w.end_array();
  w.field("password", as_text(password.value().expose()));
  w.end_object();
  std::string body = std::move(w).take();
  const auto answer = client.request("POST", "/agents", body);
  wipe(body);
  if (!answer) {
    return complain(answer.error());
  }
  say("added " + text_of(answer.value()->root()["id"]));
  return ExitCode::kDone;
}

// agents COMMAND USERNAME [DEVICE]
auto ask_about_agent(const ControlClient& client, const Arguments& arguments) {
  json::Writer w;
  w.begin_object().field("username", arguments.words[2]);
  if (arguments.words.size() == 4) {
    w.field("device", arguments.words[3]);
  }
  w.end_object();
  return client.request("POST", "/agents/" + arguments.words[1], std::move(w).take());
}

ExitCode set_state(const ControlClient& client, const Arguments& arguments) {
  const auto answer = ask_about_agent(client, arguments);
  if (!answer) {
    return complain(answer.error());
  }
  say(arguments.words[1] + "d " + arguments.words[2]);
  return ExitCode::kDone;
}

ExitCode tell_ended(const Result<std::optional<json::Document>>& answer) {
  if (!answer) {
    return complain(answer.error());
  }
  say("sessions ended: " + text_of(answer.value()->root()["ended"]));
  return ExitCode::kDone;
}

ExitCode set_password(const ControlClient& client, const Arguments& arguments) {
  const auto password = read_new_password(arguments.password_file);
  if (!password) {
    return complain(password.error());
  }
  json::Writer w;
  w.begin_object()
      .field("username", arguments.words[2])
      .field("password", as_text(password.value().expose()))
      .end_object();
  std::string body = std::move(w).take();
  const auto answer = client.request("POST", "/agents/set-password", body);
  wipe(body);
  if (!answer) {
    return complain(answer.error());
  }
  say("the password is another now, and " + arguments.words[2] + " is signed out everywhere");
  return ExitCode::kDone;
}

ExitCode list_devices(const ControlClient& client, const Arguments& arguments) {
  const auto answer = ask_about_agent(client, arguments);
  if (!answer) {
    return complain(answer.error());
  }
  const auto items = answer.value()->root()["items"].items();
  for (const json::Value& device : items) {
    (void)std::printf("%s  %-24s last used %s\n", text_of(device["id"]).c_str(),
                      text_of(device["name"]).c_str(), text_of(device["last_used_at"]).c_str());
  }
  if (items.empty()) {
    say("no browser of this agent is remembered");
  }
  return ExitCode::kDone;
}

ExitCode forget_devices(const ControlClient& client, const Arguments& arguments) {
  const auto answer = ask_about_agent(client, arguments);
  if (!answer) {
    return complain(answer.error());
  }
  say("devices forgotten: " + text_of(answer.value()->root()["forgotten"]));
  return ExitCode::kDone;
}

ExitCode reset_second_factor(const ControlClient& client, const Arguments& arguments) {
  const auto answer = ask_about_agent(client, arguments);
  if (!answer) {
    return complain(answer.error());
  }
  const json::Value root = answer.value()->root();
  say("the code to enrol with, once, until " + text_of(root["expires_at"]) + ": " +
      text_of(root["enrolment_code"]));
  say(arguments.words[2] +
      " is signed out everywhere; give the code to nobody else, and not by a way that "
      "others read");
  return ExitCode::kDone;
}

ExitCode break_glass(const ControlClient& client) {
  const auto answer = client.request("POST", "/break-glass");
  if (!answer) {
    return complain(answer.error());
  }
  const json::Value root = answer.value()->root();
  say("the code, good once and until " + text_of(root["expires_at"]) + ": " +
      text_of(root["break_glass_code"]));
  say("POST /v1/break-glass {\"code\":…} from the company's network opens a session of 15 minutes "
      "that manages agents; it is on record that you asked");
  return ExitCode::kDone;
}

void print_members(const json::Value& root) {
  for (const auto& [name, value] : root.members()) {
    (void)std::printf("%-28.*s %s\n", static_cast<int>(name.size()), name.data(),
                      text_of(value).c_str());
  }
}

ExitCode verify(const ControlClient& client) {
  const auto answer = client.request("POST", "/store/verify");
  if (!answer) {
    return complain(answer.error());
  }
  const json::Value root = answer.value()->root();
  print_members(root);
  return root["verdict"].string() == "sound" ? ExitCode::kDone : ExitCode::kRefused;
}

ExitCode keys(const ControlClient& client, const std::string& verb, const std::string& path) {
  const auto answer = client.request(verb, path);
  if (!answer) {
    return complain(answer.error());
  }
  print_members(answer.value()->root());
  return ExitCode::kDone;
}

ExitCode test_log_in(const Arguments& arguments) {
  const auto trial = try_log_in(arguments);
  if (!trial) {
    return complain(trial.error());
  }
  for (const identity::TrialStep& step : trial.value().steps) {
    const bool good = step.outcome == identity::TrialStep::Outcome::kGood;
    say((good ? "ok   " : "BAD  ") + step.what + ": " + step.words);
  }
  const bool let_in = trial.value().would_be.has_value();
  say(let_in ? arguments.words[2] + " would be let in" : arguments.words[2] + " would be refused");
  return let_in ? ExitCode::kDone : ExitCode::kRefused;
}

ExitCode list_held_leavers(const ControlClient& client) {
  const auto answer = client.request("GET", "/leavers");
  if (!answer) {
    return complain(answer.error());
  }
  const auto items = answer.value()->root()["items"].items();
  for (const json::Value& held : items) {
    (void)std::printf("%-24s %s\n", text_of(held["username"]).c_str(),
                      text_of(held["reason"]).c_str());
  }
  say(items.empty() ? "nobody is held"
                    : "they are still signed in: mend what is wrong, or sign them out with "
                      "leadkeepctl ldap leavers end");
  return ExitCode::kDone;
}

ExitCode end_held_leavers(const ControlClient& client) {
  const auto answer = client.request("POST", "/leavers/end");
  if (!answer) {
    return complain(answer.error());
  }
  say("signed out: " + text_of(answer.value()->root()["ended"]));
  return ExitCode::kDone;
}

ExitCode test_mail(const Arguments& arguments) {
  if (const auto sent = send_test_mail(arguments); !sent) {
    (void)complain(sent.error());
    return ExitCode::kRefused;
  }
  say("the relay has taken the mail; what becomes of it there, its own log says");
  return ExitCode::kDone;
}

ExitCode test_for_leaks(const Arguments& arguments) {
  const auto tested = leaktest::run(arguments.leak_test);
  if (!tested) {
    (void)complain(tested.error());
    // Not the code of a leak: nobody knows whether there is one.
    return tested.error().code == Errc::kUnavailable ? ExitCode::kNoDaemon : ExitCode::kUsage;
  }
  (void)std::fputs(tested.value().report.c_str(), stdout);
  return tested.value().outcome == leaktest::Outcome::kClean ? ExitCode::kDone : ExitCode::kRefused;
}

}  // namespace

ExitCode run_command(const Arguments& arguments) {
  const auto& words = arguments.words;
  const ControlClient client{arguments.socket};
  const auto is = [&](std::size_t count, std::string_view first, std::string_view second = {}) {
    return words.size() == count && words[0] == first && (second.empty() || words[1] == second);
  };
  if (is(1, "init")) {
    return init(arguments);
  }
  if (is(1, "status")) {
    return status(client);
  }
  if (is(2, "agents", "list")) {
    return list_agents(client);
  }
  if (is(3, "agents", "add")) {
    return add_agent(client, arguments);
  }
  if (is(3, "agents", "disable") || is(3, "agents", "enable")) {
    return set_state(client, arguments);
  }
  if (is(3, "agents", "sign-out")) {
    return tell_ended(ask_about_agent(client, arguments));
  }
  if (is(2, "agents", "sign-out-everybody")) {
    return tell_ended(client.request("POST", "/agents/sign-out-everybody"));
  }
  if (is(3, "agents", "set-password")) {
    return set_password(client, arguments);
  }
  if (is(3, "agents", "devices")) {
    return list_devices(client, arguments);
  }
  if (is(3, "agents", "forget-devices") || is(4, "agents", "forget-devices")) {
    return forget_devices(client, arguments);
  }
  if (is(3, "agents", "reset-second-factor")) {
    return reset_second_factor(client, arguments);
  }
  if (is(1, "break-glass")) {
    return break_glass(client);
  }
  if (is(3, "ldap", "test")) {
    return test_log_in(arguments);
  }
  if (is(2, "ldap", "leavers")) {
    return list_held_leavers(client);
  }
  if (is(3, "ldap", "leavers") && words[2] == "end") {
    return end_held_leavers(client);
  }
  if (is(3, "mail", "test")) {
    return test_mail(arguments);
  }
  if (!words.empty() && words[0] == "client") {
    return run_client_command(arguments);
  }
  if (!words.empty() && words[0] == "saml") {
    return run_saml_command(arguments);
  }
  if (!words.empty() && words[0] == "oidc") {
    return run_oidc_command(arguments);
  }
  if (is(2, "keys", "status")) {
    return keys(client, "GET", "/keys");
  }
  if (is(2, "keys", "rotate")) {
    return keys(client, "POST", "/keys/end-epoch");
  }
  if (is(2, "store", "verify")) {
    return verify(client);
  }
  if (is(1, "leaktest")) {
    return test_for_leaks(arguments);
  }
  return usage("there is no such command");
}

}  // namespace leadkeep::ctl
