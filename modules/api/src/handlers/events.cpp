#include "handlers/handlers.h"
#include "http/cookies.h"

namespace leadkeep::api {

Answer follow_events(const ApiContext& context, http::Request& request,
                     const identity::Permit<identity::Action::kFollowEvents>& permit,
                     const identity::Session& session) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  const auto shown = shown_again(request, session);
  LK_TRY_VOID(context.services.show_inbox.follow(permit));
  return context.events.open(shown, request.head().field("last-event-id"));
}

}  // namespace leadkeep::api
