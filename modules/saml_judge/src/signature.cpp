#include "signature.h"

#include "base64.h"
#include "library.h"
#include "names.h"
#include "xml_text.h"

#include <leadkeep/base/check.h>
#include <leadkeep/saml/signature_algorithms.h>

#include <algorithm>
#include <array>
#include <memory>

#include <libxml/tree.h>
#include <libxml/valid.h>
#include <xmlsec/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>

namespace leadkeep::saml_judge {
namespace {

using Family = crypto::PublicKeyKind::Family;

constexpr std::array kDigests{kSha256, kSha384, kSha512};

// Names of children, in this order and no others.
bool consists_of(const Element& element, std::initializer_list<std::string_view> names) {
  return std::ranges::equal(
      element.children(), names,
      [](const Element& child, std::string_view name) { return child.is(kSignatureNs, name); });
}

bool has_only_algorithm(const Element& element) {
  return element.attribute_count() == 1 && element.attribute("Algorithm").has_value();
}

bool is_exclusive_c14n(const Element& method) {
  const auto children = method.children();
  return has_only_algorithm(method) && method.attribute("Algorithm") == kExclusiveC14n &&
         (children.empty() ||
          (children.size() == 1 && children[0].is(kExclusiveC14n, "InclusiveNamespaces") &&
           children[0].children().empty()));
}

bool is_bare(const Element& method, std::string_view algorithm) {
  return has_only_algorithm(method) && method.children().empty() &&
         method.attribute("Algorithm") == algorithm;
}

bool is_filled_with_base64(const Element& element) {
  const auto text = element.text();
  const auto bytes = text ? from_base64(*text, Blanks::kAnywhere) : std::nullopt;
  return bytes && !bytes->empty();
}

std::optional<Family> family_of(const Element& signature_method) {
  const auto algorithm =
      saml::signature_algorithm_of(signature_method.attribute("Algorithm").value_or(""));
  const bool bare = has_only_algorithm(signature_method) && signature_method.children().empty();
  return algorithm && bare ? std::optional{crypto::family_of(*algorithm)} : std::nullopt;
}

Element signed_info_of(const Element& signature) {
  return signature.children().front();
}

bool has_usual_parts(const Element& signature) {
  const bool outer = consists_of(signature, {"SignedInfo", "SignatureValue"}) ||
                     consists_of(signature, {"SignedInfo", "SignatureValue", "KeyInfo"});
  return outer &&
         consists_of(signed_info_of(signature),
                     {"CanonicalizationMethod", "SignatureMethod", "Reference"}) &&
         is_filled_with_base64(signature.children()[1]);
}

bool has_usual_methods(const Element& signature) {
  const auto methods = signed_info_of(signature).children();
  return is_exclusive_c14n(methods[0]) && family_of(methods[1]).has_value();
}

bool is_to_parent(const Element& reference, const Element& parent) {
  const auto id = parent.attribute("ID");
  return id && reference.attribute_count() == 1 && reference.attribute("URI") == "#" + *id;
}

bool has_usual_transforms(const Element& reference) {
  if (!consists_of(reference, {"Transforms", "DigestMethod", "DigestValue"})) {
    return false;
  }
  const auto parts = reference.children();
  if (!consists_of(parts[0], {"Transform", "Transform"})) {
    return false;
  }
  const auto transforms = parts[0].children();
  return is_bare(transforms[0], kEnvelopedSignature) && is_exclusive_c14n(transforms[1]) &&
         std::ranges::any_of(kDigests,
                             [&](std::string_view digest) { return is_bare(parts[1], digest); }) &&
         is_filled_with_base64(parts[2]);
}

struct FreeKey {
  void operator()(::xmlSecKey* key) const noexcept { ::xmlSecKeyDestroy(key); }
};

struct FreeContext {
  void operator()(::xmlSecDSigCtx* context) const noexcept { ::xmlSecDSigCtxDestroy(context); }
};

using Key = std::unique_ptr<::xmlSecKey, FreeKey>;
using Context = std::unique_ptr<::xmlSecDSigCtx, FreeContext>;

// The ID of one element, known to the library while this lives.
class RegisteredId {
 public:
  RegisteredId(const Document& document, const Element& element) : m_document{document.raw()} {
    for (::xmlAttr* attribute = element.raw()->properties; attribute != nullptr;
         attribute = attribute->next) {
      if (attribute->ns == nullptr && view(attribute->name) == "ID") {
        m_attribute = attribute;
      }
    }
    LK_CHECK(m_attribute != nullptr && m_attribute->children != nullptr);
    LK_CHECK(::xmlAddID(nullptr, m_document, m_attribute->children->content, m_attribute) !=
             nullptr);
  }

  RegisteredId(const RegisteredId&) = delete;
  RegisteredId& operator=(const RegisteredId&) = delete;

  ~RegisteredId() { ::xmlRemoveID(m_document, m_attribute); }

