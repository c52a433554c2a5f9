#include "handlers/handlers.h"
#include "http/cookies.h"

namespace leadkeep::api {

Answer follow_events(const ApiContext& context, http::Request& request,
                     const identity::Permit<identity::Action::kFollowEvents>& permit,
                     const identity::Session& session) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  // A browser's session was found by its cookie, and nothing else's.
  auto token = session.device_key()
                   ? Result{as_bytes(request.cookie(http::kSessionCookie).value_or(""))}
                   : request.bearer_token();
  LK_TRY(const ByteView shown, std::move(token));
  LK_TRY_VOID(context.services.show_inbox.follow(permit));
  return context.events.open({shown, session.device_key()}, request.head().field("last-event-id"));
}

}  // namespace leadkeep::api
