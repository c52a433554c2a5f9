#include "json/body.h"

#include <algorithm>

namespace leadkeep::api {

Result<json::Document> parse_body(http::Request& request) {
  if (!request.head().is_of_type("application/json")) {
    return request.refuse(415, "The body has to be JSON, announced as application/json.");
  }
  auto document = json::Document::parse(
      request.body(), {.max_bytes = request.body().size(), .max_depth = kMaxJsonDepth});
  if (!document || !document.value().root().is_object()) {
    return request.refuse(400, "The body is not one JSON object.");
  }
  return document;
}

Result<Members> Members::of(http::Request& request, json::Value object,
                            std::initializer_list<std::string_view> known) {
  if (!object.is_object()) {
    return request.refuse(400, "A member of the body has to be an object.");
  }
  for (const auto& [name, value] : object.members()) {
    if (std::ranges::find(known, name) == known.end()) {
      return request.refuse(400, "There is no such member here.", name);
    }
  }
  return Members{request, object};
}

Result<std::string_view> Members::string(std::string_view name) const {
  const auto text = m_object[name].string();
  if (!text) {
    return m_request->refuse(400, "This member has to be there, and be a string.", name);
  }
  return *text;
}

Result<std::optional<std::string_view>> Members::find_string(std::string_view name) const {
  if (!has(name)) {
    return std::optional<std::string_view>{};
  }
  LK_TRY(const auto text, string(name));
  return std::optional{text};
}

Result<SecretBytes> Members::secret(std::string_view name) const {
  LK_TRY(const auto text, string(name));
  return SecretBytes::copy_of(as_bytes(text));
}

Result<SecretBytes> Members::find_secret(std::string_view name) const {
  return has(name) ? secret(name) : Result<SecretBytes>{SecretBytes{}};
}

Result<std::vector<std::string>> Members::strings(std::string_view name) const {
  std::vector<std::string> texts;
  if (!m_object[name].is_array()) {
    return m_request->refuse(400, "This member has to be there, and be a list of strings.", name);
  }
  for (const auto& item : m_object[name].items()) {
    const auto text = item.string();
    if (!text) {
      return m_request->refuse(400, "This member has to be there, and be a list of strings.", name);
    }
    texts.emplace_back(*text);
  }
  return texts;
}

Result<bool> Members::flag(std::string_view name) const {
  const auto value = m_object[name].boolean();
  if (has(name) && !value) {
    return m_request->refuse(400, "This member is true or false.", name);
  }
  return value.value_or(false);
}

Fail Members::refuse(std::string_view name) const {
  return m_request->refuse(400, "The value of this member is not one that is taken here.", name);
}

Result<SecretBytes> parse_secret(http::Request& request, std::string_view member) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {member}));
  return members.secret(member);
}

}  // namespace leadkeep::api
