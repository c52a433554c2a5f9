// XML signature wrapping: the signed element is there and verifies, and another one is to be read.
// The first eight are the forms that the literature numbers.
#include "change.h"

#include <leadkeep/saml/checks.h>

namespace leadkeep::test {
namespace {

using saml::Check;

std::string in_between(const std::string& text, std::string_view from, std::string_view to) {
  const auto begin = text.find(from);
  const auto end = text.find(to, begin);
  LK_CHECK(begin != std::string::npos && end != std::string::npos);
  return text.substr(begin, end + to.size() - begin);
}

std::string signature_in(const std::string& xml) {
  return in_between(xml, "<ds:Signature ", "</ds:Signature>");
}

std::string without(std::string text, const std::string& part) {
  return changed(std::move(text), part, "");
}

std::string signed_response() {
  Forger forger;
  forger.sign_response = Signing{};
  forger.sign_assertion.reset();
  return forger.response_xml();
}

std::string signed_assertion() {
  return Forger{}.assertion_xml();
}

// What the attacker wants to be read: unsigned, with an id of its own.
std::string evil_assertion(std::string_view id = "_evil") {
  Forger forger;
  forger.sign_assertion.reset();
  forger.assertion["ID"] = std::string{id};
  forger.subject = changed(forger.subject, ">alice<", ">mallory<");
  return forger.assertion_xml();
}

std::string response_around(const std::string& inner) {
  Forger forger;
  forger.wrap = [&](const std::string&) { return inner; };
  return forger.response_xml();
}

template <class Make>
Vector wrapped(std::string name, Check refused_by, Make make) {
  return {std::move(name), refused_by, [make] { return to_base64(as_bytes(make())); }};
}

// `inner` as the last child of `outer`.
std::string appended(const std::string& outer, std::string_view end, const std::string& inner) {
  return changed(outer, end, inner + std::string{end});
}

std::string evil_response() {
  return changed(changed(changed(signed_response(), "ID=\"_response\"", "ID=\"_evil\""),
                         "ID=\"_assertion\"", "ID=\"_evil_assertion\""),
                 ">alice<", ">mallory<");
}

}  // namespace

std::vector<Vector> wrapping_vectors() {
  std::vector<Vector> all;
  all.push_back(wrapped("Xsw1ResponseInsideTheSignature", Check::kR03, [] {
    const std::string original = without(signed_response(), signature_in(signed_response()));
    return appended(evil_response(), "</ds:Signature>", original);
  }));
  all.push_back(wrapped("Xsw2ResponseBesideADetachedSignature", Check::kR03, [] {
    const std::string good = signed_response();
    const std::string evil = evil_response();
    return changed(without(evil, signature_in(evil)), "<samlp:Status>",
                   without(good, signature_in(good)) + signature_in(good) + "<samlp:Status>");
  }));
  all.push_back(wrapped("Xsw3EvilAssertionBeforeTheSigned", Check::kR04,
                        [] { return response_around(evil_assertion() + signed_assertion()); }));
  all.push_back(wrapped("Xsw4SignedAssertionInsideTheEvil", Check::kR03, [] {
    return response_around(appended(evil_assertion(), "</saml:Assertion>", signed_assertion()));
  }));
  all.push_back(wrapped("Xsw5EvilAssertionWithTheSignatureAndOriginalBehind", Check::kR04, [] {
    const std::string good = signed_assertion();
    const std::string evil =
        changed(evil_assertion(), "</saml:Issuer>", "</saml:Issuer>" + signature_in(good));
    return response_around(evil + without(good, signature_in(good)));
  }));
  all.push_back(wrapped("Xsw6OriginalInsideTheSignatureOfTheEvil", Check::kR03, [] {
    const std::string good = signed_assertion();
    const std::string signature =
        appended(signature_in(good), "</ds:Signature>", without(good, signature_in(good)));
    return response_around(
        changed(evil_assertion(), "</saml:Issuer>", "</saml:Issuer>" + signature));
  }));
  all.push_back(wrapped("Xsw7EvilAssertionInExtensions", Check::kR03, [] {
    return changed(Forger{}.response_xml(), "<samlp:Status>",
                   "<samlp:Extensions>" + evil_assertion() + "</samlp:Extensions><samlp:Status>");
  }));
  all.push_back(wrapped("Xsw8OriginalInAnObjectOfTheSignature", Check::kR03, [] {
    const std::string good = signed_assertion();
    const std::string signature =
        appended(signature_in(good), "</ds:Signature>",
                 "<ds:Object>" + without(good, signature_in(good)) + "</ds:Object>");
    return response_around(
        changed(evil_assertion(), "</saml:Issuer>", "</saml:Issuer>" + signature));
  }));
  all.push_back(wrapped("EvilAssertionBehindTheSigned", Check::kR04,
                        [] { return response_around(signed_assertion() + evil_assertion()); }));
  all.push_back(wrapped("TwoAssertionsOfTheSameId", Check::kR02, [] {
    return response_around(evil_assertion("_assertion") + signed_assertion());
  }));
  all.push_back(wrapped("SignedAssertionInAdvice", Check::kR03, [] {
    return response_around(appended(evil_assertion(), "</saml:Assertion>",
                                    "<saml:Advice>" + signed_assertion() + "</saml:Advice>"));
  }));
  all.push_back(wrapped("SignedAssertionInAnAttribute", Check::kR03, [] {
    return response_around(changed(evil_assertion(), "<saml:AttributeValue>agents",
                                   "<saml:AttributeValue>" + signed_assertion()));
  }));
  all.push_back(wrapped("SignedAssertionInStatusDetail", Check::kR03, [] {
    return changed(
        response_around(evil_assertion()), "</samlp:Status>",
        "<samlp:StatusDetail>" + signed_assertion() + "</samlp:StatusDetail></samlp:Status>");
  }));
  all.push_back(wrapped("SignatureOfTheOtherAssertion", Check::kS04, [] {
    return response_around(changed(evil_assertion(), "</saml:Issuer>",
                                   "</saml:Issuer>" + signature_in(signed_assertion())));
  }));
  all.push_back(wrapped("SignatureOfTheAssertionOnTheResponse", Check::kS04, [] {
    return changed(response_around(evil_assertion()), "<samlp:Status>",
                   signature_in(signed_assertion()) + "<samlp:Status>");
  }));
  all.push_back(wrapped("SignatureInSubject", Check::kR03, [] {
    return response_around(changed(evil_assertion(), "<saml:Subject>",
                                   "<saml:Subject>" + signature_in(signed_assertion())));
  }));
  all.push_back(wrapped("ResponseInsideAnEnvelope", Check::kR03, [] {
    return R"(<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">)" +
           Forger{}.response_xml() + "</e:Envelope>";
  }));
  all.push_back(wrapped("AnAssertionAlone", Check::kR03, [] { return signed_assertion(); }));
  all.push_back(wrapped("EncryptedAndPlainAssertion", Check::kR04, [] {
    return response_around(signed_assertion() + encrypted(evil_assertion(), {}, sp_key()));
  }));
  all.push_back(wrapped("EncryptedAssertionWithoutAnySignature", Check::kS01,
                        [] { return response_around(encrypted(evil_assertion(), {}, sp_key())); }));
  all.push_back(wrapped("UnsignedAssertionBehindAGoodSignatureOfAnEmptyResponse", Check::kR04, [] {
    Forger forger;
    forger.sign_response = Signing{};
    forger.wrap = [](const std::string&) { return std::string{}; };
    return forger.response_xml();
  }));
  return all;
}

}  // namespace leadkeep::test
