#include "handlers/handlers.h"
#include "http/cookies.h"
#include "json/body.h"
#include "json/passkey_json.h"
#include "json/views.h"

#include <leadkeep/flow/sign_on.h>

#include <array>
#include <initializer_list>

namespace leadkeep::api {
namespace {

using identity::Action;

constexpr std::chrono::minutes kUsualDelegation{60};
constexpr std::chrono::minutes kLongestDelegation{480};

constexpr std::array kActions{
    Action::kReadInbox,    Action::kReadConversation, Action::kReadLead,
    Action::kReply,        Action::kWriteNote,        Action::kChangeConversation,
    Action::kAssignOthers, Action::kReadConsents,     Action::kRecordConsent,
    Action::kFollowEvents, Action::kListAgents,       Action::kManageAgents,
    Action::kListAccounts, Action::kListClients,      Action::kManageClients};

// The cookie's two halves; nothing for what is no such cookie.
std::optional<identity::ShownDevice> shown_device(const http::Request& request,
                                                  const identity::DeviceKey& key) {
  const std::string_view cookie = request.cookie(http::kDeviceCookie).value_or("");
  const auto dot = cookie.find('.');
  if (dot == std::string_view::npos) {
    return std::nullopt;
  }
  const auto id = identity::DeviceId::parse(cookie.substr(0, dot));
  if (!id) {
    return std::nullopt;
  }
  return identity::ShownDevice{*id, SecretBytes::copy_of(as_bytes(cookie.substr(dot + 1))), key};
}

// The key that the session will be bound to, and what the browser has in its cookies.
Result<void> read_browser(const ApiContext& context, http::Request& request,
                          identity::LoginAttempt& attempt) {
  LK_TRY(attempt.device_key, context.browser.prove_key(request));
  attempt.device = shown_device(request, *attempt.device_key);
  attempt.session_before =
      SecretBytes::copy_of(as_bytes(request.cookie(http::kSessionCookie).value_or("")));
  return {};
}

Result<void> refuse_each(const Members& members, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (members.has(name)) {
      return members.refuse(name);
    }
  }
  return {};
}

// The request that an identity provider has answered in this browser.
Result<identity::SignOnRequest> answered_request(const ApiContext& context,
                                                 const http::Request& request) {
  auto answered =
      context.services.sign_on.request_of(request.cookie(http::kSignOnCookie).value_or(""));
  if (!answered) {
    context.services.refuse.record_log_in(std::nullopt, "H-02", request.source());
    return fail(Errc::kUnauthenticated, "log-in: no answer of an identity provider");
  }
  return *std::move(answered);
}

// {"passkey": …} alone, {"sign_on": true} and maybe a second factor, or what somebody typed.
Result<void> read_proofs(const ApiContext& context, const http::Request& request,
                         const Members& members, identity::LoginAttempt& attempt) {
  if (members.has("passkey")) {
    LK_TRY_VOID(refuse_each(
        members, {"username", "password", "second_factor", "email_transaction", "sign_on"}));
    LK_TRY(attempt.passkey, parse_assertion(members, "passkey"));
    return {};
  }
  LK_TRY(attempt.second_factor, members.find_secret("second_factor"));
  LK_TRY(const bool by_sign_on, members.flag("sign_on"));
  if (by_sign_on) {
    LK_TRY_VOID(refuse_each(members, {"username", "password", "email_transaction"}));
    LK_TRY(attempt.sign_on, answered_request(context, request));
    return {};
  }
  LK_TRY(attempt.password, members.secret("password"));
  return {};
}

// What the answer was kept under is of no use any more.
http::Response without_sign_on(http::Response response, bool by_sign_on) {
  if (by_sign_on) {
    response.fields.emplace_back(http::kSetCookie, http::drop_cookie(http::kSignOnCookie));
  }
  return response;
}

http::Response signed_out(const identity::Session& session) {
  http::Response response{204, {}};
  drop_session(response, session);
  return response;
}

}  // namespace

