#include "http/request.h"

#include "http/cookies.h"

#include <leadkeep/base/percent.h>
#include <leadkeep/base/text.h>

#include <algorithm>

namespace leadkeep::api::http {
namespace {

constexpr std::size_t kMaxTokenBytes = 256;
constexpr std::string_view kBearerScheme = "bearer ";
constexpr std::size_t kMaxMemberBytes = 64;
constexpr std::size_t kMaxParameters = 32;  // each is compared with all before it

bool is_plain_name(std::string_view name) noexcept {
  return name.size() <= kMaxMemberBytes && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || c == '_' || c == '.';
         });
}

// Strict, and text.
std::optional<std::string> decode(std::string_view encoded) {
  auto text = form_decode(encoded);
  return text && is_valid_utf8(*text) ? std::move(text) : std::nullopt;
}

}  // namespace

Result<void> Request::read_body(std::size_t limit) {
  LK_TRY(m_body, m_read_body(limit));
  m_read_to_its_end = true;
  return {};
}

std::optional<std::string_view> Request::cookie(std::string_view name) const noexcept {
  return find_cookie(m_head.field("cookie").value_or(""), name);
}

std::optional<ByteView> Request::token_of(std::string_view scheme) const {
  const auto value = m_head.field("authorization");
  if (!value || value->size() <= scheme.size() || value->size() > scheme.size() + kMaxTokenBytes ||
      !same_ignoring_case(value->substr(0, scheme.size()), scheme)) {
    return std::nullopt;
  }
  return as_bytes(value->substr(scheme.size()));
}

Result<ByteView> Request::token() const {
  const auto found = token_of(is_signed() ? kDpopScheme : kBearerScheme);
  return found ? Result<ByteView>{*found} : fail(Errc::kUnauthenticated, "request: no token");
}

Fail Request::refuse(int status, std::string_view detail, std::string_view member) {
  return refuse(Errc::kInvalidInput, status, detail, member);
}

Fail Request::refuse(Errc code, int status, std::string_view detail, std::string_view member) {
  m_fault =
      Fault{status, code, detail, is_plain_name(member) ? std::string{member} : std::string{}};
  return fail(code, "request: refused");
}

Fail Request::refuse_until(std::chrono::seconds again_in, std::string_view detail) {
  m_fault = Fault{429, Errc::kTooManyRequests, detail, {}, again_in};
  return fail(Errc::kTooManyRequests, "request: refused");
}

void Request::list_in_answer(std::string_view name, const std::string& item) {
  const auto field =
      std::ranges::find(m_answer_fields, name, [](const auto& one) { return one.first; });
  if (field == m_answer_fields.end()) {
    m_answer_fields.emplace_back(name, item);
  } else {
    field->second.append(", ").append(item);
  }
}

Result<Query> Query::parse_all(Request& request, std::string_view rest) {
  Query query;
  while (!rest.empty()) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const auto equals = pair.find('=');
    auto name = decode(pair.substr(0, equals));
    auto value = decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
    if (!name || !value || query.find(*name)) {
      return request.refuse(400, "A parameter is malformed or stands twice.");
    }
    if (query.m_parameters.size() == kMaxParameters) {
      return request.refuse(400, "There are too many parameters.");
    }
    query.m_parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

Result<Query> Query::parse(Request& request, std::initializer_list<std::string_view> known) {
  LK_TRY(auto query, parse_all(request, request.head().query()));
  if (const auto unknown = query.other_than(known)) {
    return request.refuse(400, "There is no such query parameter here.", *unknown);
  }
  return query;
}

Result<Query> Query::parse_leniently(Request& request) {
  return parse_all(request, request.head().query());
}

Result<Query> Query::parse_form(Request& request) {
  return parse_all(request, request.body());
}

std::vector<std::string> list_of(std::string_view parameter) {
  std::vector<std::string> items;
  for (std::size_t at = 0; at <= parameter.size();) {
    const auto comma = std::min(parameter.find(',', at), parameter.size());
    items.emplace_back(parameter.substr(at, comma - at));
    at = comma + 1;
  }
  return items;
}

std::optional<std::string_view> Query::other_than(
    std::initializer_list<std::string_view> names) const noexcept {
  for (const auto& [name, value] : m_parameters) {
    if (std::ranges::find(names, name) == names.end()) {
      return name;
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> Query::find(std::string_view name) const noexcept {
  for (const auto& [other, value] : m_parameters) {
    if (other == name) {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace leadkeep::api::http
