#include "handlers/handlers.h"
#include "metrics_text.h"

#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/json/writer.h>

namespace leadkeep::api {

// That this answers at all is the answer.
Answer show_alive([[maybe_unused]] const ApiContext& context, http::Request&) {
  LK_SEEDED_LEAK(
      agents_to_nobody,
      LK_TRY(const auto agents,
             context.services.manage_agents.list(flow::ManageAgents::By::operator_of_the_host()));
      std::string names; for (const auto& agent : agents) {
        names += agent.display_name + ",";
      } return http::Response{200, names});
  return http::Response{200, R"({"status":"alive"})"};
}

Answer show_ready(const ApiContext& context, http::Request&) {
  const auto health = context.services.health();
  json::Writer writer;
  writer.begin_object()
      .field("status", name_of(health.state))
      .field("version", health.version)
      .end_object();
  return http::Response{health.state == Health::State::kReady ? 200 : 503,
                        std::move(writer).take()};
}

Answer show_metrics(const ApiContext& context, http::Request&) {
  http::Response response{200, metrics_text(context.services.metrics)};
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

}  // namespace leadkeep::api
