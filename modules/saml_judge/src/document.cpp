#include "document.h"

#include "library.h"
#include "xml_text.h"

#include <leadkeep/base/check.h>

#include <limits>

#include <libxml/parser.h>
#include <libxml/tree.h>

namespace leadkeep::saml_judge {
namespace {

struct FreeParser {
  void operator()(::xmlParserCtxt* parser) const noexcept { ::xmlFreeParserCtxt(parser); }
};

using Parser = std::unique_ptr<::xmlParserCtxt, FreeParser>;

bool is_named(const ::xmlNode* node, std::string_view ns, std::string_view name) noexcept {
  return node->type == XML_ELEMENT_NODE && node->ns != nullptr && view(node->name) == name &&
         view(node->ns->href) == ns;
}

// Of text nodes: there are no others below an attribute, once entities are refused.
std::optional<std::string> text_below(const ::xmlNode* first) {
  std::string text;
  for (const ::xmlNode* node = first; node != nullptr; node = node->next) {
    if (node->type != XML_TEXT_NODE) {
      return std::nullopt;
    }
    text += view(node->content);
  }
  return text;
}

}  // namespace

bool Element::is(std::string_view ns, std::string_view name) const noexcept {
  return is_named(m_node, ns, name);
}

std::optional<std::string> Element::attribute(std::string_view name) const {
  for (const ::xmlAttr* attribute = m_node->properties; attribute != nullptr;
       attribute = attribute->next) {
    if (attribute->ns == nullptr && view(attribute->name) == name) {
      return text_below(attribute->children);
    }
  }
  return std::nullopt;
}

std::size_t Element::attribute_count() const noexcept {
  std::size_t count = 0;
  for (const ::xmlAttr* attribute = m_node->properties; attribute != nullptr;
       attribute = attribute->next) {
    ++count;
  }
  return count;
}

std::vector<Element> Element::children() const {
  std::vector<Element> found;
  for (::xmlNode* node = m_node->children; node != nullptr; node = node->next) {
    if (node->type == XML_ELEMENT_NODE) {
      found.emplace_back(node);
    }
  }
  return found;
}

std::vector<Element> Element::children(std::string_view ns, std::string_view name) const {
  std::vector<Element> found;
  for (::xmlNode* node = m_node->children; node != nullptr; node = node->next) {
    if (is_named(node, ns, name)) {
      found.emplace_back(node);
    }
  }
  return found;
}

std::optional<Element> Element::child(std::string_view ns, std::string_view name) const {
  const auto found = children(ns, name);
  return found.size() == 1 ? std::optional{found.front()} : std::nullopt;
}

std::optional<std::string> Element::text() const {
  return text_below(m_node->children);
}

std::optional<Document> Document::parse(std::string_view xml) {
  constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
  if (xml.size() > std::numeric_limits<int>::max()) {
    return std::nullopt;
  }
  start_library();
  const Parser parser{::xmlNewParserCtxt()};
  LK_CHECK(parser != nullptr);
  Document document{::xmlCtxtReadMemory(parser.get(), xml.data(), static_cast<int>(xml.size()),
                                        nullptr, "UTF-8", kOptions)};
  // A prefix that is bound to nothing is no error of the parser, and one of ours.
  ::xmlDoc* raw = document.raw();
  if (raw == nullptr || parser->nsWellFormed != 1 || raw->intSubset != nullptr ||
      raw->extSubset != nullptr || ::xmlDocGetRootElement(raw) == nullptr) {
    return std::nullopt;
  }
  return document;
}

Element Document::root() const noexcept {
  return Element{::xmlDocGetRootElement(m_document.get())};
}

void Document::Free::operator()(::xmlDoc* document) const noexcept {
  ::xmlFreeDoc(document);
}

}  // namespace leadkeep::saml_judge
