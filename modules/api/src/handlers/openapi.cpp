#include "handlers/handlers.h"
#include "http/representation.h"

#include <leadkeep/api/openapi.h>

namespace leadkeep::api {

// The same each time, so that it is digested and compressed once.
Answer show_openapi(const ApiContext&, http::Request& request) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  static const std::string tag = "W/\"" + http::digest_of(openapi_document()) + "\"";
  static const std::string zipped = http::gzip(openapi_document());
  http::Response response{200, std::string{openapi_document()}};
  response.fields.emplace_back("ETag", tag);
  response.zipped = &zipped;
  return response;
}

}  // namespace leadkeep::api
