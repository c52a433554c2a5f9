#include "handlers/handlers.h"
#include "json/views.h"

namespace leadkeep::api {

Answer show_keys_locally(const ControlServices& services, http::Request&) {
  LK_TRY(const auto state, services.end_epoch.state());
  json::Writer writer;
  writer.begin_object()
      .field("epoch", state.epoch)
      .field("since", to_rfc3339(state.since))
      .field("destroyed_keys", state.destroyed);
  write_or_null(writer, "oldest_destroyed_at", state.oldest);
  writer
      .field("end_of_earlier_is_under_way",
             state.end_of_earlier == flow::EndEpoch::State::End::kUnderWay)
      .end_object();
  return http::Response{200, std::move(writer).take()};
}

Answer end_epoch_locally(const ControlServices& services, http::Request& request) {
  LK_TRY_VOID(services.end_epoch.end(services.stopping));
  return show_keys_locally(services, request);
}

}  // namespace leadkeep::api
