// What the objects of wire.h have in common.
#pragma once
#include <leadkeep/json/value.h>
#include <leadkeep/json/writer.h>
#include <leadkeep/saml/wire.h>

#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::saml {

inline constexpr std::size_t kLongestWhy = 300;

// Of the text of an object.
[[nodiscard]] std::optional<json::Document> parse_object(std::string_view text);

[[nodiscard]] std::string text_in(json::Value object, std::string_view name);
[[nodiscard]] std::optional<Timestamp> time_in(json::Value object, std::string_view name);

void write_refusal(json::Writer& out, const Refusal& refusal);
[[nodiscard]] std::optional<Refusal> read_refusal(json::Value value);

// The object of a job with what the stranger has sent behind it.
[[nodiscard]] std::string with_message(json::Writer out, std::string_view message);

[[nodiscard]] std::optional<LogoutJob> read_logout_job(json::Value value, std::string_view xml);

}  // namespace leadkeep::saml
