// handlers/context.h — what the handlers of the API listener work with, and small things they share
#pragma once
#include "events/event_streams.h"
#include "json/body.h"
#include "json/fields.h"
#include "routes/route.h"

#include <leadkeep/api/servers.h>
#include <leadkeep/base/pii.h>
#include <leadkeep/flow/idempotency.h>
#include <leadkeep/flow/show_inbox.h>
#include <leadkeep/flow/why.h>
#include <leadkeep/json/writer.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leadkeep::api {

struct ApiContext {
  const ApiServices& services;
  EventStreams& events;
  Browser browser;
};

// The id in the path; what is no id of the kind does not exist.
template <class IdType>
[[nodiscard]] Result<IdType> id_of(const http::Request& request) {
  const auto id = IdType::parse(request.parameter());
  if (!id) {
    return fail(Errc::kNotFound, "request: no such id");
  }
  return *id;
}

// ?ids=, each once, one at least and at most flow::kMaxBatch of them.
template <class IdType>
[[nodiscard]] Result<std::vector<IdType>> ids_of(http::Request& request, const http::Query& query) {
  std::vector<IdType> ids;
  for (const std::string& text : http::list_of(query.find("ids").value_or(""))) {
    const auto id = IdType::parse(text);
    if (!id || std::ranges::find(ids, *id) != ids.end() || ids.size() == flow::kMaxBatch) {
      return request.refuse(400, "Ids are up to 50 different ones, with commas between.", "ids");
    }
    ids.push_back(*id);
  }
  return ids;
}

// ?sort=, which names one member, with - in front for the other direction; `usual` where it is not there.
template <class Order>
[[nodiscard]] Result<Order> order_of(http::Request& request, const http::Query& query,
                                     std::string_view member, Order usual) {
  const auto sort = query.find("sort");
  if (!sort) {
    return usual;
  }
  if (*sort == member) {
    return Order::kOldestFirst;
  }
  if (sort->starts_with('-') && sort->substr(1) == member) {
    return Order::kNewestFirst;
  }
  return request.refuse(400, "This list has one order, by time, and the same backwards.", "sort");
}

// "reason", and "case" if it is there.
[[nodiscard]] Result<flow::Why> why_of(const Members& members);
inline constexpr std::string_view kWhyForm =
    "A reason is 1 to 40 of a-z and _; a case, if there is one, 1 to 40 letters, digits and - _ . "
    "/ with "
    "at most 7 digits.";

// From Idempotency-Key, if it is there. `meaning` is what makes two requests the same: the body,
// or, where the body holds a secret, the rest of it, because of a secret no fast hash may be
// stored.
[[nodiscard]] Result<std::optional<flow::RepeatGuard>> repeat_guard_of(http::Request& request);
[[nodiscard]] Result<std::optional<flow::RepeatGuard>> repeat_guard_of(http::Request& request,
                                                                       std::string_view meaning);

// The version that If-Match names.
[[nodiscard]] Result<std::uint64_t> version_of(http::Request& request);
// With an ETag of the version, for If-Match, and of all of it, for If-None-Match.
[[nodiscard]] http::Response versioned(std::string body, std::uint64_t version);

struct PageQuery {
  std::size_t limit;
  std::string cursor;
};

[[nodiscard]] Result<PageQuery> page_of(http::Request& request, const http::Query& query);

// The text of {…,"text":{"body":…}}.
[[nodiscard]] Result<Pii<std::string>> text_of(http::Request& request, const Members& members);

// Completes `writer`, in which an object was begun, with whose session it is; and with the token,
// once, or, for a browser, puts it into a cookie that no page can read.
[[nodiscard]] http::Response opened_response(int status, json::Writer&& writer,
                                             const ApiContext& context,
                                             const identity::OpenedSession& opened);
[[nodiscard]] http::Response opened_response(int status, const ApiContext& context,
                                             const identity::OpenedSession& opened);
// The session that asks is over: nothing of it stays in the browser.
void drop_session(http::Response& response, const identity::Session& session);
// The Set-Cookie of a recognised device.
[[nodiscard]] std::pair<std::string_view, std::string> device_cookie(const ApiContext& context,
                                                                     const identity::DeviceId& id,
                                                                     const SecretBytes& secret,
                                                                     Timestamp ends_at);
// {"id":…}, with "status" if it is not empty.
[[nodiscard]] http::Response made(int status, std::string_view id, std::string_view state = {});

}  // namespace leadkeep::api
