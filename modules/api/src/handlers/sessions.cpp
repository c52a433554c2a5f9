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
    LK_TRY(const auto members,
           Members::of(request, document.root(), {"username", "password", "second_factor"}));
    LK_TRY(attempt.username, members.string("username"));
    LK_TRY(attempt.password, members.secret("password"));
    LK_TRY(attempt.second_factor, members.find_secret("second_factor"));
  }
  attempt.source = request.peer().address;
  LK_TRY(const auto opened, context.services.log_in.log_in(attempt));
  json::Writer writer;
  writer.begin_object();
  write_opened_session(writer, opened);
  writer.end_object();
  return http::Response{201, std::move(writer).take()};
}

Answer show_session(const ApiContext& context, http::Request& request,
                    const identity::Session& session) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  json::Writer writer;
  writer.begin_object();
  write_session(writer, session);
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
