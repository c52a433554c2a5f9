#include "ctl/saml/xml_pieces.h"

#include <leadkeep/base/bytes.h>

namespace leadkeep::ctl {
namespace {

constexpr std::string_view kEndOfName = " \t\r\n/>";

// "saml:NameID" of "<saml:NameID Format=…".
std::string_view name_at(std::string_view xml, std::size_t tag) {
  const std::string_view rest = xml.substr(tag + 1);
  return rest.substr(0, rest.find_first_of(kEndOfName));
}

struct Value {
  std::size_t begin;
  std::size_t size;
};

std::optional<Value> find_attribute(std::string_view xml, std::string_view name) {
  std::size_t tag = xml.find('<');
  while (tag != std::string_view::npos && xml.substr(tag).starts_with("<?")) {
    tag = xml.find('<', tag + 1);
  }
  const std::size_t end = xml.find('>', tag);
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view head = xml.substr(0, end);
  const std::string wanted = " " + std::string{name} + "=";
  const std::size_t at = head.find(wanted, tag);
  if (at == std::string_view::npos || at + wanted.size() >= head.size()) {
    return std::nullopt;
  }
  const std::size_t begin = at + wanted.size() + 1;
  const std::size_t close = head.find(head[begin - 1], begin);
  return close == std::string_view::npos ? std::nullopt
                                         : std::optional{Value{begin, close - begin}};
}

}  // namespace

std::string xml_of(std::string posted) {
  std::erase_if(posted, [](char c) { return c == '\r' || c == '\n'; });
  const auto bytes = from_base64(posted);
  return bytes ? std::string{as_text(*bytes)} : "";
}

std::optional<ElementAt> find_element(const std::string& xml, std::string_view name) {
  for (std::size_t tag = xml.find('<'); tag != std::string::npos; tag = xml.find('<', tag + 1)) {
    const std::string qualified{name_at(xml, tag)};
    if (qualified.substr(qualified.find(':') + 1) != name || qualified.starts_with('/')) {
      continue;
    }
    const std::size_t head_end = xml.find('>', tag);
    if (head_end == std::string::npos) {
      return std::nullopt;
    }
    if (xml[head_end - 1] == '/') {
      return ElementAt{tag, head_end + 1, head_end + 1, head_end + 1};
    }
    const std::string closing = "</" + qualified + ">";
    const std::size_t close = xml.find(closing, head_end);
    return close == std::string::npos
               ? std::nullopt
               : std::optional{ElementAt{tag, head_end + 1, close, close + closing.size()}};
  }
  return std::nullopt;
}

std::string inserted(std::string xml, std::size_t at, std::string_view piece) {
  return xml.insert(at, piece);
}

std::string replaced(std::string xml, const ElementAt& element, std::string_view piece) {
  return xml.replace(element.begin, element.end - element.begin, piece);
}

std::string without_elements(std::string xml, std::string_view name) {
  while (const auto found = find_element(xml, name)) {
    xml.erase(found->begin, found->end - found->begin);
  }
  return xml;
}

std::string with_content(std::string xml, std::string_view name, std::string_view content) {
  const auto found = find_element(xml, name);
  return found
             ? xml.replace(found->content_begin, found->content_end - found->content_begin, content)
             : xml;
}

std::string with_algorithm(const std::string& xml, std::string_view name,
                           std::string_view algorithm) {
  const auto found = find_element(xml, name);
  return found ? replaced(xml, *found, with_attribute(found->text(xml), "Algorithm", algorithm))
               : xml;
}

std::optional<std::string> attribute_of(const std::string& xml, std::string_view name) {
  const auto found = find_attribute(xml, name);
  return found ? std::optional{xml.substr(found->begin, found->size)} : std::nullopt;
}

std::string with_attribute(std::string xml, std::string_view name, std::string_view value) {
  const auto found = find_attribute(xml, name);
  return found ? xml.replace(found->begin, found->size, value) : xml;
}

}  // namespace leadkeep::ctl
