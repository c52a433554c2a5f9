#include "json/fields.h"

#include <leadkeep/base/check.h>

#include <algorithm>

namespace leadkeep::api {
namespace {

json::Document parse_own(const std::string& text) {
  auto document = json::Document::parse(text, {.max_bytes = text.size()});
  LK_CHECK(document.ok());
  return std::move(document).value();
}

}  // namespace

Result<Fields> Fields::of(http::Request& request, const http::Query& query,
                          std::span<const std::string_view> known) {
  Fields fields;
  const auto asked = query.find("fields");
  if (!asked) {
    return fields;
  }
  for (const std::string& name : http::list_of(*asked)) {
    if (std::ranges::find(known, name) == known.end()) {
      return request.refuse(
          400, "Fields are members of what is answered here, with commas between.", "fields");
    }
    if (name != "id") {
      fields.m_wanted.push_back(name);
    }
  }
  fields.m_wanted.emplace_back("id");
  return fields;
}

bool Fields::has(std::string_view name) const {
  return m_wanted.empty() || std::ranges::find(m_wanted, name) != m_wanted.end();
}

std::string Fields::of_object(std::string object) const {
  if (m_wanted.empty()) {
    return object;
  }
  const auto document = parse_own(object);
  json::Writer writer;
  write(writer, document.root());
  return std::move(writer).take();
}

std::string Fields::of_list(std::string list) const {
  if (m_wanted.empty()) {
    return list;
  }
  const auto document = parse_own(list);
  json::Writer writer{list.size()};
  writer.begin_object().key("items").begin_array();
  for (const json::Value item : document.root()["items"].items()) {
    write(writer, item);
  }
  writer.end_array().key("next_cursor").json(document.root()["next_cursor"].dump()).end_object();
  return std::move(writer).take();
}

void Fields::write(json::Writer& writer, json::Value object) const {
  writer.begin_object();
  for (const auto& [name, value] : object.members()) {
    if (has(name)) {
      writer.key(name).json(value.dump());
    }
  }
  writer.end_object();
}

}  // namespace leadkeep::api
