#include "ctl/saml/attacks.h"

#include "ctl/saml/xml_pieces.h"

#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/rsa.h>

#include <array>
#include <chrono>
#include <optional>

namespace leadkeep::ctl {
namespace {

using Xml = std::optional<std::string>;  // nothing: no occasion

constexpr std::string_view kSomebodyElse = "somebody-else";

// The assertion about somebody else, and signed by nobody.
Xml forged_assertion(const std::string& xml) {
  const auto assertion = find_element(xml, "Assertion");
  if (!assertion) {
    return std::nullopt;
  }
  std::string forged = without_elements(assertion->text(xml), "Signature");
  return with_content(with_attribute(std::move(forged), "ID", "_forged"), "NameID", kSomebodyElse);
}

// What is encrypted may be signed inside.
Xml unsigned_response(const std::string& xml) {
  return find_element(xml, "EncryptedAssertion") ? std::nullopt
                                                 : Xml{without_elements(xml, "Signature")};
}

Xml beside(const std::string& xml, bool in_front) {
  const auto forged = forged_assertion(xml);
  const auto assertion = find_element(xml, "Assertion");
  if (!forged || !assertion) {
    return std::nullopt;
  }
  return inserted(xml, in_front ? assertion->begin : assertion->end, *forged);
}

// XSW 4: what was signed is there, a level deeper.
Xml signed_inside_forged(const std::string& xml) {
  const auto forged = forged_assertion(xml);
  const auto assertion = find_element(xml, "Assertion");
  if (!forged || !assertion) {
    return std::nullopt;
  }
  const auto outer = find_element(*forged, "Assertion");
  return replaced(xml, *assertion, inserted(*forged, outer->content_end, assertion->text(xml)));
}

Xml forged_inside_signed(const std::string& xml) {
  const auto forged = forged_assertion(xml);
  const auto assertion = find_element(xml, "Assertion");
  return forged && assertion ? Xml{inserted(xml, assertion->content_end, *forged)} : std::nullopt;
}

// XSW 6 and 8: the signature moves to the forged assertion, and holds what it was made for.
Xml signed_as_object_of_forged(const std::string& xml) {
  const auto forged = forged_assertion(xml);
  const auto assertion = find_element(xml, "Assertion");
  const auto signature = assertion ? find_element(assertion->text(xml), "Signature") : std::nullopt;
  const auto issuer = forged ? find_element(*forged, "Issuer") : std::nullopt;
  if (!signature || !issuer) {
    return std::nullopt;
  }
  const std::string original = assertion->text(xml);
  const std::string object = "<Object xmlns=\"http://www.w3.org/2000/09/xmldsig#\">" +
                             without_elements(original, "Signature") + "</Object>";
  const std::string moved = signature->text(original);
  const auto whole = find_element(moved, "Signature");
  return replaced(xml, *assertion,
                  inserted(*forged, issuer->end, inserted(moved, whole->content_end, object)));
}

// XSW 7.
Xml forged_as_extension(const std::string& xml) {
  const auto forged = forged_assertion(xml);
  const auto issuer = find_element(xml, "Issuer");
  if (!forged || !issuer) {
    return std::nullopt;
  }
  return inserted(
      xml, issuer->end,
      "<Extensions xmlns=\"urn:oasis:names:tc:SAML:2.0:protocol\">" + *forged + "</Extensions>");
}

// XSW 1 and 2.
Xml response_inside_forged(const std::string& xml) {
  const auto response = find_element(xml, "Response");
  if (!response) {
    return std::nullopt;
  }
  std::string forged =
      with_attribute(without_elements(response->text(xml), "Signature"), "ID", "_forged_response");
  if (const auto assertion = forged_assertion(xml)) {
    forged = replaced(forged, *find_element(forged, "Assertion"), *assertion);
  }
  const auto outer = find_element(forged, "Response");
  return inserted(forged, outer->content_end, response->text(xml));
}

// With other ids, which would be there twice.
Xml second_encrypted(const std::string& xml) {
  constexpr std::string_view kId = " Id=\"";
  const auto encrypted = find_element(xml, "EncryptedAssertion");
  if (!encrypted) {
    return std::nullopt;
  }
  std::string second = encrypted->text(xml);
  for (auto at = second.find(kId); at != std::string::npos; at = second.find(kId, at + 1)) {
    second.insert(at + kId.size(), "_");
  }
  return inserted(xml, encrypted->end, second);
}

Xml in_front(std::string_view what, const std::string& xml) {
  const auto response = find_element(xml, "Response");
  return response ? Xml{std::string{what} + response->text(xml)} : std::nullopt;
}

Xml same_ids(const std::string& xml) {
  const auto assertion = find_element(xml, "Assertion");
  const auto id = assertion ? attribute_of(assertion->text(xml), "ID") : std::nullopt;
  return id ? Xml{with_attribute(xml, "ID", *id)} : std::nullopt;
}

Xml with_other_text(const std::string& xml, std::string_view element, std::string_view text) {
  return find_element(xml, element) ? Xml{with_content(xml, element, text)} : std::nullopt;
}

Xml with_changed_letter(const std::string& xml, std::string_view element) {
  const auto found = find_element(xml, element);
  const auto at = found ? xml.find_first_not_of(" \r\n\t", found->content_begin) : 0;
  if (!found || at >= found->content_end) {
    return std::nullopt;
  }
  std::string changed = xml;
  changed[at] = changed[at] == 'A' ? 'B' : 'A';
  return changed;
}

struct OfXml {
  const char* name;
  Xml (*make)(const std::string& xml);
};

constexpr std::array kOfXml{
    OfXml{"no signature is left", unsigned_response},
    OfXml{"another person in the signed assertion",
          [](const std::string& xml) -> Xml {
            return with_other_text(xml, "NameID", kSomebodyElse);
          }},
    OfXml{"another value of an attribute",
          [](const std::string& xml) -> Xml {
            return with_other_text(xml, "AttributeValue", "administrators");
          }},
    OfXml{"a comment inside the name",
          [](const std::string& xml) -> Xml {
            const auto name = find_element(xml, "NameID");
            return name ? Xml{inserted(xml, name->content_begin + 1, "<!---->")} : std::nullopt;
          }},
    OfXml{"a DTD with an entity",
          [](const std::string& xml) -> Xml {
            return in_front("<!DOCTYPE Response [<!ENTITY e \"x\">]>", xml);
          }},
    OfXml{"a processing instruction",
          [](const std::string& xml) -> Xml {
            return in_front("<?xml-stylesheet href=\"x\"?>", xml);
          }},
    OfXml{"a byte order mark",
          [](const std::string& xml) -> Xml { return in_front("\xef\xbb\xbf", xml); }},
    OfXml{"two responses in one", [](const std::string& xml) -> Xml { return in_front(xml, xml); }},
    OfXml{"a forged assertion in front of the signed one",
          [](const std::string& xml) -> Xml { return beside(xml, true); }},
    OfXml{"a forged assertion behind the signed one",
          [](const std::string& xml) -> Xml { return beside(xml, false); }},
    OfXml{"the signed assertion inside a forged one", signed_inside_forged},
    OfXml{"a forged assertion inside the signed one", forged_inside_signed},
    OfXml{"the signed assertion as an object of a forged one's signature",
          signed_as_object_of_forged},
    OfXml{"a forged assertion among the extensions", forged_as_extension},
    OfXml{"the signed response inside a forged one", response_inside_forged},
    OfXml{"a second encrypted assertion", second_encrypted},
    OfXml{"two elements of one id", same_ids},
    OfXml{"signed with SHA-1",
          [](const std::string& xml) -> Xml {
            return with_algorithm(xml, "SignatureMethod",
                                  "http://www.w3.org/2000/09/xmldsig#rsa-sha1");
          }},
    OfXml{"signed with a shared secret",
          [](const std::string& xml) -> Xml {
            return with_algorithm(xml, "SignatureMethod",
                                  "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256");
          }},
    OfXml{"a transform that chooses what is signed",
          [](const std::string& xml) -> Xml {
            return with_algorithm(xml, "Transform", "http://www.w3.org/TR/1999/REC-xpath-19991116");
          }},
    OfXml{"canonical with comments",
          [](const std::string& xml) -> Xml {
            return with_algorithm(xml, "CanonicalizationMethod",
                                  "http://www.w3.org/2001/10/xml-exc-c14n#WithComments");
          }},
    OfXml{"a signature of the whole document",
          [](const std::string& xml) -> Xml {
            const auto reference = find_element(xml, "Reference");
            return reference ? Xml{replaced(xml, *reference,
                                            with_attribute(reference->text(xml), "URI", ""))}
                             : std::nullopt;
          }},
    OfXml{"an empty digest",
          [](const std::string& xml) -> Xml { return with_other_text(xml, "DigestValue", ""); }},
    OfXml{"another digest",
          [](const std::string& xml) -> Xml { return with_changed_letter(xml, "DigestValue"); }},
    OfXml{"another signature",
          [](const std::string& xml) -> Xml { return with_changed_letter(xml, "SignatureValue"); }},
    OfXml{"an empty signature",
          [](const std::string& xml) -> Xml { return with_other_text(xml, "SignatureValue", ""); }},
    OfXml{"other ciphertext",
          [](const std::string& xml) -> Xml { return with_changed_letter(xml, "CipherValue"); }},
    OfXml{"the status of a failure",
          [](const std::string& xml) -> Xml {
            const auto code = find_element(xml, "StatusCode");
            return code ? Xml{replaced(
                              xml, *code,
                              with_attribute(code->text(xml), "Value",
                                             "urn:oasis:names:tc:SAML:2.0:status:Responder"))}
                        : std::nullopt;
          }},
};

struct Elsewhere {
  const char* name;
  void (*change)(saml::ResponseJob& job);
};

// The response as it is, in a situation in which it must not count.
constexpr std::array kElsewhere{
    Elsewhere{"characters behind the base64", [](saml::ResponseJob& job) { job.posted += "!"; }},
    Elsewhere{"as the answer to another request",
              [](saml::ResponseJob& job) { job.question.request_id = "_another"; }},
    Elsewhere{"where nobody has asked",
              [](saml::ResponseJob& job) { job.question.request_id.clear(); }},
    Elsewhere{"a day later",
              [](saml::ResponseJob& job) { job.now = job.now + std::chrono::hours{24}; }},
    Elsewhere{"a day too early",
              [](saml::ResponseJob& job) { job.now = job.now - std::chrono::hours{24}; }},
    Elsewhere{
        "at another service of the company",
        [](saml::ResponseJob& job) { job.us.entity_id = "https://another.example/metadata"; }},
    Elsewhere{"at another address of ours",
              [](saml::ResponseJob& job) { job.us.consumer_url = "https://another.example/acs"; }},
    Elsewhere{
        "as one of another identity provider",
        [](saml::ResponseJob& job) { job.provider.entity_id = "https://another.example/idp"; }},
    Elsewhere{"signed by a key that was not confirmed",
              [](saml::ResponseJob& job) {
                constexpr int kBits = 2048;
                job.provider.signing_keys = {crypto::RsaPrivateKey::generate(kBits).public_key()};
              }},
    Elsewhere{"for a step-up, from a log-in before it",
              [](saml::ResponseJob& job) {
                job.question.asked = job.now + std::chrono::hours{24};
                job.question.asked_again = true;
              }},
};

}  // namespace

std::vector<Attack> attacks_on(const saml::ResponseJob& accepted) {
  std::vector<Attack> attacks;
  const std::string xml = xml_of(accepted.posted);
  for (const auto& [name, make] : kOfXml) {
    const Xml changed = make(xml);
    if (changed && *changed != xml) {
      attacks.push_back({name, accepted});
      attacks.back().job.posted = to_base64(as_bytes(*changed));
    }
  }
  for (const auto& [name, change] : kElsewhere) {
    attacks.push_back({name, accepted});
    change(attacks.back().job);
  }
  return attacks;
}

}  // namespace leadkeep::ctl
