#include "handlers/handlers.h"
#include "handlers/provider_answers.h"
#include "http/cookies.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/flow/oidc_logout.h>
#include <leadkeep/flow/oidc_sign_on.h>

namespace leadkeep::api {

Answer show_oidc_keys(const ApiContext& context, http::Request& request) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(auto keys, context.services.oidc_sign_on.published_keys());
  http::Response response{200, std::move(keys)};
  response.content_type = "application/jwk-set+json";
  return response;
}

Answer begin_oidc_log_in(const ApiContext& context, http::Request& request) {
  LK_TRY(const auto query, http::Query::parse(request, {"provider"}));
  LK_TRY(const auto departure,
         context.services.oidc_sign_on.begin_log_in(query.find("provider").value_or("")));
  http::Response response = http::moved_to(departure.location);
  keep_request(response, departure.cookie, AnswerComes::kByLink);
  return response;
}

Answer begin_oidc_step_up(const ApiContext& context, http::Request& request,
                          const identity::Session& session) {
  LK_TRY(const auto query, http::Query::parse(request, {"provider"}));
  LK_TRY(const auto departure,
         context.services.oidc_sign_on.begin_step_up(query.find("provider").value_or(""), session));
  json::Writer writer;
  writer.begin_object().field("location", departure.location).end_object();
  http::Response response{200, std::move(writer).take()};
  keep_request(response, departure.cookie, AnswerComes::kByLink);
  return response;
}

// Providers add parameters of their own, which mean nothing here; one that counts and stands twice is
// refused.
Answer take_oidc_answer(const ApiContext& context, http::Request& request) {
  LK_TRY(const auto query, http::Query::parse_leniently(request));
  return sign_on_answer(context, request,
                        context.services.oidc_sign_on.take(
                            {request.parameter(), request.cookie(http::kSignOnCookie).value_or(""),
                             query.find("state").value_or(""), query.find("iss").value_or(""),
                             query.find("code").value_or(""), request.source()}));
}

Answer begin_oidc_logout(const ApiContext& context, http::Request& request,
                         const identity::Session& session) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto next, context.services.oidc_logout.begin(session));
  return logout_departure(session, next);
}

// From server to server. A refusal is 400, as Back-Channel Logout 1.0 section 2.8 says.
Answer take_oidc_logout(const ApiContext& context, http::Request& request) {
  if (!request.head().is_of_type("application/x-www-form-urlencoded")) {
    return request.refuse(415, "A logout token is posted as a form.");
  }
  LK_TRY(const auto form, http::Query::parse_form(request));
  const auto token = form.find("logout_token");
  if (!token) {
    return request.refuse(400, "The form holds no logout_token.");
  }
  const auto taken = context.services.oidc_logout.take(request.parameter(), *token);
  if (taken) {
    return http::Response{200, "{}"};
  }
  if (taken.error().code != Errc::kUnauthenticated) {
    return Fail{taken.error()};
  }
  log_info("SINGLE_LOGOUT_REFUSED", Field{"request", request.id()},
           Field{"reason", Reason{taken.error()}});
  return request.refuse(400,
                        "This is no logout token of that provider, or one that was taken before.");
}

}  // namespace leadkeep::api
