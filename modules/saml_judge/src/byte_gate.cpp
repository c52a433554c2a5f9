#include "byte_gate.h"

#include <leadkeep/base/text.h>

#include <algorithm>
#include <array>

namespace leadkeep::saml_judge {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

// U+FDD0 to U+FDEF and the last two of each plane, in UTF-8 that is known to be valid.
bool has_noncharacter(std::string_view utf8) noexcept {
  for (std::size_t i = 0; i + 2 < utf8.size(); ++i) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(utf8[i + at]); };
    if (byte(0) == 0xef && byte(1) == 0xb7 && byte(2) >= 0x90 && byte(2) <= 0xaf) {
      return true;
    }
    if (byte(0) == 0xef && byte(1) == 0xbf && byte(2) >= 0xbe) {
      return true;
    }
    if (byte(0) >= 0xf0 && (byte(1) & 0x0fU) == 0x0f && byte(2) == 0xbf && i + 3 < utf8.size() &&
        byte(3) >= 0xbe) {
      return true;
    }
  }
  return false;
}

// What is left behind an XML declaration in one of the usual spellings, or of none.
std::string_view without_declaration(std::string_view xml) noexcept {
  constexpr std::array<std::string_view, 5> kUsual{
      R"(<?xml version="1.0"?>)", R"(<?xml version="1.0" encoding="UTF-8"?>)",
      R"(<?xml version="1.0" encoding="utf-8"?>)", R"(<?xml version='1.0' encoding='UTF-8'?>)",
      R"(<?xml version="1.0" encoding="UTF-8" standalone="no"?>)"};
  const auto found =
      std::ranges::find_if(kUsual, [&](std::string_view usual) { return xml.starts_with(usual); });
  return found == kUsual.end() ? xml : xml.substr(found->size());
}

}  // namespace

bool passes_byte_gate(std::string_view xml, Examination& examination) {
  const std::string_view rest = without_declaration(xml);
  return examination.holds(Check::kB01, is_valid_utf8(xml), "not UTF-8") &&
         examination.holds(Check::kB01, !xml.starts_with(kByteOrderMark), "a byte order mark") &&
         examination.holds(Check::kB01, std::ranges::none_of(xml, is_control),
                           "a control character") &&
         examination.holds(Check::kB01, !has_noncharacter(xml), "a noncharacter of Unicode") &&
         examination.holds(Check::kB02, !rest.starts_with("<?xml "),
                           "an XML declaration of another version, encoding or spelling") &&
         examination.holds(Check::kB03, rest.find("<!") == std::string_view::npos,
                           "a DTD, a comment or a CDATA section") &&
         examination.holds(Check::kB03, rest.find("<?") == std::string_view::npos,
                           "a processing instruction");
}

}  // namespace leadkeep::saml_judge
