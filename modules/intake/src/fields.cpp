#include "fields.h"

#include <leadkeep/base/text.h>

#include <chrono>
#include <cstdint>
#include <utility>

namespace leadkeep::intake {
namespace {

// As seconds this is the year 5138, as milliseconds 1973: no real time lies on the wrong side.
constexpr std::uint64_t kFirstMilliseconds = 100'000'000'000;
constexpr std::uint64_t kMaxMilliseconds = 1'000 * kFirstMilliseconds;
constexpr Timestamp kEarliest{1'230'768'000'000};  // 2009-01-01, the year WhatsApp appeared
constexpr std::chrono::hours kMaxAhead{1};

}  // namespace

std::optional<std::string> read_text(const json::Value& value) {
  auto text = value.string_or_number();
  return text && !text->empty() ? std::move(text) : std::nullopt;
}

std::optional<Pii<std::string>> read_pii(const json::Value& value, std::size_t max_bytes) {
  auto text = read_text(value);
  if (!text || text->size() > max_bytes) {
    return std::nullopt;
  }
  return Pii{*std::move(text)};
}

std::optional<std::int64_t> read_integer(const json::Value& value) {
  if (const auto number = value.integer()) {
    return number;
  }
  const auto digits = parse_unsigned(value.string().value_or(""));
  return digits && std::in_range<std::int64_t>(*digits)
             ? std::optional{static_cast<std::int64_t>(*digits)}
             : std::nullopt;
}

std::vector<json::Value> elements(const json::Value& value) {
  if (value.is_array()) {
    return value.items();
  }
  if (value.is_absent() || value.is_null()) {
    return {};
  }
  return {value};
}

Timestamp read_time(const json::Value& value, Timestamp received_at) {
  const auto text = value.string_or_number();
  const auto number = text ? parse_unsigned(*text) : std::nullopt;
  if (!number || *number > kMaxMilliseconds) {
    return received_at;
  }
  const std::uint64_t ms = *number < kFirstMilliseconds ? *number * 1'000 : *number;
  const Timestamp time{static_cast<std::int64_t>(ms)};
  return time < kEarliest || time > received_at + kMaxAhead ? received_at : time;
}

}  // namespace leadkeep::intake
