// leaktest/operations.h — what the instance says it can do
//
// Takes    the OpenAPI document of the instance, and for the control socket, which has none, a list
// Yields   operations with everything that a request needs, so that a new route is walked without
//          a change here
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/json/value.h>

#include <optional>
#include <string>
#include <vector>

namespace leadkeep::leaktest {

enum class DoorKind { kApi, kWebhook, kControl };

struct Parameter {
  std::string name;
  enum class In { kPath, kQuery, kHeader } in;
  bool required = false;
  std::string least;                // of a number
  std::vector<std::string> values;  // of an enumeration, or of a truth value
  std::string id_prefix;            // "conv_", if it is an id
};

struct Operation {
  DoorKind door = DoorKind::kApi;
  std::string verb;  // "GET"
  std::string path;  // "/v1/leads/{id}"
  std::vector<Parameter> parameters;
  std::string example;  // of the body, JSON; empty if it has no body
  std::size_t body_limit = 0;

  [[nodiscard]] std::string name() const { return verb + " " + path; }
};

// kInvalidInput: it is no such document.
[[nodiscard]] Result<std::vector<Operation>> operations_of(const json::Document& openapi);
[[nodiscard]] std::vector<Operation> control_operations();

}  // namespace leadkeep::leaktest
