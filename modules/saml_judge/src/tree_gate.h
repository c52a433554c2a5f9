// The tree as a whole, before anything in it is believed: checks.
#pragma once
#include "document.h"
#include "examination.h"

#include <string_view>

namespace leadkeep::saml_judge {

// R-01, before a parser makes a tree of it: every element begins with a '<'.
[[nodiscard]] bool is_worth_parsing(std::string_view xml, Examination& examination);

//
[[nodiscard]] bool passes_tree_gate(const Document& document, Examination& examination);

// R-02 alone.
[[nodiscard]] bool has_plain_ids(const Document& document, Examination& examination);

// R-03, of a Response or of an Assertion that stands alone.
[[nodiscard]] bool has_all_in_place(const Document& document, Examination& examination);

}  // namespace leadkeep::saml_judge
