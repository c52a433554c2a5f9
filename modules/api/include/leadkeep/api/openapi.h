// leadkeep/api/openapi.h — what the API offers: the document, and the routes that really exist
//
// The document is OpenAPI 3.1; its extensions x-access and x-body-limit say for every operation who
// may ask and how many bytes the body may have. A test holds the two against each other, both ways.
// Threads  any
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::api {

[[nodiscard]] std::string_view openapi_document();

struct RouteInfo {
  std::string verb;        // GET
  std::string path;        // /v1/conversations/{id}
  std::string access;      // public, local_network, session, or the name of an action
  std::size_t body_limit;  // bytes; 0 means that a body is refused

  friend bool operator==(const RouteInfo&, const RouteInfo&) = default;
};

// The routes of the API listener and of the webhook listener, in the order of their tables.
[[nodiscard]] std::vector<RouteInfo> api_routes();
[[nodiscard]] std::vector<RouteInfo> webhook_routes();

}  // namespace leadkeep::api
