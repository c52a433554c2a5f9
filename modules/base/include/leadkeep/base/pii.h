// leadkeep/base/pii.h — personal data as a type
//
// A Pii<T> holds a phone number, a name, an address, a WhatsApp id or a message text. It cannot be
// streamed, logged, formatted, compared with plain text or converted silently; the log accepts no
// Pii, and the API can serialise only what inbox has masked. `expose()` is the one way to the
// value, so that one search for the word lists every place that touches personal data.
#pragma once
#include <utility>

namespace leadkeep {

template <class T>
class Pii {
 public:
  Pii() = default;

  explicit Pii(T value) : m_value{std::move(value)} {}

  [[nodiscard]] const T& expose() const& noexcept { return m_value; }

  [[nodiscard]] T expose() && noexcept { return std::move(m_value); }

  friend bool operator==(const Pii&, const Pii&) = default;

 private:
  T m_value{};
};

}  // namespace leadkeep
