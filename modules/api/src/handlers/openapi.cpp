#include "handlers/handlers.h"

#include <leadkeep/api/openapi.h>

namespace leadkeep::api {

Answer show_openapi(const ApiContext&, http::Request& request) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  return http::Response{200, std::string{openapi_document()}};
}

}  // namespace leadkeep::api
