// leadkeep/ldap/entry.h — what a search found
//
// Values are the bytes that the server sent: text, or an id or SID in binary form. They are personal
// data; nothing of an entry is logged.
// Threads  a plain value
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::ldap {

class Entry {
 public:
  explicit Entry(std::string dn) : m_dn{std::move(dn)} {}

  [[nodiscard]] const std::string& dn() const noexcept { return m_dn; }

  // A name counts in any spelling of its letters.
  void add(std::string_view name, std::string value);
  [[nodiscard]] const std::vector<std::string>& all(std::string_view name) const;
  // The value of an attribute that has exactly one.
  [[nodiscard]] std::optional<std::string_view> one(std::string_view name) const;

 private:
  std::string m_dn;
  std::map<std::string, std::vector<std::string>> m_values;  // by the name in small letters
};

}  // namespace leadkeep::ldap
