// routes/route.h — login path, request: a route names who may use it, or it does not compile
//
//   route(Verb::kGet, "/v1/leads/{id}", kPermit<Action::kReadLead>, kNoBody, handler)
//
// The access decides what the handler is given, so a handler that needs a Permit cannot be put
// behind anything that does not make one. There is no default, and no value that means "everyone"
// by leaving something out.
//
//   kPublic          (Request&)                        no proof at all
//   kLocalNetwork    (Request&)                        the peer's address is a local one
//   kClient          (Request&) or                     an approved program, or a page of ours
//                    (Request&, Caller&)
//   kLocalClient     as kClient                        the same, and the peer's address is a local one
//   kOperator        (Request&)                        came through the control socket
//   kRoot            (Request&)                        the same, and is root
//   kSession         (Request&, Session&)              the same, and any signed-in agent: a token of
//                                                      that program, or a browser's cookie and the
//                                                      proof of its key; not what the agent has
//                                                      given on, which is for kPermit only
//   kAnySession      (Request&, Session&)              the same, and what was given on
//   kPermit<Action>  (Request&, Permit<Action>&)       an agent whose roles allow the action
//                    (Request&, Permit<Action>&, Session&)
//                                                      of reading actions also a program by itself
//                    (Request&, Permit<Action>&, Session*)
//
// Order    proof first, then the body: a stranger's body is never read. It comes at the client's
//          pace, so the proof is looked at again behind it: who was signed out meanwhile is out.
#pragma once
#include "http/request.h"
#include "http/response.h"
#include "routes/door.h"

#include <leadkeep/base/event_log.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace leadkeep::api {

using Answer = Result<http::Response>;

struct Public {};

struct LocalNetwork {};

struct Client {};

struct LocalClient {};

struct Operator {};

struct Root {};

struct SignedIn {};

struct AnySession {};

template <identity::Action A>
struct Permitted {};

inline constexpr Public kPublic;
inline constexpr LocalNetwork kLocalNetwork;
inline constexpr Client kClient;
inline constexpr LocalClient kLocalClient;
inline constexpr Operator kOperator;
inline constexpr Root kRoot;
inline constexpr SignedIn kSession;
inline constexpr AnySession kAnySession;
template <identity::Action A>
inline constexpr Permitted<A> kPermit;

struct BodyLimit {
  std::size_t bytes;
};

inline constexpr BodyLimit kNoBody{0};

// A route that goes: since when, until when, and what to use instead (docs/api.md). RFC 9745, RFC 8594.
struct Retirement {
  Timestamp deprecated;
  Timestamp sunset;
  std::string_view instead;  // a path
};

struct Route {
  http::Verb verb;
  std::string_view path;  // a literal; a segment in braces stands for one segment of the request
  std::string_view access;
  std::size_t body_limit;
  std::function<Answer(const Door&, http::Request&)> serve;
  std::optional<Retirement> retirement = {};
};

[[nodiscard]] inline Route retired(Route route, const Retirement& retirement) {
  route.retirement = retirement;
  return route;
}

using ClientHandler = std::function<Answer(http::Request&, const identity::Caller&)>;

namespace detail {

// Records that the request was refused before it entered a path.
[[nodiscard]] Fail refused(const Door& door, const std::optional<identity::Actor>& actor,
                           Error error);
[[nodiscard]] Result<identity::Caller> admit(const Door& door, http::Request& request);

// The first look at a request, which is where it counts; behind the body admit() looks again.
[[nodiscard]] Result<identity::Caller> enter(const Door& door, http::Request& request);
// Kept until the answer is made.
[[nodiscard]] Result<std::optional<Quotas::Place>> place_for(const Door& door,
                                                             const identity::Caller& caller,
                                                             const identity::Actor& actor,
                                                             http::Request& request);
// The session that the request shows; it counts as one more of its agent.
[[nodiscard]] Result<void> count(const Door& door, const identity::Session& session,
                                 http::Request& request);
// A token, or the cookie of a page.
[[nodiscard]] bool shows_session(const Door& door, const http::Request& request);
// What the request shows, looked at once; whose session it is, as often as somebody asks.
[[nodiscard]] Result<identity::ShownSession> shown_session(const Door& door, http::Request& request,
                                                           const identity::Caller& caller);
[[nodiscard]] Result<identity::Session> resume(const Door& door,
                                               const identity::ShownSession& shown,
                                               Use use = Use::kByAgent);
[[nodiscard]] Route client_route(http::Verb verb, std::string_view path, BodyLimit limit,
                                 ClientHandler handler);
[[nodiscard]] Route local_client_route(http::Verb verb, std::string_view path, BodyLimit limit,
                                       ClientHandler handler);
[[nodiscard]] Result<void> require_local_network(const Door& door, const http::Request& request);
[[nodiscard]] Result<void> require_operator(const Door& door, const http::Request& request);
[[nodiscard]] Result<void> require_root(const Door& door, const http::Request& request);

}  // namespace detail

using PlainHandler = std::function<Answer(http::Request&)>;
using SessionHandler = std::function<Answer(http::Request&, const identity::Session&)>;

