#include "handlers/handlers.h"
#include "json/body.h"

namespace leadkeep::api {

Answer change_password(const ApiContext& context, http::Request& request,
                       const identity::Session& session) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"password", "new_password"}));
  LK_TRY(const auto present, members.secret("password"));
  LK_TRY(const auto fresh, members.secret("new_password"));
  LK_TRY(const auto opened, context.services.change_password.change(session, present, fresh));
  return opened_response(201, context, opened);
}

Answer set_password_locally(const ControlServices& services, http::Request& request) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"username", "password"}));
  LK_TRY(const auto username, members.string("username"));
  LK_TRY(const auto fresh, members.secret("password"));
  LK_TRY_VOID(services.change_password.set(username, fresh));
  return http::Response{204, {}};
}

}  // namespace leadkeep::api
