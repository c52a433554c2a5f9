#include "wire_json.h"

namespace leadkeep::saml {

std::optional<json::Document> parse_object(std::string_view text) {
  constexpr std::size_t kMaxDepth = 6;
  auto document = json::Document::parse(text, {.max_bytes = kMaxWire, .max_depth = kMaxDepth});
  if (!document || !document.value().root().is_object()) {
    return std::nullopt;
  }
  return std::move(document).value();
}

std::string text_in(json::Value object, std::string_view name) {
  return std::string{object[name].string().value_or("")};
}

std::optional<Timestamp> time_in(json::Value object, std::string_view name) {
  const auto ms = object[name].integer();
  return ms ? std::optional{Timestamp{*ms}} : std::nullopt;
}

void write_refusal(json::Writer& out, const Refusal& refusal) {
  out.key("refusal")
      .begin_object()
      .field("check", id_of(refusal.check))
      .field("why", refusal.why)
      .end_object();
}

std::optional<Refusal> read_refusal(json::Value value) {
  const auto check = check_of(text_in(value, "check"));
  std::string why = text_in(value, "why");
  if (!check || why.size() > kLongestWhy) {
    return std::nullopt;
  }
  return Refusal{*check, std::move(why)};
}

}  // namespace leadkeep::saml