Answer open_session(const ApiContext& context, http::Request& request,
                    const identity::Caller& caller) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(),
                                         {"username", "password", "second_factor",
                                          "email_transaction", "passkey", "sign_on", "cookie"}));
  identity::LoginAttempt attempt{caller};
  attempt.source = request.source();
  LK_TRY(const bool in_browser, members.flag("cookie"));
  LK_TRY(const bool by_sign_on, members.flag("sign_on"));
  if (by_sign_on && !in_browser) {
    return members.refuse("sign_on");  // its cookie comes with requests of other sites' pages too
  }
  if (in_browser) {
    LK_TRY_VOID(read_browser(context, request, attempt));
  }
  LK_TRY_VOID(read_proofs(context, request, members, attempt));
  if (!attempt.passkey && !attempt.sign_on) {
    LK_TRY(attempt.username, members.string("username"));
    LK_TRY(attempt.email_transaction, members.find_secret("email_transaction"));
  }
  LK_TRY(const auto opened, context.services.log_in.log_in(attempt));
  return without_sign_on(opened_response(201, context, opened), by_sign_on);
}

Answer ask_for_email_code(const ApiContext& context, http::Request& request,
                          const identity::Caller& caller) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"username", "password"}));
  identity::LoginAttempt attempt{caller};
  attempt.source = request.source();
  LK_TRY(attempt.username, members.string("username"));
  LK_TRY(attempt.password, members.secret("password"));
  LK_TRY(const auto question, context.services.log_in.ask_for_email_code(attempt));
  json::Writer writer;
  writer.begin_object()
      .field("email_transaction", as_text(question.transaction.expose()))
      .field("expires_in_seconds",
             std::chrono::duration_cast<std::chrono::seconds>(question.life).count())
      .end_object();
  return http::Response{202, std::move(writer).take()};
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

Answer open_break_glass(const ApiContext& context, http::Request& request,
                        const identity::Caller& caller) {
  LK_TRY(const auto code, parse_secret(request, "code"));
  LK_TRY(const auto opened, context.services.open_break_glass.open(caller, code, request.source()));
  return opened_response(201, context, opened);
}

Answer step_up(const ApiContext& context, http::Request& request,
               const identity::Session& session) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(),
                                         {"password", "second_factor", "passkey", "sign_on"}));
  identity::LoginAttempt attempt{session.caller()};
  attempt.source = request.source();
  LK_TRY_VOID(read_proofs(context, request, members, attempt));
  const bool by_sign_on = attempt.sign_on.has_value();
  LK_TRY(const auto opened, context.services.log_in.step_up(session, std::move(attempt)));
  return without_sign_on(opened_response(201, context, opened), by_sign_on);
}

Answer delegate_session(const ApiContext& context, http::Request& request,
                        const identity::Session& session) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members,
         Members::of(request, document.root(), {"client_id", "purpose", "expires_in_minutes"}));
  LK_TRY(const auto client, members.string("client_id"));
  LK_TRY(const auto purpose, members.string("purpose"));
  const auto to = ClientId::parse(client);
  if (!to) {
    return members.refuse("client_id");
  }
  flow::Delegation delegation{*to, std::string{purpose}, kUsualDelegation};
  if (members.has("expires_in_minutes")) {
    const auto minutes = members["expires_in_minutes"].integer();
    if (!minutes || *minutes < 1 || *minutes > kLongestDelegation.count()) {
      return members.refuse("expires_in_minutes");
    }
    delegation.life = std::chrono::minutes{*minutes};
  }
  auto given = context.services.delegate_session.delegate(session, delegation);
  if (!given && given.error().code == Errc::kInvalidInput) {
    return members.refuse("purpose");
  }
  LK_TRY(const auto opened, std::move(given));
  json::Writer writer;
  writer.begin_object()
      .field("token", as_text(opened.token.expose()))
      .field("client_id", to->text())
      .field("expires_at", to_rfc3339(opened.session.expires_at()))
      .end_object();
  return http::Response{201, std::move(writer).take()};
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
        .field("current", one.id == session.id());
    write_or_null(writer, "client_id", one.client);
    write_or_null(writer, "delegated_for", one.delegated_for);
    writer.end_object();
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
  return id == session.id() ? signed_out(session) : http::Response{204, {}};
}

Answer end_sessions(const ApiContext& context, http::Request&, const identity::Session& session) {
  LK_TRY_VOID(context.services.own_sessions.end_all(session));
  return signed_out(session);
}

Answer close_session(const ApiContext& context, http::Request&, const identity::Session& session) {
  LK_TRY_VOID(context.services.log_in.log_out(session));
  return signed_out(session);
}

}  // namespace leadkeep::api
