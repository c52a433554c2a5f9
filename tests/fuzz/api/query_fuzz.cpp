// A query string. What is understood reads the same with every byte percent-encoded, and what is
// refused says nothing of the query but the name of a parameter, if that is plain.
#include "fuzz_target.h"
#include "handlers/context.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>
#include <leadkeep/flow/show_inbox.h>

#include <algorithm>
#include <array>
#include <string>

namespace leadkeep::api {
namespace {

constexpr std::array<std::string_view, 4> kNames{"status", "assignee", "limit", "cursor"};
constexpr std::size_t kMaxCursorBytes = 512;

using Values = std::array<std::optional<std::string>, kNames.size()>;

struct Read {
  Result<Values> values = fail(Errc::kInternal, "not read");
  std::optional<http::Fault> fault;
};

void check_fault(const std::optional<http::Fault>& fault) {
  LK_CHECK(fault && fault->status == 400 && fault->code == Errc::kInvalidInput);
  LK_CHECK(fault->member.find_first_not_of("abcdefghijklmnopqrstuvwxyz_.") == std::string::npos);
  LK_CHECK(fault->member.size() <= 64);
}

void check_page(http::Request& request, const http::Query& query) {
  const auto page = page_of(request, query);
  const auto limit = query.find("limit");
  const auto cursor = query.find("cursor").value_or("");
  if (!page.ok()) {
    check_fault(request.fault());
    return;
  }
  LK_CHECK(page.value().limit >= 1 && page.value().limit <= flow::kMaxPage);
  LK_CHECK(limit ? parse_unsigned(*limit) == page.value().limit
                 : page.value().limit == flow::kDefaultPage);
  LK_CHECK(page.value().cursor == cursor && cursor.size() <= kMaxCursorBytes);
}

// Nothing if the target is none.
std::optional<Read> read(std::string_view query_text) {
  const std::string bytes =
      "GET /v1/conversations?" + std::string{query_text} + " HTTP/1.1\r\nHost: a\r\n\r\n";
  const auto head = http::RequestHead::parse(bytes);
  if (!head.ok() || head.value().query() != query_text) {
    return std::nullopt;
  }
  const http::Peer peer;
  http::Request request{head.value(), peer, {}};
  const auto query = http::Query::parse(request, {"status", "assignee", "limit", "cursor"});
  if (!query.ok()) {
    check_fault(request.fault());
    return Read{Fail{query.error()}, request.fault()};
  }
  const auto leniently = http::Query::parse_leniently(request);
  LK_CHECK(leniently.ok());
  Values values;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const auto value = query.value().find(kNames[i]);
    LK_CHECK(value == leniently.value().find(kNames[i]));
    LK_CHECK(!value || is_valid_utf8(*value));
    values[i] = value ? std::optional{std::string{*value}} : std::nullopt;
  }
  check_page(request, query.value());
  return Read{values, std::nullopt};
}

std::string encoded(std::string_view text) {
  std::string out;
  for (const char& c : text) {
    out.append("%").append(to_hex(as_bytes({&c, 1})));
  }
  return out;
}

void check_input(std::string_view input) {
  const auto first = read(input);
  if (!first || !first->values.ok()) {
    return;
  }
  const Values& values = first->values.value();
  std::string plain;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (values[i]) {
      plain.append(plain.empty() ? "" : "&").append(encoded(kNames[i]));
      plain.append("=").append(encoded(*values[i]));
    }
  }
  const auto again = read(plain);
  if (again) {  // every byte takes three: the target may have become too long
    LK_CHECK(again->values.ok() && again->values.value() == values);
    const auto twice = read(plain + "&" + plain);
    LK_CHECK(plain.empty() || !twice || !twice->values.ok());
  }
}

}  // namespace
}  // namespace leadkeep::api

LK_FUZZ_TARGET(leadkeep::api::check_input)
