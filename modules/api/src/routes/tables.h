// routes/tables.h — every route of every listener
//
// The services are null where only the table itself is read (openapi.h); no handler runs then.
#pragma once
#include "handlers/context.h"
#include "routes/route.h"

#include <vector>

namespace leadkeep::api {

[[nodiscard]] std::vector<Route> make_api_routes(const ApiContext* context);
[[nodiscard]] std::vector<Route> make_webhook_routes(const WebhookServices* services);
[[nodiscard]] std::vector<Route> make_control_routes(const ControlServices* services);

}  // namespace leadkeep::api
