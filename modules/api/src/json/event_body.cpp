#include "json/views.h"

#include <leadkeep/api/event_body.h>

namespace leadkeep::api {
namespace {

template <class View>
void write_view_or_null(json::Writer& writer, std::string_view name,
                        const std::optional<View>& view) {
  writer.key(name);
  if (view) {
    write(writer, *view);
  } else {
    writer.null();
  }
}

}  // namespace

std::string event_body(const flow::HandedOver& event) {
  json::Writer writer;
  writer.begin_object()
      .field("type", name_of(event.kind))
      .field("timestamp", to_rfc3339(event.at))
      .key("data")
      .begin_object()
      .field("conversation_id", event.conversation_id.text());
  write_or_null(writer, "message_id", event.message_id);
  write_view_or_null(writer, "conversation", event.conversation);
  write_view_or_null(writer, "message", event.message);
  writer.end_object().end_object();
  return std::move(writer).take();
}

}  // namespace leadkeep::api
