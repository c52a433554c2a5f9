// json/fields.h — ?fields=: an answer with the members that were asked for, and its id
//
// What is not needed does not leave, which is what data protection asks of a program, too. The reading is
// on record as one of all of it.
// Refuses  a field that the resource does not have
#pragma once
#include "http/request.h"

#include <leadkeep/json/value.h>
#include <leadkeep/json/writer.h>

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::api {

// The members of each, `id` among them.
inline constexpr std::array<std::string_view, 10> kConversationFields = {
    "id",     "lead",         "status",           "assignee",          "tags",
    "unread", "last_message", "last_activity_at", "window_expires_at", "version"};
inline constexpr std::array<std::string_view, 10> kMessageFields = {
    "id",     "direction", "type",   "text",    "supported",
    "status", "failure",   "author", "sent_at", "resends_after_unknown"};
inline constexpr std::array<std::string_view, 8> kLeadFields = {
    "id",         "handle",  "display_name", "identifiers", "conversation_id",
    "created_at", "on_hold", "version"};

class Fields {
 public:
  [[nodiscard]] static Result<Fields> of(http::Request& request, const http::Query& query,
                                         std::span<const std::string_view> known);

  [[nodiscard]] bool has(std::string_view name) const;
  // Of the JSON of an object, and of a list of such.
  [[nodiscard]] std::string of_object(std::string object) const;
  [[nodiscard]] std::string of_list(std::string list) const;

 private:
  void write(json::Writer& writer, json::Value object) const;

  std::vector<std::string> m_wanted;  // empty: all
};

}  // namespace leadkeep::api
