#include <leadkeep/ldap/filter.h>

namespace leadkeep::ldap {
namespace {

constexpr std::string_view kPlaceholder = "{user}";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string escape_filter_value(std::string_view value) {
  std::string out;
  out.reserve(3 * value.size());
  for (const char c : value) {
    if (is_plain(c)) {
      out += c;
    } else {
      out += '\\';
      out += to_hex(as_bytes({&c, 1}));
    }
  }
  return out;
}

std::string escape_filter_value(ByteView value) {
  return escape_filter_value(as_text(value));
}

std::string fill_filter(std::string_view filter_template, std::string_view user) {
  const std::string escaped = escape_filter_value(user);
  std::string out;
  while (true) {
    const std::size_t at = filter_template.find(kPlaceholder);
    out += filter_template.substr(0, at);
    if (at == std::string_view::npos) {
      return out;
    }
    out += escaped;
    filter_template.remove_prefix(at + kPlaceholder.size());
  }
}

}  // namespace leadkeep::ldap
