#include "routes/route.h"

namespace leadkeep::api {
namespace detail {

Fail refused(const Door& door, const std::optional<identity::Actor>& actor, Error error) {
  door.record_refusal(actor, error.code);
  return Fail{std::move(error)};
}

Result<identity::Session> find_session(const Door& door, const http::Request& request) {
  auto token = request.bearer_token();
  if (!token) {
    return refused(door, std::nullopt, std::move(token).error());
  }
  auto session = door.resume(token.value());
  if (!session && session.error().code == Errc::kUnauthenticated) {
    return refused(door, std::nullopt, std::move(session).error());
  }
  return session;
}

Result<void> require_local_network(const Door& door, const http::Request& request) {
  if (http::place_of(request.peer().address) == http::NetworkPlace::kLocal) {
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

}  // namespace detail

Route route(http::Verb verb, std::string_view path, Public, BodyLimit limit, PlainHandler handler) {
  return {verb, path, "public", limit.bytes,
          [limit, handler = std::move(handler)](const Door&, http::Request& request) -> Answer {
            LK_TRY_VOID(request.read_body(limit.bytes));
            return handler(request);
          }};
}

Route route(http::Verb verb, std::string_view path, LocalNetwork, BodyLimit limit,
            PlainHandler handler) {
  return {
      verb, path, "local_network", limit.bytes,
      [limit, handler = std::move(handler)](const Door& door, http::Request& request) -> Answer {
        LK_TRY_VOID(detail::require_local_network(door, request));
        LK_TRY_VOID(request.read_body(limit.bytes));
        return handler(request);
      }};
}

Route route(http::Verb verb, std::string_view path, Operator, BodyLimit limit,
            PlainHandler handler) {
  return {
      verb, path, "operator", limit.bytes,
      [limit, handler = std::move(handler)](const Door& door, http::Request& request) -> Answer {
        LK_TRY_VOID(detail::require_operator(door, request));
        LK_TRY_VOID(request.read_body(limit.bytes));
        return handler(request);
      }};
}

Route route(http::Verb verb, std::string_view path, Root, BodyLimit limit, PlainHandler handler) {
  return {
      verb, path, "root", limit.bytes,
      [limit, handler = std::move(handler)](const Door& door, http::Request& request) -> Answer {
        LK_TRY_VOID(detail::require_root(door, request));
        LK_TRY_VOID(request.read_body(limit.bytes));
        return handler(request);
      }};
}

Route route(http::Verb verb, std::string_view path, SignedIn, BodyLimit limit,
            SessionHandler handler) {
  return {
      verb, path, "session", limit.bytes,
      [limit, handler = std::move(handler)](const Door& door, http::Request& request) -> Answer {
        LK_TRY(auto session, detail::find_session(door, request));
        LK_TRY_VOID(request.read_body(limit.bytes));
        if (limit.bytes > 0) {
          LK_TRY(session, detail::find_session(door, request));
        }
        return handler(request, session);
      }};
}

}  // namespace leadkeep::api
