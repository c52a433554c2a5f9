#include "handlers/handlers.h"
#include "http/cookies.h"

#include <leadkeep/base/text.h>

#include <chrono>

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
  LK_TRY(const ByteView token, request.token());
  return SecretBytes::copy_of(token);
}

EventStreams::Follower follower_of(const http::Request& request, SecretBytes token,
                                   const identity::Session* session) {
  return {request.credential(), request.source(), std::move(token),
          session == nullptr ? std::nullopt : session->device_key()};
}

Result<std::chrono::seconds> wait_of(http::Request& request, const http::Query& query) {
  constexpr std::chrono::seconds kMost{60};
  const auto wait = query.find("wait");
  if (!wait) {
    return std::chrono::seconds{0};
  }
  const auto seconds = parse_unsigned(*wait);
  if (!seconds || *seconds > static_cast<std::uint64_t>(kMost.count())) {
    return request.refuse(400, "A wait is a number of seconds from 0 to 60.", "wait");
  }
  return std::chrono::seconds{*seconds};
}

}  // namespace

Answer follow_events(const ApiContext& context, http::Request& request,
                     const identity::Permit<identity::Action::kFollowEvents>& permit,
                     const identity::Session* session) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(auto token, token_of(request, session));
  LK_TRY_VOID(context.services.show_inbox.follow(permit));
  return context.events.open(follower_of(request, std::move(token), session),
                             request.head().field("last-event-id"));
}

Answer poll_events(const ApiContext& context, http::Request& request,
                   const identity::Permit<identity::Action::kFollowEvents>& permit,
                   const identity::Session* session) {
  LK_TRY(const auto query, http::Query::parse(request, {"cursor", "wait"}));
  LK_TRY(const auto wait, wait_of(request, query));
  LK_TRY(auto token, token_of(request, session));
  const auto cursor = query.find("cursor").value_or("");
  if (!context.events.goes_on_from(cursor)) {
    LK_TRY_VOID(context.services.show_inbox.follow(permit));
  }
  return context.events.poll(follower_of(request, std::move(token), session), cursor, wait);
}

}  // namespace leadkeep::api
