#include <leadkeep/base/text.h>
#include <leadkeep/ldap/entry.h>

namespace leadkeep::ldap {

void Entry::add(std::string_view name, std::string value) {
  m_values[to_lower_ascii(name)].push_back(std::move(value));
}

const std::vector<std::string>& Entry::all(std::string_view name) const {
  static const std::vector<std::string> none;
  const auto found = m_values.find(to_lower_ascii(name));
  return found == m_values.end() ? none : found->second;
}

std::optional<std::string_view> Entry::one(std::string_view name) const {
  const auto& values = all(name);
  return values.size() == 1 ? std::optional<std::string_view>{values.front()} : std::nullopt;
}

}  // namespace leadkeep::ldap
