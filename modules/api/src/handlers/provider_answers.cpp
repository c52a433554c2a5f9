#include "handlers/provider_answers.h"

#include "http/cookies.h"
#include "http/page.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/identity/sign_on_requests.h>

namespace leadkeep::api {

void keep_request(http::Response& response, const SecretBytes& cookie, AnswerComes answer) {
  constexpr auto kLife = identity::SignOnRequests::kLife + identity::SignOnRequests::kAnswerLife;
  const auto set = answer == AnswerComes::kByLink ? &http::set_cookie_for_links
                                                  : &http::set_cookie_for_all_sites;
  response.fields.emplace_back(http::kSetCookie,
                               set(http::kSignOnCookie, as_text(cookie.expose()), kLife));
}

Answer sign_on_answer(const ApiContext& context, http::Request& request,
                      const Result<void>& taken) {
  if (!taken && taken.error().code == Errc::kNotFound) {
    return Fail{taken.error()};
  }
  const std::string& origin = context.services.proofs->origin();  // where there is a provider
  if (taken) {
    return http::moved_to(origin + "/");
  }
  log_info("SIGN_ON_REFUSED", Field{"request", request.id()},
           Field{"reason", Reason{taken.error()}});
  return http::refusal_page(http::Attempt::kSignIn, taken.error().code, origin,
                            request.id().text());
}

http::Response logout_departure(const identity::Session& session,
                                const std::optional<std::string>& next) {
  json::Writer writer;
  writer.begin_object();
  if (next) {
    writer.field("location", *next);
  }
  writer.end_object();
  http::Response response{200, std::move(writer).take()};
  drop_session(response, session);
  return response;
}

}  // namespace leadkeep::api
