#include "handlers/handlers.h"

namespace leadkeep::api {

Answer follow_events(const ApiContext& context, http::Request& request,
                     const identity::Permit<identity::Action::kFollowEvents>& permit) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto token, request.bearer_token());
  LK_TRY_VOID(context.services.show_inbox.follow(permit));
  return context.events.open(token, request.head().field("last-event-id"));
}

}  // namespace leadkeep::api
