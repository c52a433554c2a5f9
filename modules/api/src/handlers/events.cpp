#include "handlers/handlers.h"
#include "http/cookies.h"

namespace leadkeep::api {

namespace {

// A browser's session was found by its cookie, and nothing else's. A program by itself has none.
Result<SecretBytes> token_of(const http::Request& request, const identity::Session* session) {
  if (session == nullptr) {
    return SecretBytes{};
  }
  if (session->device_key()) {
    return SecretBytes::copy_of(as_bytes(request.cookie(http::kSessionCookie).value_or("")));
  }
  LK_TRY(const ByteView token, request.bearer_token());
  return SecretBytes::copy_of(token);
}

}  // namespace

Answer follow_events(const ApiContext& context, http::Request& request,
                     const identity::Permit<identity::Action::kFollowEvents>& permit,
                     const identity::Session* session) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(auto token, token_of(request, session));
  LK_TRY_VOID(context.services.show_inbox.follow(permit));
  const http::Peer& peer = request.peer();
  return context.events.open({peer.certificate, peer.address, std::move(token),
                              session == nullptr ? std::nullopt : session->device_key()},
                             request.head().field("last-event-id"));
}

}  // namespace leadkeep::api
