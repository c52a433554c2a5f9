#include "name_id.h"

#include "names.h"

#include <algorithm>
#include <string>

namespace leadkeep::saml_judge {
namespace {

constexpr std::size_t kLongestName = 256;
constexpr std::size_t kLongestQualifier = 1024;

bool is_plain_name(const std::string& name) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  return !name.empty() && name.size() <= kLongestName && !is_blank(name.front()) &&
         !is_blank(name.back()) &&
         std::ranges::none_of(name, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
}

}  // namespace

std::optional<saml::NameId> name_id_in(const Element& parent, Check check,
                                       Examination& examination) {
  const auto name = parent.child(kAssertion, "NameID");
  const bool other = !parent.children(kAssertion, "BaseID").empty() ||
                     !parent.children(kAssertion, "EncryptedID").empty();
  auto text = name ? name->text() : std::nullopt;
  if (!examination.holds(check, name && !other, "other than one NameID") ||
      !examination.holds(check, text && is_plain_name(*text),
                         "a NameID that is empty, too long, or has elements or blanks around")) {
    return std::nullopt;
  }
  saml::NameId read{Pii{*std::move(text)}, name->attribute("Format").value_or(""),
                    name->attribute("NameQualifier").value_or(""),
                    name->attribute("SPNameQualifier").value_or("")};
  const bool bounded = std::max({read.format.size(), read.name_qualifier.size(),
                                 read.sp_name_qualifier.size()}) <= kLongestQualifier;
  return examination.holds(check, bounded, "a NameID of a format or qualifier that is too long")
             ? std::optional{std::move(read)}
             : std::nullopt;
}

}  // namespace leadkeep::saml_judge
