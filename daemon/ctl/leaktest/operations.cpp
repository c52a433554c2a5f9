#include "operations.h"

#include <algorithm>

namespace leadkeep::leaktest {
namespace {

constexpr std::size_t kControlBodyLimit = 4'096;

std::string text_of(const json::Value& value) {
  return std::string{value.string().value_or("")};
}

// "#/components/schemas/Text" and nothing else is followed.
json::Value resolved(const json::Value& root, json::Value value) {
  for (int hops = 0; hops < 8; ++hops) {
    const auto reference = value["$ref"].string();
    if (!reference || !reference->starts_with("#/")) {
      return value;
    }
    std::string_view rest = reference->substr(2);
    value = root;
    while (!rest.empty()) {
      const auto slash = rest.find('/');
      value = value[rest.substr(0, slash)];
      rest = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
    }
  }
  return {};
}

// "^conv_[0-9A-HJKMNP-TV-Z]{26}$" → "conv_"
std::string id_prefix_of(const json::Value& schema) {
  const std::string pattern = text_of(schema["pattern"]);
  const auto bracket = pattern.find("_[");
  return pattern.starts_with('^') && bracket != std::string::npos ? pattern.substr(1, bracket)
                                                                  : std::string{};
}

std::optional<Parameter> parameter_of(const json::Value& root, const json::Value& found) {
  const json::Value value = resolved(root, found);
  json::Value schema = resolved(root, value["schema"]);
  if (text_of(schema["type"]) == "array") {
    schema = resolved(root, schema["items"]);  // one is a list, too
  }
  Parameter out;
  out.name = text_of(value["name"]);
  const std::string in = text_of(value["in"]);
  if (out.name.empty() || (in != "path" && in != "query" && in != "header")) {
    return std::nullopt;
  }
  out.in = in == "path"    ? Parameter::In::kPath
           : in == "query" ? Parameter::In::kQuery
                           : Parameter::In::kHeader;
  out.required = value["required"].boolean().value_or(false);
  if (text_of(schema["type"]) == "integer") {
    out.least = std::to_string(schema["minimum"].integer().value_or(0));
  } else if (text_of(schema["type"]) == "boolean") {
    out.values.emplace_back("true");
  }
  out.id_prefix = id_prefix_of(schema);
  for (const json::Value& one : schema["enum"].items()) {
    out.values.push_back(text_of(one));
  }
  return out;
}

bool is_verb(std::string_view name) {
  return name == "get" || name == "put" || name == "post" || name == "patch" || name == "delete";
}

Operation operation_of(const json::Value& root, std::string_view path, std::string_view verb,
                       const json::Value& value) {
  Operation out;
  out.path = path;
  out.verb = verb;
  std::ranges::transform(out.verb, out.verb.begin(),
                         [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  // The document names a server of its own for what the webhook listener answers.
  out.door = value["servers"].size() > 0 ? DoorKind::kWebhook : DoorKind::kApi;
  for (const json::Value& found : value["parameters"].items()) {
    if (auto parameter = parameter_of(root, found)) {
      out.parameters.push_back(std::move(*parameter));
    }
  }
  const json::Value body = value["requestBody"]["content"]["application/json"];
  out.example = body["example"].is_absent() ? std::string{} : body["example"].dump();
  if (!body.is_absent() && out.example.empty()) {
    out.example = "{}";
  }
  out.body_limit = static_cast<std::size_t>(value["x-body-limit"].integer().value_or(0));
  return out;
}

Operation control(std::string verb, std::string path, std::string example) {
  Operation out;
  out.door = DoorKind::kControl;
  out.verb = std::move(verb);
  out.path = std::move(path);
  out.body_limit = example.empty() ? 0 : kControlBodyLimit;
  out.example = std::move(example);
  return out;
}

}  // namespace

Result<std::vector<Operation>> operations_of(const json::Document& openapi) {
  const json::Value root = openapi.root();
  std::vector<Operation> out;
  for (const auto& [path, verbs] : root["paths"].members()) {
    for (const auto& [verb, value] : verbs.members()) {
      if (is_verb(verb)) {
        out.push_back(operation_of(root, path, verb, value));
      }
    }
  }
  if (out.empty()) {
    return fail(Errc::kInvalidInput, "/v1/openapi.json names no operation");
  }
  return out;
}

std::vector<Operation> control_operations() {
  constexpr const char* kNewAgent =
      R"({"display_name":"Alex Example","password":"a password","roles":["agent"],"username":"a"})";
  constexpr const char* kNewClient =
      R"({"name":"leaktest-example","owner":"IT","purpose":"a test","record_classes":[],)"
      R"("scopes":["leads:read"]})";
  constexpr const char* kClient = R"({"client":"c"})";
  constexpr const char* kApproval = R"({"client":"c","fingerprint":"f"})";
  constexpr const char* kEnrolment = R"({"certificate_request":"r","token":"t"})";
  constexpr const char* kWebhook = R"({"client":"c","url":"https://host.example/"})";
  constexpr const char* kUsername = R"({"username":"a"})";
  return {control("GET", "/status", {}),
          control("GET", "/agents", {}),
          control("POST", "/agents", kNewAgent),
          control("POST", "/agents/disable", kUsername),
          control("POST", "/agents/enable", kUsername),
          control("POST", "/agents/sign-out", kUsername),
          control("POST", "/agents/set-password", R"({"password":"a password","username":"a"})"),
          control("POST", "/agents/devices", kUsername),
          control("POST", "/agents/forget-devices", kUsername),
          control("POST", "/agents/reset-second-factor", kUsername),
          control("GET", "/keys", {}),
          control("POST", "/keys/end-epoch", {}),
          control("GET", "/clients", {}),
          control("POST", "/clients", kNewClient),
          control("POST", "/clients/enrol", kEnrolment),
          control("POST", "/clients/approve", kApproval),
          control("POST", "/clients/suspend", kClient),
          control("POST", "/clients/resume", kClient),
          control("POST", "/clients/invite", kClient),
          control("POST", "/clients/revoke", kClient),
          control("POST", "/clients/webhook", kWebhook),
          control("POST", "/clients/webhook/show", kClient),
          control("POST", "/clients/webhook/secret", kClient),
          control("POST", "/clients/webhook/resume", kClient),
          control("POST", "/clients/webhook/remove", kClient),
          control("POST", "/break-glass", {}),
          control("POST", "/store/verify", {})};
}

}  // namespace leadkeep::leaktest
