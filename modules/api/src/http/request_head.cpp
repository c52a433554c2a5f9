#include "http/request_head.h"

#include <leadkeep/base/text.h>

#include <algorithm>
#include <array>

namespace leadkeep::api::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

// Fields that stand once at most. A second one is an attempt to let two readers see two requests.
constexpr std::array<std::string_view, 13> kSingular{
    "authorization", "content-length", "content-type",     "cookie",          "dpop",
    "expect",        "host",           "if-match",         "idempotency-key", "last-event-id",
    "origin",        "sec-fetch-site", "transfer-encoding"};

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_token(std::string_view text) noexcept {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

std::string_view without_blanks(std::string_view text) noexcept {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

bool lists_token(std::string_view list, std::string_view token) noexcept {
  while (!list.empty()) {
    if (same_ignoring_case(take_item(list, ','), token)) {
      return true;
    }
  }
  return false;
}

Verb parse_verb(std::string_view method) noexcept {
  for (const Verb verb : {Verb::kGet, Verb::kPost, Verb::kPatch, Verb::kDelete, Verb::kHead}) {
    if (method == name_of(verb)) {
      return verb;
    }
  }
  return Verb::kOther;
}

}  // namespace

std::string_view name_of(Verb verb) noexcept {
  switch (verb) {
    case Verb::kGet:
      return "GET";
    case Verb::kPost:
      return "POST";
    case Verb::kPatch:
      return "PATCH";
    case Verb::kDelete:
      return "DELETE";
    case Verb::kHead:
      return "HEAD";
    case Verb::kOther:
      return "";
  }
  return "";
}

std::string_view take_item(std::string_view& list, char separator) noexcept {
  const auto item = list.substr(0, list.find(separator));
  list.remove_prefix(std::min(item.size() + 1, list.size()));
  return without_blanks(item);
}

bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

Result<RequestHead> RequestHead::parse(std::string_view head) {
  RequestHead parsed;
  auto end = head.find(kLineEnd);
  if (end == std::string_view::npos) {
    return fail(Errc::kInvalidInput, "head: no line end");
  }
  LK_TRY_VOID(parsed.read_line(head.substr(0, end)));
  head.remove_prefix(end + kLineEnd.size());
  parsed.m_fields.reserve(16);
  while ((end = head.find(kLineEnd)) != 0) {
    if (end == std::string_view::npos) {
      return fail(Errc::kInvalidInput, "head: no empty line");
    }
    LK_TRY_VOID(parsed.read_field(head.substr(0, end)));
    head.remove_prefix(end + kLineEnd.size());
  }
  LK_TRY_VOID(parsed.understand());
  return parsed;
}

Result<void> RequestHead::read_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return fail(Errc::kInvalidInput, "head: request line");
  }
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (target.size() > kMaxTargetBytes) {
    return fail(Errc::kTooLarge, "head: target");
  }
  const bool printable = std::ranges::all_of(
      target, [](char c) { return c > 0x20 && c < 0x7f && c != '#' && c != '\\'; });
  if (!is_token(method) || !target.starts_with('/') || !printable) {
    return fail(Errc::kInvalidInput, "head: request line");
  }
  if (version == "HTTP/1.1") {
    m_version = Version::k11;
  } else if (version == "HTTP/1.0") {
    m_version = Version::k10;
  } else {
    return fail(Errc::kInvalidInput, "head: version");
  }
  m_verb = parse_verb(method);
  const auto mark = target.find('?');
  m_path = target.substr(0, mark);
  m_query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  return {};
}

Result<void> RequestHead::read_field(std::string_view line) {
  if (m_fields.size() == kMaxFields) {
    return fail(Errc::kTooLarge, "head: number of fields");
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) {
    return fail(Errc::kInvalidInput, "head: field");
  }
  const auto name = line.substr(0, colon);
  const auto value = without_blanks(line.substr(colon + 1));
  if (name.size() > kMaxFieldNameBytes || value.size() > kMaxFieldValueBytes) {
    return fail(Errc::kTooLarge, "head: field");
  }
  if (!is_token(name) || !is_field_value(value)) {
    return fail(Errc::kInvalidInput, "head: field");
  }
  m_fields.push_back({name, value});
  return {};
}

Result<void> RequestHead::understand() {
  for (const auto name : kSingular) {
    if (count(name) > 1) {
      return fail(Errc::kInvalidInput, "head: a field that may stand once stands twice");
    }
  }
  if (m_version == Version::k11 && !field("host")) {
    return fail(Errc::kInvalidInput, "head: no host");
  }
  const auto coding = field("transfer-encoding");
  const auto length = field("content-length");
  if (coding && (length || m_version == Version::k10 || !same_ignoring_case(*coding, "chunked"))) {
    return fail(Errc::kInvalidInput, "head: transfer coding");
  }
  if (coding) {
    m_framing = {Framing::Kind::kChunked, 0};
  } else if (length) {
    const auto bytes = parse_unsigned(*length);
    if (!bytes) {
      return fail(Errc::kInvalidInput, "head: content length");
    }
    m_framing = {*bytes == 0 ? Framing::Kind::kNone : Framing::Kind::kLength, *bytes};
  }
  if (const auto expect = field("expect")) {
    if (!same_ignoring_case(*expect, "100-continue")) {
      return fail(Errc::kInvalidInput, "head: expectation");
    }
    m_expectation = Expectation::kContinue;
  }
  for (const auto& [name, value] : m_fields) {
    if (same_ignoring_case(name, "connection") && lists_token(value, "close")) {
      m_persistence = Persistence::kClose;
    }
  }
  if (m_version == Version::k10) {
    m_persistence = Persistence::kClose;
  }
  return {};
}

std::optional<std::string_view> RequestHead::field(std::string_view name) const noexcept {
  for (const auto& [other, value] : m_fields) {
    if (same_ignoring_case(other, name)) {
      return value;
    }
  }
  return std::nullopt;
}

std::vector<std::string> RequestHead::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [other, value] : m_fields) {
    if (same_ignoring_case(other, name)) {
      values.emplace_back(value);
    }
  }
  return values;
}

bool RequestHead::is_of_type(std::string_view media_type) const noexcept {
  const auto type = field("content-type").value_or("");
  return same_ignoring_case(without_blanks(type.substr(0, type.find(';'))), media_type);
}

std::size_t RequestHead::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      m_fields, [name](const Field& field) { return same_ignoring_case(field.name, name); }));
}

}  // namespace leadkeep::api::http
