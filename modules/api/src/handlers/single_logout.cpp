#include "handlers/handlers.h"
#include "handlers/provider_answers.h"
#include "http/page.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/flow/single_logout.h>

namespace leadkeep::api {

Answer begin_saml_logout(const ApiContext& context, http::Request& request,
                         const identity::Session& session) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto next, context.services.single_logout.begin(session));
  return logout_departure(session, next);
}

// The query is signed as it stands, so nobody has taken it apart before. A person sees what comes of
// it, so it is a page whatever happens.
Answer take_saml_logout(const ApiContext& context, http::Request& request) {
  const auto taken = context.services.single_logout.take(request.head().query());
  if (taken) {
    return http::moved_to(taken.value().value_or(context.services.proofs->origin() + "/"));
  }
  if (taken.error().code == Errc::kNotFound) {
    return Fail{taken.error()};
  }
  log_info("SINGLE_LOGOUT_REFUSED", Field{"request", request.id()},
           Field{"reason", Reason{taken.error()}});
  return http::refusal_page(http::Attempt::kSignOut, taken.error().code,
                            context.services.proofs->origin(), request.id().text());
}

}  // namespace leadkeep::api