 private:
  ::xmlDoc* m_document;
  ::xmlAttr* m_attribute = nullptr;
};

// As the library takes it. From its octets it would try half a dozen of forms, a private key first,
// which takes longer than all the rest of a response.
Key adopted(const crypto::PublicKey& key) {
  Key made{::xmlSecKeyCreate()};
  ::xmlSecKeyData* value = ::xmlSecOpenSSLEvpKeyAdopt(key.share());
  LK_CHECK(made != nullptr && value != nullptr && ::xmlSecKeySetValue(made.get(), value) == 0);
  return made;
}

// Only what has_usual_shape lets through; an empty list would mean all that the library knows.
void allow_usual(::xmlSecDSigCtx& context) {
  context.flags = XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES;
  context.enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
  for (const xmlSecTransformId id :
       {xmlSecTransformExclC14NId, xmlSecTransformRsaSha256Id, xmlSecTransformRsaSha384Id,
        xmlSecTransformRsaSha512Id, xmlSecTransformEcdsaSha256Id, xmlSecTransformEcdsaSha384Id,
        xmlSecTransformEcdsaSha512Id}) {
    LK_CHECK(::xmlSecDSigCtxEnableSignatureTransform(&context, id) == 0);
  }
  for (const xmlSecTransformId id :
       {xmlSecTransformEnvelopedId, xmlSecTransformExclC14NId, xmlSecTransformSha256Id,
        xmlSecTransformSha384Id, xmlSecTransformSha512Id}) {
    LK_CHECK(::xmlSecDSigCtxEnableReferenceTransform(&context, id) == 0);
  }
}

// Nothing unless there is exactly one, and it is not empty.
std::optional<std::string> octets_of(::xmlSecDSigCtx& context) {
  if (::xmlSecPtrListGetSize(&context.signedInfoReferences) != 1) {
    return std::nullopt;
  }
  auto* reference = static_cast<::xmlSecDSigReferenceCtx*>(
      ::xmlSecPtrListGetItem(&context.signedInfoReferences, 0));
  ::xmlSecBuffer* buffer = ::xmlSecDSigReferenceCtxGetPreDigestBuffer(reference);
  if (buffer == nullptr || ::xmlSecBufferGetSize(buffer) == 0) {
    return std::nullopt;
  }
  return std::string{reinterpret_cast<const char*>(::xmlSecBufferGetData(buffer)),
                     ::xmlSecBufferGetSize(buffer)};
}

bool fits(const crypto::PublicKey& key, Family family) {
  return key.kind().is_strong() && key.kind().family == family;
}

// One that verifies with this key; owns it.
Context verified_with(const Signed& part, const crypto::PublicKey& key) {
  Context context{::xmlSecDSigCtxCreate(nullptr)};
  LK_CHECK(context != nullptr);
  allow_usual(*context);
  context->signKey = adopted(key).release();  // so that the library never looks into KeyInfo
  const bool done = ::xmlSecDSigCtxVerify(context.get(), part.signature.raw()) == 0 &&
                    context->status == ::xmlSecDSigStatusSucceeded;
  return done ? std::move(context) : nullptr;
}

}  // namespace

std::optional<Element> signature_of(const Element& element, Examination& examination) {
  const auto signatures = element.children(kSignatureNs, "Signature");
  if (!examination.holds(Check::kS02, signatures.size() <= 1, "two signatures of one element")) {
    return std::nullopt;
  }
  return signatures.empty() ? std::nullopt : std::optional{signatures.front()};
}

std::vector<SigningKey> parsed_keys(std::span<const Bytes> spkis) {
  std::vector<SigningKey> all;
  for (const Bytes& spki : spkis) {
    if (auto key = crypto::PublicKey::parse(spki)) {
      all.push_back({spki, *std::move(key)});
    }
  }
  return all;
}

bool has_usual_shape(const Signed& part, Examination& examination) {
  if (!examination.holds(Check::kS02, has_usual_parts(part.signature),
                         "other parts than SignedInfo with one reference, SignatureValue and "
                         "KeyInfo") ||
      !examination.holds(Check::kS03, has_usual_methods(part.signature),
                         "an algorithm other than exclusive canonicalisation without comments, "
                         "and RSA or ECDSA with SHA-256, SHA-384 or SHA-512")) {
    return false;
  }
  const Element reference = signed_info_of(part.signature).children()[2];
  return examination.holds(Check::kS04, is_to_parent(reference, part.element),
                           "a reference that is not to the element around the signature") &&
         examination.holds(Check::kS04, has_usual_transforms(reference),
                           "transforms or a digest other than the usual");
}

std::optional<SignedOctets> verified_octets(const Document& document, const Signed& part,
                                            std::span<const SigningKey> keys,
                                            Examination& examination) {
  start_library();
  const RegisteredId id{document, part.element};
  const auto family = family_of(signed_info_of(part.signature).children()[1]);
  LK_CHECK(family.has_value());
  Context context;
  const auto signer = std::ranges::find_if(keys, [&](const SigningKey& key) {
    context = fits(key.key, *family) ? verified_with(part, key.key) : nullptr;
    return context != nullptr;
  });
  if (!examination.holds(Check::kS05, context != nullptr,
                         "a signature that no key of this identity provider made")) {
    return std::nullopt;
  }
  auto octets = octets_of(*context);
  return examination.holds(Check::kS06, octets.has_value(), "no octets, or more than one reference")
             ? std::optional{SignedOctets{*std::move(octets), signer->spki}}
             : std::nullopt;
}

}  // namespace leadkeep::saml_judge
