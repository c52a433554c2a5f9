#include "tree_gate.h"

#include "names.h"
#include "xml_text.h"

#include <leadkeep/base/text.h>

#include <algorithm>
#include <set>
#include <utility>

#include <libxml/tree.h>

namespace leadkeep::saml_judge {
namespace {

// Twice what the 1,015 groups make that a person of Active Directory can be in; all of them cost 10 ms.
constexpr std::size_t kMostNodes = 5'000;
constexpr std::size_t kMostDepth = 40;
constexpr std::size_t kMostAttributes = 20;
constexpr std::size_t kLongestId = 128;
constexpr std::string_view kXmlNs = "http://www.w3.org/XML/1998/namespace";

// RFC 3986 section 3.1: canonicalisation fails on another one.
bool is_absolute(std::string_view uri) noexcept {
  const std::string_view scheme = uri.substr(0, uri.find(':'));
  return scheme.size() < uri.size() && !scheme.empty() && is_alphanumeric(scheme.front()) &&
         !is_all_digits(scheme.substr(0, 1)) &&
         std::ranges::all_of(
             scheme, [](char c) { return is_alphanumeric(c) || c == '+' || c == '-' || c == '.'; });
}

bool is_plain_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= kLongestId && std::ranges::all_of(id, [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '_' || c == ':' || c == '-';
  });
}

// Walks the tree in document order. `visit(node, depth)` says whether to go on.
template <class Visit>
bool walk(::xmlNode* root, const Visit& visit) {
  std::size_t depth = 1;
  for (::xmlNode* node = root; node != nullptr;) {
    if (!visit(node, depth)) {
      return false;
    }
    if (node->type == XML_ELEMENT_NODE && node->children != nullptr) {
      node = node->children;
      ++depth;
      continue;
    }
    while (node != root && node->next == nullptr) {
      node = node->parent;
      --depth;
    }
    node = node == root ? nullptr : node->next;
  }
  return true;
}

bool has_absolute_namespaces(const ::xmlNode* element) noexcept {
  for (const ::xmlNs* ns = element->nsDef; ns != nullptr; ns = ns->next) {
    if (!is_absolute(view(ns->href))) {
      return false;
    }
  }
  return element->ns != nullptr;
}

class IdGate {
 public:
  explicit IdGate(Examination& examination) noexcept : m_examination{examination} {}

  bool passes(const Element& element) {
    for (const ::xmlAttr* attribute = element.raw()->properties; attribute != nullptr;
         attribute = attribute->next) {
      const std::string_view ns = attribute->ns == nullptr ? "" : view(attribute->ns->href);
      const std::string_view name = view(attribute->name);
      if (!m_examination.holds(Check::kR02, ns != kXmlNs || name == "lang",
                               "an xml: attribute other than xml:lang")) {
        return false;
      }
      if (to_lower_ascii(name) == "id" && !is_usable(element, ns, name)) {
        return false;
      }
    }
    return true;
  }

 private:
  bool is_usable(const Element& element, std::string_view ns, std::string_view name) {
    const auto id = ns.empty() ? element.attribute(name) : std::nullopt;
    return m_examination.holds(Check::kR02, ns.empty(), "an id in a namespace") &&
           m_examination.holds(Check::kR02, id && is_plain_id(*id),
                               "an id that is empty, too long or of other characters") &&
           m_examination.holds(Check::kR02, m_seen.insert(*id).second, "an id that is there twice");
  }

  Examination& m_examination;
  std::set<std::string> m_seen;
};

}  // namespace

bool is_worth_parsing(std::string_view xml, Examination& examination) {
  return std::cmp_less_equal(std::ranges::count(xml, '<'), kMostNodes) ||
         examination.holds(Check::kR01, false, "too many nodes");
}

bool passes_tree_gate(const Document& document, Examination& examination) {
  IdGate ids{examination};
  std::size_t nodes = 0;
  const bool passes = walk(document.root().raw(), [&](::xmlNode* node, std::size_t depth) {
    const bool element = node->type == XML_ELEMENT_NODE;
    return examination.holds(Check::kR01, ++nodes <= kMostNodes, "too many nodes") &&
           examination.holds(Check::kR01, depth <= kMostDepth, "nested too deep") &&
           examination.holds(Check::kR01, element || node->type == XML_TEXT_NODE,
                             "a node that is neither element nor text") &&
           (!element ||
            (examination.holds(Check::kR01, has_absolute_namespaces(node),
                               "an element or prefix without an absolute namespace") &&
             examination.holds(Check::kR01, Element{node}.attribute_count() <= kMostAttributes,
                               "too many attributes") &&
             ids.passes(Element{node})));
  });
  // A tree without ids has none that is wrong.
  return passes && examination.holds(Check::kR02, true, "");
}

bool has_plain_ids(const Document& document, Examination& examination) {
  IdGate ids{examination};
  return walk(document.root().raw(), [&](::xmlNode* node, std::size_t /*depth*/) {
    return node->type != XML_ELEMENT_NODE || ids.passes(Element{node});
  });
}

bool has_all_in_place(const Document& document, Examination& examination) {
  const Element root = document.root();
  return walk(root.raw(), [&](::xmlNode* node, std::size_t /*depth*/) {
    if (node->type != XML_ELEMENT_NODE) {
      return true;
    }
    const Element element{node};
    const Element parent{node == root.raw() ? node : node->parent};
    const bool is_root = node == root.raw();
    const bool below_response =
        !is_root && node->parent == root.raw() && root.is(kProtocol, "Response");
    const bool assertion =
        element.is(kAssertion, "Assertion") || element.is(kAssertion, "EncryptedAssertion");
    return examination.holds(Check::kR03, is_root || !element.is(kProtocol, "Response"),
                             "a Response inside the message") &&
           examination.holds(Check::kR03, !assertion || is_root || below_response,
                             "an assertion that is not a child of the Response") &&
           examination.holds(Check::kR03,
                             !element.is(kSignatureNs, "Signature") ||
                                 (!is_root && (parent.is(kProtocol, "Response") ||
                                               parent.is(kAssertion, "Assertion"))),
                             "a signature that is not a child of Response or Assertion") &&
           examination.holds(
               Check::kR03,
               !element.is(kSignatureNs, "Object") && !element.is(kSignatureNs, "Manifest"),
               "a signature with an object of its own");
  });
}

}  // namespace leadkeep::saml_judge
