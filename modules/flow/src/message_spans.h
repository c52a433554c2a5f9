// Spans of contact data, stored beside the text they belong to.
#pragma once
#include <leadkeep/privacy/find_spans.h>
#include <leadkeep/store/records/message.pb.h>

#include <span>

namespace leadkeep::flow {

inline void put_spans(records::Message& message, std::span<const privacy::Span> spans) {
  for (const privacy::Span& span : spans) {
    records::TextSpan& stored = *message.add_spans();
    stored.set_start(span.start);
    stored.set_end(span.end);
    stored.set_kind(static_cast<std::uint32_t>(span.kind));
  }
}

}  // namespace leadkeep::flow
