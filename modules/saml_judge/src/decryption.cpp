#include "decryption.h"

#include "base64.h"
#include "names.h"

#include <leadkeep/crypto/content_cipher.h>
#include <leadkeep/crypto/random.h>

#include <algorithm>
#include <array>

namespace leadkeep::saml_judge {
namespace {

using crypto::ContentCipher;
using crypto::OaepDigest;

struct Cipher {
  std::string_view uri;
  ContentCipher cipher;
  bool cbc;
};

constexpr std::array kCiphers{
    Cipher{"http://www.w3.org/2009/xmlenc11#aes128-gcm", ContentCipher::kAes128Gcm, false},
    Cipher{"http://www.w3.org/2009/xmlenc11#aes256-gcm", ContentCipher::kAes256Gcm, false},
    Cipher{"http://www.w3.org/2001/04/xmlenc#aes128-cbc", ContentCipher::kAes128Cbc, true},
    Cipher{"http://www.w3.org/2001/04/xmlenc#aes256-cbc", ContentCipher::kAes256Cbc, true}};

constexpr std::string_view kOaepMgf1p = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
constexpr std::string_view kOaep11 = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
constexpr std::string_view kTypeElement = "http://www.w3.org/2001/04/xmlenc#Element";

struct DigestName {
  std::string_view digest;
  std::string_view mgf;
  OaepDigest value;
};

constexpr std::array kDigestNames{
    DigestName{kSha1, "http://www.w3.org/2009/xmlenc11#mgf1sha1", OaepDigest::kSha1},
    DigestName{kSha256, "http://www.w3.org/2009/xmlenc11#mgf1sha256", OaepDigest::kSha256},
    DigestName{kSha384, "http://www.w3.org/2009/xmlenc11#mgf1sha384", OaepDigest::kSha384},
    DigestName{kSha512, "http://www.w3.org/2009/xmlenc11#mgf1sha512", OaepDigest::kSha512}};

// What an optional child of this name says; SHA-1 where there is none, by the standard.
std::optional<OaepDigest> digest_in(const Element& method, std::string_view ns,
                                    std::string_view name, std::string_view DigestName::* column) {
  const auto children = method.children(ns, name);
  if (children.empty()) {
    return OaepDigest::kSha1;
  }
  const auto algorithm = children.front().attribute("Algorithm");
  const auto found =
      std::ranges::find(kDigestNames, std::string_view{algorithm.value_or("")}, column);
  return children.size() > 1 || found == kDigestNames.end() ? std::nullopt
                                                            : std::optional{found->value};
}

std::optional<crypto::Oaep> oaep_of(const Element& method) {
  const auto algorithm = method.attribute("Algorithm");
  const bool old = algorithm == kOaepMgf1p;  // MGF1 with SHA-1, whatever the digest is
  if (!old && algorithm != kOaep11) {
    return std::nullopt;
  }
  const auto label = digest_in(method, kSignatureNs, "DigestMethod", &DigestName::digest);
  const auto mgf1 = digest_in(method, kEncryption11Ns, "MGF", &DigestName::mgf);
  const bool usual = label && mgf1 && method.children(kEncryptionNs, "OAEPparams").empty() &&
                     (!old || mgf1 == OaepDigest::kSha1);
  return usual ? std::optional{crypto::Oaep{*label, *mgf1}} : std::nullopt;
}

const Cipher* cipher_of(const Element& method) {
  const auto algorithm = method.attribute("Algorithm");
  const auto* found =
      std::ranges::find(kCiphers, std::string_view{algorithm.value_or("")}, &Cipher::uri);
  return found == kCiphers.end() ? nullptr : found;
}

std::optional<Bytes> cipher_value(const Element& holder) {
  const auto data = holder.child(kEncryptionNs, "CipherData");
  if (!data || data->children().size() != 1) {
    return std::nullopt;
  }
  const auto value = data->child(kEncryptionNs, "CipherValue");
  const auto text = value ? value->text() : std::nullopt;
  auto bytes = text ? from_base64(*text, Blanks::kAnywhere) : std::nullopt;
  return bytes && !bytes->empty() ? std::move(bytes) : std::nullopt;
}

// The EncryptedKey, which stands in KeyInfo or beside EncryptedData; there KeyInfo may point to it.
std::optional<Element> find_key(const Element& encrypted_assertion, const Element& data) {
  const auto beside = encrypted_assertion.children(kEncryptionNs, "EncryptedKey");
  const auto info = data.child(kSignatureNs, "KeyInfo");
  const auto inside = info ? info->children(kEncryptionNs, "EncryptedKey") : std::vector<Element>{};
  const auto pointers =
      info ? info->children(kSignatureNs, "RetrievalMethod") : std::vector<Element>{};
  if (beside.size() + inside.size() != 1) {
    return std::nullopt;
  }
  const Element key = beside.empty() ? inside.front() : beside.front();
  const std::string own = "#" + key.attribute("Id").value_or("");
  const bool elsewhere = std::ranges::any_of(pointers, [&](const Element& pointer) {
    return pointer.attribute("URI") != own || !pointer.children().empty();
  });
  return elsewhere ? std::nullopt : std::optional{key};
}

struct Sealed {
  const Cipher* cipher = nullptr;
  crypto::Oaep oaep;
  Bytes content;
  Bytes key;
};

std::optional<Sealed> read_sealed(const Element& encrypted_assertion, Examination& examination) {
  const auto data = encrypted_assertion.child(kEncryptionNs, "EncryptedData");
  const auto key = data ? find_key(encrypted_assertion, *data) : std::nullopt;
  const bool of_element =
      data && data->attribute("Type").value_or(std::string{kTypeElement}) == kTypeElement;
  if (!examination.holds(Check::kE02, key && of_element,
                         "other than one EncryptedData of an element with one EncryptedKey")) {
    return std::nullopt;
  }
  const auto data_method = data->child(kEncryptionNs, "EncryptionMethod");
  const auto key_method = key->child(kEncryptionNs, "EncryptionMethod");
  const Cipher* cipher = data_method ? cipher_of(*data_method) : nullptr;
  const auto oaep = key_method ? oaep_of(*key_method) : std::nullopt;
  auto content = cipher_value(*data);
  auto sealed_key = cipher_value(*key);
  if (!examination.holds(Check::kE01, cipher != nullptr && oaep,
                         "an algorithm other than RSA-OAEP with AES-GCM or AES-CBC") ||
      !examination.holds(Check::kE02, content && sealed_key, "no CipherValue in base64")) {
    return std::nullopt;
  }
  return Sealed{cipher, *oaep, *std::move(content), *std::move(sealed_key)};
}

// A random one if none of ours opens it, so that the same work is done and the same is said.
SecretBytes open_key(const Sealed& sealed, std::span<const crypto::RsaPrivateKey> keys) {
  const std::size_t size = crypto::key_size_of(sealed.cipher->cipher);
  SecretBytes opened = crypto::random_secret(size);
  for (const crypto::RsaPrivateKey& key : keys) {
    auto candidate = key.decrypt_oaep(sealed.oaep, sealed.key);
    if (candidate && candidate->size() == size) {
      opened = *std::move(candidate);
    }
  }
  return opened;
}

}  // namespace

std::optional<std::string> decrypted(const Element& encrypted_assertion,
                                     std::span<const crypto::RsaPrivateKey> keys, Cbc cbc,
                                     Examination& examination) {
  const auto sealed = read_sealed(encrypted_assertion, examination);
  if (!sealed ||
      !examination.holds(Check::kE01, cbc == Cbc::kAllowed || !sealed->cipher->cbc,
                         "AES-CBC, which is taken only where it is allowed for this identity "
                         "provider and the response is signed")) {
    return std::nullopt;
  }
  const SecretBytes key = open_key(*sealed, keys);
  const auto opened = crypto::open_content(sealed->cipher->cipher, key, sealed->content);
  if (!examination.holds(Check::kE02, opened.has_value(), "it does not open with our keys")) {
    return std::nullopt;
  }
  return std::string{as_text(opened->expose())};
}

}  // namespace leadkeep::saml_judge
