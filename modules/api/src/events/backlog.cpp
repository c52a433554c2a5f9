#include "events/backlog.h"

#include <leadkeep/inbox/event_feed.h>

namespace leadkeep::api {

void Backlog::append(std::string text) {
  m_texts.push_back(std::move(text));
  ++m_newest;
  if (m_texts.size() > inbox::kKeptEvents) {
    m_texts.pop_front();
  }
}

std::string Backlog::read(const Cursor& cursor, std::size_t limit) const {
  std::string out;
  std::size_t skip = cursor.sent;
  for (auto event = cursor.event; event <= m_newest && out.size() < limit; ++event) {
    out.append(text(event), skip, limit - out.size());
    skip = 0;
  }
  return out;
}

Backlog::Cursor Backlog::behind(Cursor cursor, std::size_t count) const {
  cursor.sent += count;
  while (cursor.event <= m_newest && cursor.sent >= text(cursor.event).size()) {
    cursor.sent -= text(cursor.event).size();
    ++cursor.event;
  }
  return cursor;
}

}  // namespace leadkeep::api
