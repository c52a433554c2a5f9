#include "handlers/handlers.h"
#include "json/body.h"
#include "json/views.h"

#include <array>

namespace leadkeep::api {
namespace {

using identity::Action;

constexpr std::array kActions{
    Action::kReadInbox,    Action::kReadConversation, Action::kReadLead,
    Action::kReply,        Action::kWriteNote,        Action::kChangeConversation,
    Action::kAssignOthers, Action::kReadConsents,     Action::kRecordConsent,
    Action::kFollowEvents, Action::kListAgents,       Action::kManageAgents};

}  // namespace

Answer open_session(const ApiContext& context, http::Request& request) {
  identity::LoginAttempt attempt;
  {
    LK_TRY(const auto document, parse_body(request));
    LK_TRY(const auto members, Members::of(request, document.root(), {"username", "password"}));
    LK_TRY(attempt.username, members.string("username"));
    LK_TRY(const auto password, members.string("password"));
    attempt.password = SecretBytes::copy_of(as_bytes(password));
  }
  attempt.source = request.peer().address;
  LK_TRY(const auto opened, context.services.log_in.log_in(attempt));
  json::Writer writer;
  writer.begin_object()
      .field("token", as_text(opened.token.expose()))
      .field("expires_at", to_rfc3339(opened.session.expires_at()));
  write_agent_of(writer, opened.session);
  writer.end_object();
  return http::Response{201, std::move(writer).take()};
}

Answer show_session(const ApiContext& context, http::Request& request,
                    const identity::Session& session) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  json::Writer writer;
  writer.begin_object().field("expires_at", to_rfc3339(session.expires_at()));
  write_agent_of(writer, session);
  writer.key("actions").begin_array();
  for (const auto action : kActions) {
    if (context.services.authoriser.allows(session, action) == identity::Verdict::kAllowed) {
      writer.string(name_of(action));
    }
  }
  writer.end_array().end_object();
  return http::Response{200, std::move(writer).take()};
}

Answer close_session(const ApiContext& context, http::Request&, const identity::Session& session) {
  LK_TRY_VOID(context.services.log_in.log_out(session));
  return http::Response{204, {}};
}

}  // namespace leadkeep::api
