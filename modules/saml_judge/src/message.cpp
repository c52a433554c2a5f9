#include "message.h"

#include "byte_gate.h"
#include "tree_gate.h"

namespace leadkeep::saml_judge {

std::optional<Document> open_message(std::string_view xml, Examination& examination) {
  if (!passes_byte_gate(xml, examination) || !is_worth_parsing(xml, examination)) {
    return std::nullopt;
  }
  auto document = Document::parse(xml);
  if (!examination.holds(Check::kB04, document.has_value(), "not well-formed XML") ||
      !passes_tree_gate(*document, examination) || !has_all_in_place(*document, examination)) {
    return std::nullopt;
  }
  return document;
}

}  // namespace leadkeep::saml_judge
