// A parsed message, and what is asked of its elements. libxml2 is seen here, in signature.cpp and
// nowhere else.
//
// The parser gets no network, no DTD, no entities but the five predefined ones and no recovery; what
// it parses has passed the byte gate (gates.h).
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Of libxml2, whose headers who only asks an Element does not need.
struct _xmlNode;  // NOLINT(bugprone-*,cert-*,readability-identifier-naming): its name
struct _xmlDoc;   // NOLINT(bugprone-*,cert-*,readability-identifier-naming): its name

namespace leadkeep::saml_judge {

// A view, good as long as its Document.
class Element {
 public:
  explicit Element(::_xmlNode* node) noexcept : m_node{node} {}

  [[nodiscard]] bool is(std::string_view ns, std::string_view name) const noexcept;
  // Of no namespace.
  [[nodiscard]] std::optional<std::string> attribute(std::string_view name) const;
  [[nodiscard]] std::size_t attribute_count() const noexcept;
  [[nodiscard]] std::vector<Element> children() const;
  [[nodiscard]] std::vector<Element> children(std::string_view ns, std::string_view name) const;
  // The only child of that name; nothing if there is none or more than one.
  [[nodiscard]] std::optional<Element> child(std::string_view ns, std::string_view name) const;
  // Nothing if there are elements in it.
  [[nodiscard]] std::optional<std::string> text() const;

  [[nodiscard]] ::_xmlNode* raw() const noexcept { return m_node; }

 private:
  ::_xmlNode* m_node;
};

class Document {
 public:
  // Nothing for what is not well-formed or has a DTD.
  [[nodiscard]] static std::optional<Document> parse(std::string_view xml);

  [[nodiscard]] Element root() const noexcept;

  [[nodiscard]] ::_xmlDoc* raw() const noexcept { return m_document.get(); }

 private:
  struct Free {
    void operator()(::_xmlDoc* document) const noexcept;
  };

  explicit Document(::_xmlDoc* document) noexcept : m_document{document} {}

  std::unique_ptr<::_xmlDoc, Free> m_document;
};

}  // namespace leadkeep::saml_judge