[[nodiscard]] Route route(http::Verb verb, std::string_view path, Public, BodyLimit limit,
                          PlainHandler handler);
[[nodiscard]] Route route(http::Verb verb, std::string_view path, LocalNetwork, BodyLimit limit,
                          PlainHandler handler);
[[nodiscard]] Route route(http::Verb verb, std::string_view path, Operator, BodyLimit limit,
                          PlainHandler handler);
[[nodiscard]] Route route(http::Verb verb, std::string_view path, Root, BodyLimit limit,
                          PlainHandler handler);
[[nodiscard]] Route route(http::Verb verb, std::string_view path, SignedIn, BodyLimit limit,
                          SessionHandler handler);
[[nodiscard]] Route route(http::Verb verb, std::string_view path, AnySession, BodyLimit limit,
                          SessionHandler handler);

// The caller is for those who ask for it.
template <class Handler>
[[nodiscard]] ClientHandler client_handler(Handler handler) {
  if constexpr (std::is_invocable_r_v<Answer, Handler, http::Request&, const identity::Caller&>) {
    return handler;
  } else {
    return [handler = std::move(handler)](http::Request& request, const identity::Caller&) {
      return handler(request);
    };
  }
}

template <class Handler>
[[nodiscard]] Route route(http::Verb verb, std::string_view path, Client, BodyLimit limit,
                          Handler handler) {
  return detail::client_route(verb, path, limit, client_handler(std::move(handler)));
}

template <class Handler>
[[nodiscard]] Route route(http::Verb verb, std::string_view path, LocalClient, BodyLimit limit,
                          Handler handler) {
  return detail::local_client_route(verb, path, limit, client_handler(std::move(handler)));
}

namespace detail {

template <identity::Action A, class Handler>
inline constexpr bool kTakesFollower =
    std::is_invocable_r_v<Answer, Handler, http::Request&, const identity::Permit<A>&,
                          const identity::Session* const&>;

// With nobody signed in.
template <identity::Action A, class Handler>
[[nodiscard]] Answer serve_program(const Door& door, const identity::Caller& caller,
                                   BodyLimit limit, const Handler& handler, http::Request& request,
                                   const identity::Permit<A>& permit) {
  LK_TRY_VOID(request.read_body(limit.bytes));
  LK_TRY(const auto place, place_for(door, caller, permit.actor(), request));
  if constexpr (kTakesFollower<A, Handler>) {
    const identity::Session* const nobody = nullptr;
    return handler(request, permit, nobody);
  } else {
    return handler(request, permit);
  }
}

}  // namespace detail

template <identity::Action A, class Handler>
[[nodiscard]] Route route(http::Verb verb, std::string_view path, Permitted<A>, BodyLimit limit,
                          Handler handler) {
  using Permit = identity::Permit<A>;
  constexpr bool kTakesSession = std::is_invocable_r_v<Answer, Handler, http::Request&,
                                                       const Permit&, const identity::Session&>;
  constexpr bool kTakesFollower = detail::kTakesFollower<A, Handler>;
  // Whoever only listens is not there for that.
  constexpr Use kUse = A == identity::Action::kFollowEvents ? Use::kByItself : Use::kByAgent;
  static_assert(kTakesSession || kTakesFollower ||
                    std::is_invocable_r_v<Answer, Handler, http::Request&, const Permit&>,
                "the handler does not take the permit that the access of this route makes");
  return {
      verb, path, name_of(A), limit.bytes,
      [limit, handler = std::move(handler)](const Door& door, http::Request& request) -> Answer {
        LK_TRY(const auto caller, detail::enter(door, request));
        if constexpr (identity::is_for_programs(A)) {
          if (!detail::shows_session(door, request)) {
            auto permit = door.authoriser.permit<A>(caller);
            return permit ? detail::serve_program<A>(door, caller, limit, handler, request,
                                                     permit.value())
                          : detail::refused(door, identity::actor_of(caller),
                                            std::move(permit).error());
          }
        }
        LK_TRY(auto shown, detail::shown_session(door, request, caller));
        const auto prove = [&]() -> Result<std::pair<identity::Session, Permit>> {
          LK_TRY(auto session, detail::resume(door, shown, kUse));
          auto permit = door.authoriser.permit<A>(session);
          if (!permit) {
            return detail::refused(door, identity::actor_of(session), std::move(permit).error());
          }
          return std::pair{std::move(session), std::move(permit).value()};
        };
        LK_TRY(auto proven, prove());
        LK_TRY_VOID(detail::count(door, proven.first, request));
        LK_TRY_VOID(request.read_body(limit.bytes));
        if (limit.bytes > 0) {
          LK_TRY(shown.caller, detail::admit(door, request));
          LK_TRY(proven, prove());
        }
        const auto& [session, permit] = proven;
        LK_TRY(const auto place, detail::place_for(door, caller, permit.actor(), request));
        if constexpr (kTakesSession) {
          return handler(request, permit, session);
        } else if constexpr (kTakesFollower) {
          const identity::Session* const somebody = &session;
          return handler(request, permit, somebody);
        } else {
          return handler(request, permit);
        }
      }};
}

}  // namespace leadkeep::api
