// Pieces of XML as text: enough to spoil a message that a real parser has already accepted, and good
// for nothing else. Elements go by their local names, whatever their prefix.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::ctl {

// Of a SAMLResponse as a browser posts it; empty if that is not base64.
[[nodiscard]] std::string xml_of(std::string posted);

struct ElementAt {
  std::size_t begin;
  std::size_t content_begin;
  std::size_t content_end;
  std::size_t end;

  [[nodiscard]] std::string text(const std::string& xml) const {
    return xml.substr(begin, end - begin);
  }
};

// The first one; none that has another of its name inside.
[[nodiscard]] std::optional<ElementAt> find_element(const std::string& xml, std::string_view name);

[[nodiscard]] std::string inserted(std::string xml, std::size_t at, std::string_view piece);
[[nodiscard]] std::string replaced(std::string xml, const ElementAt& element,
                                   std::string_view piece);
[[nodiscard]] std::string without_elements(std::string xml, std::string_view name);

// Of the first element of that name; unchanged if there is none.
[[nodiscard]] std::string with_content(std::string xml, std::string_view name,
                                       std::string_view content);
[[nodiscard]] std::string with_algorithm(const std::string& xml, std::string_view name,
                                         std::string_view algorithm);

// Of the first element of all.
[[nodiscard]] std::optional<std::string> attribute_of(const std::string& xml,
                                                      std::string_view name);
[[nodiscard]] std::string with_attribute(std::string xml, std::string_view name,
                                         std::string_view value);

}  // namespace leadkeep::ctl
