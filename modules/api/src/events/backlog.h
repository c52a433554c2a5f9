// events/backlog.h — the text of the last events, once for all listeners
//
// Takes    rendered events, numbered without a gap
// Yields   the bytes behind a cursor; a listener keeps a cursor instead of bytes of its own
// Bounds   as many events as inbox::EventFeed keeps; a cursor behind the oldest is lost
// Threads  one
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace leadkeep::api {

class Backlog {
 public:
  struct Cursor {
    std::uint64_t event = 1;  // the first that is not sent to its end; may be one to come
    std::size_t sent = 0;     // bytes of it
  };

  // Goes on after the event `number`, with nothing kept.
  explicit Backlog(std::uint64_t number) noexcept : m_newest{number} {}

  void append(std::string text);

  [[nodiscard]] std::uint64_t newest() const noexcept { return m_newest; }

  [[nodiscard]] bool holds(const Cursor& cursor) const noexcept { return cursor.event >= oldest(); }

  // At most `limit` bytes behind a cursor that it holds; empty when there is nothing new.
  [[nodiscard]] std::string read(const Cursor& cursor, std::size_t limit) const;
  // The cursor behind `count` bytes of those.
  [[nodiscard]] Cursor behind(Cursor cursor, std::size_t count) const;

 private:
  [[nodiscard]] std::uint64_t oldest() const noexcept { return m_newest + 1 - m_texts.size(); }

  [[nodiscard]] const std::string& text(std::uint64_t event) const {
    return m_texts[event - oldest()];
  }

  std::deque<std::string> m_texts;
  std::uint64_t m_newest;
};

}  // namespace leadkeep::api
