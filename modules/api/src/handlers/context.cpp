#include "handlers/context.h"

#include "http/cookies.h"
#include "http/representation.h"
#include "json/views.h"

#include <leadkeep/base/text.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/flow/show_inbox.h>

#include <algorithm>

namespace leadkeep::api {
namespace {

constexpr std::size_t kMaxCursorBytes = 512;

}  // namespace

Result<flow::Why> why_of(const Members& members) {
  flow::Why why;
  LK_TRY(why.code, members.string("reason"));
  LK_TRY(why.case_reference, members.find_string("case"));
  return why;
}

Result<std::optional<flow::RepeatGuard>> repeat_guard_of(http::Request& request) {
  return repeat_guard_of(request, request.body());
}

Result<std::optional<flow::RepeatGuard>> repeat_guard_of(http::Request& request,
                                                         std::string_view meaning) {
  const auto& head = request.head();
  const auto key = head.field("idempotency-key");
  if (!key) {
    return std::optional<flow::RepeatGuard>{};
  }
  const bool visible = std::ranges::all_of(*key, [](char c) { return c > 0x20 && c < 0x7f; });
  if (key->empty() || key->size() > flow::kMaxIdempotencyKeyBytes || !visible) {
    return request.refuse(400, "An Idempotency-Key is 1 to 255 visible ASCII characters.");
  }
  // Neither verb nor path can hold a line end, so no two requests hash alike.
  return std::optional{flow::RepeatGuard{
      std::string{*key},
      crypto::sha256({as_bytes(name_of(head.verb())), as_bytes("\n"), as_bytes(head.path()),
                      as_bytes("\n"), as_bytes(meaning)})}};
}

Result<std::uint64_t> version_of(http::Request& request) {
  const auto tag = request.head().field("if-match");
  if (!tag) {
    return fail(Errc::kPreconditionRequired, "request: no If-Match");
  }
  const bool quoted = tag->size() > 2 && tag->front() == '"' && tag->back() == '"';
  const auto inner = quoted ? tag->substr(1, tag->size() - 2) : std::string_view{};
  const auto version = parse_unsigned(inner.substr(0, inner.find('-')));
  if (!version) {
    return request.refuse(400, "If-Match is the ETag of one earlier answer.");
  }
  return *version;
}

http::Response versioned(std::string body, std::uint64_t version) {
  http::Response response{200, std::move(body)};
  response.fields.emplace_back(
      "ETag", "\"" + std::to_string(version) + "-" + http::digest_of(response.body) + "\"");
  return response;
}

Result<PageQuery> page_of(http::Request& request, const http::Query& query) {
  PageQuery page{flow::kDefaultPage, std::string{query.find("cursor").value_or("")}};
  if (const auto limit = query.find("limit")) {
    const auto number = parse_unsigned(*limit);
    if (!number || *number == 0 || *number > flow::kMaxPage) {
      return request.refuse(400, "A limit is a number from 1 to 100.", "limit");
    }
    page.limit = static_cast<std::size_t>(*number);
  }
  if (page.cursor.size() > kMaxCursorBytes) {
    return request.refuse(400, "A cursor is the next_cursor of an earlier answer.", "cursor");
  }
  return page;
}

Result<Pii<std::string>> text_of(http::Request& request, const Members& members) {
  LK_TRY(const auto text, Members::of(request, members["text"], {"body"}));
  LK_TRY(const auto body, text.string("body"));
  return Pii{std::string{body}};
}

http::Response opened_response(int status, json::Writer&& writer, const ApiContext& context,
                               const identity::OpenedSession& opened) {
  const std::string_view token = as_text(opened.token.expose());
  const bool in_browser = opened.session.device_key().has_value();
  if (!in_browser) {
    writer.field("token", token);
  }
  write_session(writer, opened.session);
  writer.end_object();
  http::Response response{status, std::move(writer).take()};
  if (in_browser) {
    response.fields.emplace_back(http::kSetCookie, http::set_cookie(http::kSessionCookie, token));
  }
  if (opened.device) {
    const auto& [id, secret, ends_at] = *opened.device;
    response.fields.push_back(device_cookie(context, id, secret, ends_at));
  }
  return response;
}

http::Response opened_response(int status, const ApiContext& context,
                               const identity::OpenedSession& opened) {
  json::Writer writer;
  writer.begin_object();
  return opened_response(status, std::move(writer), context, opened);
}

void drop_session(http::Response& response, const identity::Session& session) {
  if (session.device_key()) {
    response.fields.emplace_back(http::kSetCookie, http::drop_cookie(http::kSessionCookie));
    response.fields.emplace_back("Clear-Site-Data", R"("cache")");
  }
}

std::pair<std::string_view, std::string> device_cookie(const ApiContext& context,
                                                       const identity::DeviceId& id,
                                                       const SecretBytes& secret,
                                                       Timestamp ends_at) {
  std::string value = id.text();
  value.append(".").append(as_text(secret.expose()));
  const auto life =
      std::chrono::duration_cast<std::chrono::seconds>(ends_at - context.services.clock.now());
  return {http::kSetCookie, http::set_cookie(http::kDeviceCookie, value, life)};
}

http::Response made(int status, std::string_view id, std::string_view state) {
  json::Writer writer;
  writer.begin_object().field("id", id);
  if (!state.empty()) {
    writer.field("status", state);
  }
  writer.end_object();
  return {status, std::move(writer).take()};
}

}  // namespace leadkeep::api
