#include "change.h"

#include <leadkeep/saml/checks.h>

namespace leadkeep::test {
namespace {

using saml::Check;

constexpr std::string_view kXenc = "http://www.w3.org/2001/04/xmlenc#";

// Of a response whose signed assertion is encrypted so.
Vector sealed(std::string name, Check refused_by, const Encrypting& how,
              const std::function<std::string(std::string)>& spoil = {}) {
  return forged(std::move(name), refused_by, [how, spoil](Forger& forger) {
    forger.wrap = [how, spoil](const std::string& assertion) {
      std::string xml = encrypted(assertion, how, sp_key());
      return spoil ? spoil(std::move(xml)) : xml;
    };
  });
}

// Likewise of another plaintext.
Vector holding(std::string name, Check refused_by,
               const std::function<std::string(std::string)>& plaintext) {
  return forged(std::move(name), refused_by, [plaintext](Forger& forger) {
    forger.wrap = [plaintext](const std::string& assertion) {
      return encrypted(plaintext(assertion), {}, sp_key());
    };
  });
}

std::function<std::string(std::string)> change(const std::string& from, const std::string& to) {
  return [from, to](std::string xml) { return changed(std::move(xml), from, to); };
}

}  // namespace

std::vector<Vector> encryption_vectors() {
  std::vector<Vector> all;
  all.push_back(sealed("RsaPkcs1", Check::kE01, {.transport = std::string{kXenc} + "rsa-1_5"}));
  all.push_back(
      sealed("TripleDes", Check::kE01, {.content = std::string{kXenc} + "tripledes-cbc"}));
  all.push_back(sealed("CbcWhereItIsNotAllowed", Check::kE01,
                       {.content = std::string{kXenc} + "aes256-cbc"}));
  Vector cbc = sealed("CbcInAnUnsignedResponse", Check::kE01,
                      {.content = std::string{kXenc} + "aes128-cbc"});
  cbc.accepts_cbc = true;
  all.push_back(std::move(cbc));
  all.push_back(sealed("UnknownContentCipher", Check::kE01, {},
                       change("xmlenc11#aes256-gcm", "xmlenc11#aes256-xts")));
  all.push_back(sealed(
      "UnknownOaepDigest", Check::kE01,
      {.transport_parts =
           R"(<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="http://www.w3.org/2001/04/xmldsig-more#md5"></ds:DigestMethod>)"}));
  all.push_back(sealed("OaepLabel", Check::kE01,
                       {.transport_parts = "<xenc:OAEPparams>AAAA</xenc:OAEPparams>"}));
  all.push_back(forged("EncryptedToAnotherKey", Check::kE02, [](Forger& forger) {
    forger.wrap = [](const std::string& assertion) {
      return encrypted(assertion, {}, other_key());
    };
  }));
  all.push_back(sealed("WrongOaepDigest", Check::kE02, {.digest = "SHA256"}));
  all.push_back(sealed("KeyOfAnotherLength", Check::kE02, {},
                       change("xmlenc11#aes256-gcm", "xmlenc11#aes128-gcm")));
  all.push_back(sealed("NoEncryptedKey", Check::kE02, {}, [](std::string xml) {
    const auto begin = xml.find("<xenc:EncryptedKey ");
    const std::string_view end = "</xenc:EncryptedKey>";
    return xml.erase(begin, xml.find(end) + end.size() - begin);
  }));
  all.push_back(sealed("TwoEncryptedKeys", Check::kE02, {}, [](std::string xml) {
    const auto begin = xml.find("<xenc:EncryptedKey ");
    const std::string_view end = "</xenc:EncryptedKey>";
    const std::string key = xml.substr(begin, xml.find(end) + end.size() - begin);
    return xml.insert(begin, changed(key, "Id=\"_k\"", "Id=\"_k2\""));
  }));
  all.push_back(sealed("KeyFromElsewhere", Check::kE02, {.beside = true},
                       change("URI=\"#_k\"", "URI=\"http://127.0.0.1:1/key\"")));
  all.push_back(sealed("ContentFromElsewhere", Check::kE02, {}, [](std::string xml) {
    const auto begin = xml.rfind("<xenc:CipherValue>");
    const std::string_view end = "</xenc:CipherValue>";
    const auto size = xml.rfind(end) + end.size() - begin;
    return xml.replace(
        begin, size, R"(<xenc:CipherReference URI="http://127.0.0.1:1/"></xenc:CipherReference>)");
  }));
  all.push_back(sealed("ContentOnly", Check::kE02, {}, change("xmlenc#Element", "xmlenc#Content")));
  all.push_back(sealed("EmptyCipherValue", Check::kE02, {}, [](std::string xml) {
    return refilled(std::move(xml), "xenc:CipherValue", "");
  }));
  all.push_back(sealed("ABitOfTheContentFlipped", Check::kE02, {}, [](std::string xml) {
    return flipped(std::move(xml), "xenc:CipherValue", 40);
  }));
  all.push_back(sealed("CutContent", Check::kE02, {}, [](std::string xml) {
    return refilled(std::move(xml), "xenc:CipherValue", "AAAA");
  }));
  all.push_back(
      holding("EncryptedNonsense", Check::kB04, [](const std::string&) { return "nonsense"; }));
  all.push_back(holding("EncryptedResponse", Check::kE03, [](const std::string&) {
    Forger forger;
    forger.sign_response = Signing{};
    return forger.response_xml();
  }));
  all.push_back(holding("EncryptedTwice", Check::kE03, [](const std::string& assertion) {
    return encrypted(assertion, {}, sp_key());
  }));
  all.push_back(holding("TwoAssertionsEncryptedAsOne", Check::kB04,
                        [](const std::string& assertion) { return assertion + assertion; }));
  all.push_back(holding("EncryptedDoctype", Check::kB03,
                        [](const std::string& assertion) { return "<!DOCTYPE x>" + assertion; }));
  all.push_back(holding("EncryptedAndTampered", Check::kS05, [](const std::string& assertion) {
    return changed(assertion, ">alice<", ">mallory<");
  }));
  all.push_back(holding("EncryptedWrapping", Check::kR03, [](const std::string& assertion) {
    Forger forger;
    forger.sign_assertion.reset();
    forger.assertion["ID"] = "_evil";
    return changed(forger.assertion_xml(), "</saml:Assertion>", assertion + "</saml:Assertion>");
  }));
  all.push_back(holding("EncryptedUnsigned", Check::kS01, [](const std::string&) {
    Forger forger;
    forger.sign_assertion.reset();
    return forger.assertion_xml();
  }));
  return all;
}

}  // namespace leadkeep::test
