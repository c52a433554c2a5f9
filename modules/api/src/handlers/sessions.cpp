#include "handlers/handlers.h"
#include "json/body.h"
#include "json/passkey_json.h"
#include "json/views.h"

#include <array>

namespace leadkeep::api {
namespace {

using identity::Action;

constexpr std::array kActions{
    Action::kReadInbox,    Action::kReadConversation, Action::kReadLead,
    Action::kReply,        Action::kWriteNote,        Action::kChangeConversation,
    Action::kAssignOthers, Action::kReadConsents,     Action::kRecordConsent,
    Action::kFollowEvents, Action::kListAgents,       Action::kManageAgents,
    Action::kListAccounts};

enum class Typed : std::uint8_t { kNameAndProofs, kProofs };

// {"passkey": …} and nothing beside it, or what somebody typed.
Result<identity::LoginAttempt> parse_attempt(http::Request& request, Typed typed) {
  LK_TRY(const auto document, parse_body(request));
  identity::LoginAttempt attempt;
  attempt.source = request.peer().address;
  if (!document.root()["passkey"].is_absent()) {
    LK_TRY(const auto members, Members::of(request, document.root(), {"passkey"}));
    LK_TRY(attempt.passkey, parse_assertion(members, "passkey"));
    return attempt;
  }
  const bool with_name = typed == Typed::kNameAndProofs;
  LK_TRY(const auto members,
         with_name
             ? Members::of(request, document.root(), {"username", "password", "second_factor"})
             : Members::of(request, document.root(), {"password", "second_factor"}));
  if (with_name) {
    LK_TRY(attempt.username, members.string("username"));
  }
  LK_TRY(attempt.password, members.secret("password"));
  LK_TRY(attempt.second_factor, members.find_secret("second_factor"));
  return attempt;
}

}  // namespace

Answer open_session(const ApiContext& context, http::Request& request) {
  LK_TRY(const auto attempt, parse_attempt(request, Typed::kNameAndProofs));
  LK_TRY(const auto opened, context.services.log_in.log_in(attempt));
  return opened_response(201, opened);
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

Answer open_break_glass(const ApiContext& context, http::Request& request) {
  LK_TRY(const auto code, parse_secret(request, "code"));
  LK_TRY(const auto opened, context.services.open_break_glass.open(code, request.peer().address));
  return opened_response(201, opened);
}

Answer step_up(const ApiContext& context, http::Request& request,
               const identity::Session& session) {
  LK_TRY(auto attempt, parse_attempt(request, Typed::kProofs));
  LK_TRY(const auto opened, context.services.log_in.step_up(session, std::move(attempt)));
  return opened_response(201, opened);
}

Answer list_sessions(const ApiContext& context, http::Request& request,
                     const identity::Session& session) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto sessions, context.services.own_sessions.list(session));
  const auto write = [&](json::Writer& writer, const identity::SessionSummary& one) {
    writer.begin_object()
        .field("id", one.id.text())
        .field("created_at", to_rfc3339(one.created_at))
        .field("last_used_at", to_rfc3339(one.last_used_at))
        .field("expires_at", to_rfc3339(one.expires_at))
        .field("assurance", name_of(one.assurance))
        .field("source", one.source)
        .field("current", one.id == session.id())
        .end_object();
  };
  return http::Response{200, list_to_json(sessions, std::nullopt, write)};
}

Answer list_log_ins(const ApiContext& context, http::Request& request,
                    const identity::Session& session) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto log_ins, context.services.own_sessions.log_ins(session));
  const auto write = [](json::Writer& writer, const identity::PastLogIn& one) {
    writer.begin_object()
        .field("at", to_rfc3339(one.at))
        .field("let_in", one.outcome == identity::PastLogIn::Outcome::kLetIn)
        .field("how", one.how)
        .field("source", one.source)
        .end_object();
  };
  return http::Response{200, list_to_json(log_ins, std::nullopt, write)};
}

Answer end_session(const ApiContext& context, http::Request& request,
                   const identity::Session& session) {
  LK_TRY(const auto id, id_of<identity::SessionId>(request));
  LK_TRY_VOID(context.services.own_sessions.end(session, id));
  return http::Response{204, {}};
}

Answer end_sessions(const ApiContext& context, http::Request&, const identity::Session& session) {
  LK_TRY_VOID(context.services.own_sessions.end_all(session));
  return http::Response{204, {}};
}

Answer close_session(const ApiContext& context, http::Request&, const identity::Session& session) {
  LK_TRY_VOID(context.services.log_in.log_out(session));
  return http::Response{204, {}};
}

}  // namespace leadkeep::api
