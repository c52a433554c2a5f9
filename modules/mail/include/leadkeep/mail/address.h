// leadkeep/mail/address.h — an e-mail address that mail may be sent to
//
// Takes    local-part@domain in the plain form that every relay takes: a dot-atom and a host name,
//          in ASCII, of 64 and 254 bytes at most. What could end a command or a header, or name a
//          second recipient, is in none of them.
// Source   RFC 5321 section 4.1.2 (Dot-string), section 4.5.3.1 (lengths)
// Threads  any
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace leadkeep::mail {

class Address {
 public:
  [[nodiscard]] static std::optional<Address> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return m_text; }

  [[nodiscard]] std::string_view domain() const noexcept;

 private:
  explicit Address(std::string text) : m_text{std::move(text)} {}

  std::string m_text;
};

}  // namespace leadkeep::mail
