#include "handlers/handlers.h"
#include "json/passkey_json.h"
#include "json/views.h"

namespace leadkeep::api {

Answer ask_for_passkey(const ApiContext& context, http::Request&) {
  LK_TRY(const auto question, context.services.log_in.ask_for_passkey());
  return http::Response{200, request_options(question)};
}

Answer ask_for_passkey_again(const ApiContext& context, http::Request&,
                             const identity::Session& session) {
  LK_TRY(const auto question, context.services.log_in.ask_for_passkey(session));
  return http::Response{200, request_options(question)};
}

Answer ask_for_new_passkey(const ApiContext& context, http::Request&,
                           const identity::Session& session) {
  LK_TRY(const auto question, context.services.enrol_passkey.ask(session));
  return http::Response{200, creation_options(question, session)};
}

Answer enrol_passkey(const ApiContext& context, http::Request& request,
                     const identity::Session& session) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"name", "passkey"}));
  LK_TRY(const auto name, members.string("name"));
  LK_TRY(const auto registration, parse_registration(members, "passkey"));
  LK_TRY(const auto enrolled, context.services.enrol_passkey.enrol(session, name, registration));
  json::Writer writer;
  writer.begin_object().field("id", enrolled.id.text());
  write_recovery_codes(writer, enrolled.recovery_codes);
  return opened_response(201, std::move(writer), context, enrolled.session);
}

Answer remove_passkey(const ApiContext& context, http::Request& request,
                      const identity::Session& session) {
  LK_TRY(const auto id, id_of<identity::PasskeyId>(request));
  LK_TRY(const auto opened, context.services.enrol_passkey.remove(session, id));
  return opened_response(200, context, opened);
}

}  // namespace leadkeep::api
