// intake/src/fields.h — lenient readers of single JSON fields
//
// A field with a wrong type is absent. Ids and times that the platform documents as text are also
// taken as numbers, since both were seen.
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/pii.h>
#include <leadkeep/json/value.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace leadkeep::intake {

// Text or a whole number as text; nothing if empty.
[[nodiscard]] std::optional<std::string> read_text(const json::Value& value);

// The same as personal data; nothing if longer than `max_bytes`.
[[nodiscard]] std::optional<Pii<std::string>> read_pii(const json::Value& value,
                                                       std::size_t max_bytes);

// A whole number, also if written as text without a sign.
[[nodiscard]] std::optional<std::int64_t> read_integer(const json::Value& value);

// The elements of an array. Anything else but null stands for an array of one, so that it is
// counted where it is refused.
[[nodiscard]] std::vector<json::Value> elements(const json::Value& value);

// Seconds or milliseconds since 1970; `received_at` if missing or absurd.
[[nodiscard]] Timestamp read_time(const json::Value& value, Timestamp received_at);

}  // namespace leadkeep::intake
