// What a parser could be led astray with: encodings, DTDs, comments, depth, ids, namespaces.
#include "change.h"

#include <leadkeep/saml/checks.h>

namespace leadkeep::test {
namespace {

using saml::Check;

template <class Make>
Vector of_text(std::string name, Check refused_by, Make make) {
  return {std::move(name), refused_by, make};
}

Vector in_front(std::string name, Check refused_by, const std::string& front) {
  return tampered(std::move(name), refused_by,
                  [front](const std::string& xml) { return front + xml; });
}

Vector with(std::string name, Check refused_by, const std::string& from, const std::string& to) {
  return tampered(std::move(name), refused_by,
                  [from, to](std::string xml) { return changed(std::move(xml), from, to); });
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

std::string in_utf16(std::string_view ascii) {
  std::string wide = "\xff\xfe";
  for (const char c : ascii) {
    wide.push_back(c);
    wide.push_back('\0');
  }
  return wide;
}

}  // namespace

std::vector<Vector> byte_vectors() {
  std::vector<Vector> all;
  all.push_back(of_text("Nothing", Check::kT02, [] { return std::string{}; }));
  all.push_back(of_text("NotBase64", Check::kT02, [] { return std::string{"<samlp:Response>"}; }));
  all.push_back(
      of_text("Base64UrlAlphabet", Check::kT02, [] { return std::string{"PHNhbWxwOlJl_-=="}; }));
  all.push_back(of_text("Base64WithoutPadding", Check::kT02, [] {
    std::string text = to_base64(as_bytes(Forger{}.response_xml() + " "));
    while (!text.ends_with('=')) {
      text = to_base64(as_bytes(Forger{}.response_xml() + std::string(text.size() % 3 + 1, ' ')));
    }
    text.pop_back();
    return text;
  }));
  all.push_back(
      of_text("Base64WithABlank", Check::kT02, [] { return Forger{}.posted().insert(8, " "); }));
  all.push_back(
      of_text("Base64WithSomethingBehind", Check::kT02, [] { return Forger{}.posted() + "===="; }));
  all.push_back(
      of_text("TooLong", Check::kT02, [] { return to_base64(Bytes(265 * 1024, std::byte{'A'})); }));
  all.push_back(of_text("TooLongInBase64", Check::kT02, [] { return std::string(500'000, 'A'); }));
  all.push_back(with("NotUtf8", Check::kB01, ">alice<", ">al\xffice<"));
  all.push_back(with("OverlongUtf8", Check::kB01, ">alice<", ">al\xc0\xafice<"));
  all.push_back(with("Surrogate", Check::kB01, ">alice<", ">al\xed\xa0\x80ice<"));
  all.push_back(with("Noncharacter", Check::kB01, ">alice<", ">al\xef\xbf\xbfice<"));
  all.push_back(
      with("NoncharacterOfAnotherPlane", Check::kB01, ">alice<", ">al\xf0\x9f\xbf\xbeice<"));
  all.push_back(tampered("Nul", Check::kB01, [](const std::string& xml) {
    return changed(xml, ">alice<", std::string_view{">al\0ice<", 8});
  }));
  all.push_back(with("ControlCharacter", Check::kB01, ">alice<",
                     ">al\x0b"
                     "ice<"));
  all.push_back(with("Delete", Check::kB01, ">alice<", ">al\x7fice<"));
  all.push_back(in_front("ByteOrderMark", Check::kB01, "\xef\xbb\xbf"));
  all.push_back(of_text("Utf16", Check::kB01,
                        [] { return to_base64(as_bytes(in_utf16(Forger{}.response_xml()))); }));
  all.push_back(in_front("Xml11", Check::kB02, R"(<?xml version="1.1"?>)"));
  all.push_back(in_front("Latin1", Check::kB02, R"(<?xml version="1.0" encoding="ISO-8859-1"?>)"));
  all.push_back(in_front("Utf7", Check::kB02, R"(<?xml version="1.0" encoding="UTF-7"?>)"));
  all.push_back(in_front("Standalone", Check::kB02, R"(<?xml version="1.0" standalone="yes"?>)"));
  all.push_back(
      in_front("TwoDeclarations", Check::kB02, R"(<?xml version="1.0"?><?xml version="1.0"?>)"));
  all.push_back(in_front("Doctype", Check::kB03, "<!DOCTYPE Response>"));
  all.push_back(in_front("ExternalEntity", Check::kB03,
                         R"(<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>)"));
  all.push_back(in_front("ParameterEntity", Check::kB03,
                         R"(<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1:1/"> %x;]>)"));
  all.push_back(in_front(
      "BillionLaughs", Check::kB03,
      R"(<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>)"));
  // The id of an element by a DTD, as the parsers of CVE-2025-25291 disagreed about.
  all.push_back(in_front("DoctypeThatDeclaresAnId", Check::kB03,
                         R"(<!DOCTYPE r [<!ATTLIST samlp:Response x ID #IMPLIED>]>)"));
  // VU#475445: what is behind the comment was not read.
  all.push_back(with("CommentInNameId", Check::kB03, ">alice<", ">alice<!-- -->.evil<"));
  all.push_back(with("CommentInDigestValue", Check::kB03, "<ds:DigestValue>",
                     "<ds:DigestValue><!-- AAAA -->"));
  all.push_back(with("CommentInSignatureValue", Check::kB03, "<ds:SignatureValue>",
                     "<ds:SignatureValue><!---->"));
  all.push_back(with("Cdata", Check::kB03, ">alice<", "><![CDATA[alice]]><"));
  all.push_back(with("ProcessingInstruction", Check::kB03, ">alice<", "><?x y?>alice<"));
  all.push_back(
      in_front("ProcessingInstructionInFront", Check::kB03, "<?xml-stylesheet href=\"x\"?>"));
  all.push_back(with("UnknownEntity", Check::kB04, ">alice<", ">&alice;<"));
  all.push_back(with("CharacterReferenceOfNul", Check::kB04, ">alice<", ">&#0;<"));
  all.push_back(with("NotWellFormed", Check::kB04, "</saml:Subject>", ""));
  all.push_back(tampered("CutShort", Check::kB04,
                         [](const std::string& xml) { return xml.substr(0, xml.size() / 2); }));
  all.push_back(
      tampered("TwoRoots", Check::kB04, [](const std::string& xml) { return xml + xml; }));
  all.push_back(
      tampered("SomethingBehind", Check::kB04, [](const std::string& xml) { return xml + "x"; }));
  all.push_back(
      with("XmlAttributeTwice", Check::kB04, "Version=\"2.0\"", "Version=\"2.0\" Version=\"2.0\""));
  all.push_back(with("UnboundPrefix", Check::kB04, "<saml:Subject>", "<nobody:x/><saml:Subject>"));
  all.push_back(of_text("NotXml", Check::kB04, [] { return to_base64(as_bytes("{}")); }));
  all.push_back(with("TooDeep", Check::kR01, "<saml:Subject>",
                     repeated("<saml:X>", 60) + repeated("</saml:X>", 60) + "<saml:Subject>"));
  all.push_back(with("TooManyNodes", Check::kR01, "<saml:Subject>",
                     repeated("<saml:X/>", 5'100) + "<saml:Subject>"));
  all.push_back(with("TooManyTexts", Check::kR01, "<saml:Subject>",
                     repeated("<saml:X>a</saml:X>a", 2'000) + "<saml:Subject>"));
  // As many as may be, and whatever else may be wrong with them.
  all.push_back(with("ManyNodesOfNoUse", Check::kS05, "<saml:Subject>",
                     repeated("<saml:X/>", 4'900) + "<saml:Subject>"));
  all.push_back(tampered("TooManyAttributes", Check::kR01, [](const std::string& xml) {
    std::string attributes;
    for (int i = 0; i < 30; ++i) {
      attributes += " a" + std::to_string(i) + "=\"\"";
    }
    return changed(xml, "<saml:Subject>", "<saml:Subject" + attributes + ">");
  }));
  all.push_back(
      with("ElementWithoutNamespace", Check::kR01, "<saml:Subject>", "<x></x><saml:Subject>"));
  all.push_back(with("UndeclaredDefaultNamespace", Check::kR01, "<saml:Subject>",
                     "<saml:X xmlns=\"\"></saml:X><saml:Subject>"));
  // CVE-2025-66568: canonicalisation failed, and the digest of nothing was compared.
  all.push_back(with("RelativeNamespace", Check::kR01, "<saml:Subject>",
                     "<saml:Subject xmlns:x=\"relative\">"));
  all.push_back(with("IdTwice", Check::kR02, "ID=\"_response\"", "ID=\"_assertion\""));
  all.push_back(with("IdTwiceInAnotherCase", Check::kR02, "<saml:Subject>",
                     "<saml:Subject Id=\"_assertion\">"));
  all.push_back(with("EmptyId", Check::kR02, "ID=\"_response\"", "ID=\"\""));
  all.push_back(with("IdWithAnEntity", Check::kR02, "ID=\"_response\"", "ID=\"_&amp;\""));
  all.push_back(with("IdWithAQuote", Check::kR02, "ID=\"_response\"", "ID=\"_'x\""));
  all.push_back(tampered("IdTooLong", Check::kR02, [](const std::string& xml) {
    return changed(xml, "ID=\"_response\"", "ID=\"" + std::string(200, 'a') + "\"");
  }));
  all.push_back(with("XmlId", Check::kR02, "<saml:Subject>", "<saml:Subject xml:id=\"x\">"));
  all.push_back(
      with("XmlBase", Check::kR02, "<saml:Subject>", "<saml:Subject xml:base=\"http://x/\">"));
  all.push_back(with("IdInANamespace", Check::kR02, "<saml:Subject>",
                     "<saml:Subject xmlns:x=\"urn:x\" x:ID=\"_x\">"));
  return all;
}

}  // namespace leadkeep::test
