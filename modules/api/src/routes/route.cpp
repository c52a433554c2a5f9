#include "routes/route.h"

#include "http/cookies.h"

namespace leadkeep::api {
namespace detail {

Fail refused(const Door& door, const std::optional<identity::Actor>& actor, Error error) {
  door.record_refusal(actor, error.code);
  return Fail{std::move(error)};
}

Result<identity::Caller> admit(const Door& door, http::Request& request) {
  return door.admit ? door.admit(request)
                    : fail(Errc::kClientNotApproved, "request: no clients at this door");
}

Result<identity::Caller> enter(const Door& door, http::Request& request) {
  LK_TRY(auto caller, admit(door, request));
  if (door.quotas != nullptr) {
    LK_TRY_VOID(door.quotas->count(caller, request));
  }
  return caller;
}

Result<std::optional<Quotas::Place>> place_for(const Door& door, const identity::Caller& caller,
                                               const identity::Actor& actor,
                                               http::Request& request) {
  if (door.quotas == nullptr) {
    return std::optional<Quotas::Place>{};
  }
  LK_TRY(auto place, door.quotas->place_for(caller, actor.agent, request));
  return std::optional{std::move(place)};
}

Result<void> count(const Door& door, const identity::Session& session, http::Request& request) {
  return door.quotas == nullptr ? Result<void>{} : door.quotas->count(session.agent(), request);
}

bool shows_session(const Door& door, const http::Request& request) {
  return request.head().field("authorization") ||
         (door.browser.has_pages() && request.cookie(http::kSessionCookie));
}

// What a program sends goes before what a browser sends by itself.
Result<identity::ShownSession> shown_session(const Door& door, http::Request& request,
                                             const identity::Caller& caller) {
  const auto nobody = identity::actor_of(caller);
  const std::string_view source = request.source();
  const auto cookie = request.head().field("authorization") || !door.browser.has_pages()
                          ? std::nullopt
                          : request.cookie(http::kSessionCookie);
  if (!cookie) {
    auto token = request.token();
    return token ? Result{identity::ShownSession{caller, token.value(), std::nullopt, source}}
                 : refused(door, nobody, std::move(token).error());
  }
  auto key = door.browser.prove_key(request);
  if (key) {
    return identity::ShownSession{caller, as_bytes(*cookie), key.value(), source};
  }
  // A proof with an old nonce is the way to a new one.
  return key.error().code == Errc::kDpopNonce ? Fail{std::move(key).error()}
                                              : refused(door, nobody, std::move(key).error());
}

Result<identity::Session> resume(const Door& door, const identity::ShownSession& shown, Use use) {
  auto session = door.resume(shown, use);
  if (!session && session.error().code == Errc::kUnauthenticated) {
    return refused(door, identity::actor_of(shown.caller), std::move(session).error());
  }
  return session;
}

Result<void> require_local_network(const Door& door, const http::Request& request) {
  if (http::place_of(request.source()) == http::NetworkPlace::kLocal) {
    return {};
  }
  return refused(door, std::nullopt, {Errc::kForbidden, "request: not from the local network"});
}

Result<void> require_operator(const Door& door, const http::Request& request) {
  if (request.peer().kind == http::PeerKind::kOperator) {
    return {};
  }
  return refused(door, std::nullopt, {Errc::kForbidden, "request: not from the control socket"});
}

Result<void> require_root(const Door& door, const http::Request& request) {
  if (request.peer().kind == http::PeerKind::kOperator && request.peer().user == 0U) {
    return {};
  }
  return refused(door, std::nullopt, {Errc::kForbidden, "only root may do this"});
}

namespace {

enum class From : std::uint8_t { kAnywhere, kLocalNetwork };

std::function<Answer(const Door&, http::Request&)> through_client(From from, BodyLimit limit,
                                                                  ClientHandler handler) {
  return [=, handler = std::move(handler)](const Door& door, http::Request& request) -> Answer {
    LK_TRY(auto caller, enter(door, request));
    if (from == From::kLocalNetwork) {
      LK_TRY_VOID(require_local_network(door, request));
    }
    LK_TRY_VOID(request.read_body(limit.bytes));
    if (limit.bytes > 0) {
      LK_TRY(caller, admit(door, request));
    }
    return handler(request, caller);
  };
}

}  // namespace

Route client_route(http::Verb verb, std::string_view path, BodyLimit limit, ClientHandler handler) {
  return {verb, path, "client", limit.bytes,
          through_client(From::kAnywhere, limit, std::move(handler))};
}

Route local_client_route(http::Verb verb, std::string_view path, BodyLimit limit,
                         ClientHandler handler) {
  return {verb, path, "local_client", limit.bytes,
          through_client(From::kLocalNetwork, limit, std::move(handler))};
}

}  // namespace detail

namespace {

// Who asks is told by the connection alone.
template <Result<void> (*require)(const Door&, const http::Request&)>
Route behind(http::Verb verb, std::string_view path, std::string_view access, BodyLimit limit,
             PlainHandler handler) {
  return {
      verb, path, access, limit.bytes,
      [limit, handler = std::move(handler)](const Door& door, http::Request& request) -> Answer {
        LK_TRY_VOID(require(door, request));
        LK_TRY_VOID(request.read_body(limit.bytes));
        return handler(request);
      }};
}

}  // namespace

Route route(http::Verb verb, std::string_view path, Public, BodyLimit limit, PlainHandler handler) {
  return {verb, path, "public", limit.bytes,
          [limit, handler = std::move(handler)](const Door&, http::Request& request) -> Answer {
            LK_TRY_VOID(request.read_body(limit.bytes));
            return handler(request);
          }};
}

Route route(http::Verb verb, std::string_view path, LocalNetwork, BodyLimit limit,
            PlainHandler handler) {
  return behind<detail::require_local_network>(verb, path, "local_network", limit,
                                               std::move(handler));
}

Route route(http::Verb verb, std::string_view path, Operator, BodyLimit limit,
            PlainHandler handler) {
  return behind<detail::require_operator>(verb, path, "operator", limit, std::move(handler));
}

Route route(http::Verb verb, std::string_view path, Root, BodyLimit limit, PlainHandler handler) {
  return behind<detail::require_root>(verb, path, "root", limit, std::move(handler));
}

namespace {

enum class Takes : std::uint8_t { kOwnSessions, kAnySession };

Result<identity::Session> session_for(const Door& door, const identity::ShownSession& shown,
                                      Takes takes) {
  LK_TRY(auto session, detail::resume(door, shown));
  if (takes == Takes::kOwnSessions && session.delegated_for()) {
    return detail::refused(door, identity::actor_of(session),
                           {Errc::kForbidden, "session: it was given on"});
  }
  return session;
}

Route session_route(http::Verb verb, std::string_view path, Takes takes, BodyLimit limit,
                    SessionHandler handler) {
  return {verb, path, "session", limit.bytes,
          [=, handler = std::move(handler)](const Door& door, http::Request& request) -> Answer {
            LK_TRY(const auto caller, detail::enter(door, request));
            LK_TRY(auto shown, detail::shown_session(door, request, caller));
            LK_TRY(auto session, session_for(door, shown, takes));
            LK_TRY_VOID(detail::count(door, session, request));
            LK_TRY_VOID(request.read_body(limit.bytes));
            if (limit.bytes > 0) {
              LK_TRY(shown.caller, detail::admit(door, request));
              LK_TRY(session, session_for(door, shown, takes));
            }
            return handler(request, session);
          }};
}

}  // namespace

Route route(http::Verb verb, std::string_view path, SignedIn, BodyLimit limit,
            SessionHandler handler) {
  return session_route(verb, path, Takes::kOwnSessions, limit, std::move(handler));
}

Route route(http::Verb verb, std::string_view path, AnySession, BodyLimit limit,
            SessionHandler handler) {
  return session_route(verb, path, Takes::kAnySession, limit, std::move(handler));
}

}  // namespace leadkeep::api
