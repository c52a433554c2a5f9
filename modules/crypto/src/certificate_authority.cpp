#include "x509_parts.h"

#include <leadkeep/crypto/certificate_authority.h>

#include <algorithm>
#include <array>
#include <string>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace leadkeep::crypto {
namespace {

using Extension = std::unique_ptr<X509_EXTENSION, Free<&::X509_EXTENSION_free>>;
using TrustStore = std::unique_ptr<X509_STORE, Free<&::X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Free<&::X509_STORE_CTX_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Free<&::GENERAL_NAMES_free>>;

constexpr int kSecurityLevel = 2;  // 112 bits, as of TLS

void add_extension(X509* subject, X509* issuer, int kind, const char* value) {
  X509V3_CTX context{};
  X509V3_set_ctx_nodb(&context);
  ::X509V3_set_ctx(&context, issuer, subject, nullptr, nullptr, 0);
  const Extension extension{::X509V3_EXT_conf_nid(nullptr, &context, kind, value)};
  LK_CHECK(extension != nullptr);
  LK_CHECK(::X509_add_ext(subject, extension.get(), -1) == 1);
}

std::vector<std::string> uris_of(const X509* certificate) {
  std::vector<std::string> uris;
  const Names names{static_cast<GENERAL_NAMES*>(
      ::X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
  const int count = names == nullptr ? 0 : sk_GENERAL_NAME_num(names.get());
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_URI) {
      const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
      const auto* text = reinterpret_cast<const char*>(::ASN1_STRING_get0_data(uri));
      uris.emplace_back(text, static_cast<std::size_t>(::ASN1_STRING_length(uri)));
    }
  }
  return uris;
}

std::optional<ClientCertificate> parts_of(const X509* certificate) {
  const auto from = timestamp_of(::X509_get0_notBefore(certificate));
  const auto until = timestamp_of(::X509_get0_notAfter(certificate));
  if (!from || !until) {
    return std::nullopt;
  }
  return ClientCertificate{der_of(::X509_get_X509_PUBKEY(certificate), ::i2d_X509_PUBKEY),
                           uris_of(certificate), *from, *until};
}

// One that does not say what it is for would be good for everything.
bool is_for_clients(X509* certificate) {
  return (::X509_get_extended_key_usage(certificate) & XKU_SSL_CLIENT) != 0 &&
         (::X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) != 0 &&
         ::X509_check_ca(certificate) == 0;
}

ClientCertificates::Verdict verdict_of(int error) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return ClientCertificates::Verdict::kNotInTime;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
      return ClientCertificates::Verdict::kWeakKey;
    default:
      return ClientCertificates::Verdict::kForeign;
  }
}

}  // namespace

struct CertificateAuthority::Handle {
  EvpKey key;
  Certificate certificate;
};

CertificateAuthority::CertificateAuthority(std::unique_ptr<Handle> handle,
                                           Bytes certificate) noexcept
    : m_handle{std::move(handle)}, m_certificate{std::move(certificate)} {}

CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority& CertificateAuthority::operator=(CertificateAuthority&&) noexcept = default;
CertificateAuthority::~CertificateAuthority() = default;

CertificateAuthority CertificateAuthority::generate(std::string_view name,
                                                    const Validity& validity) {
  EvpKey key{::EVP_EC_gen("P-256")};
  LK_CHECK(key != nullptr);
  Certificate made = new_certificate(name, validity.from, validity.until, key.get());
  add_extension(made.get(), made.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(made.get(), made.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(made.get(), made.get(), NID_subject_key_identifier, "hash");
  LK_CHECK(::X509_sign(made.get(), key.get(), ::EVP_sha256()) > 0);
  Bytes der = der_of(made.get(), ::i2d_X509);
  auto handle = std::make_unique<Handle>();
  handle->key = std::move(key);
  handle->certificate = std::move(made);
  return {std::move(handle), std::move(der)};
}

Result<CertificateAuthority> CertificateAuthority::read(const SecretBytes& key, Bytes certificate) {
  const unsigned char* der = uchars(key.expose().data());
  auto handle = std::make_unique<Handle>();
  handle->key.reset(::d2i_AutoPrivateKey(nullptr, &der, static_cast<long>(key.size())));
  handle->certificate = read_certificate(certificate);
  const bool whole = handle->key != nullptr && handle->certificate != nullptr &&
                     ::X509_check_private_key(handle->certificate.get(), handle->key.get()) == 1;
  ::ERR_clear_error();
  if (!whole) {
    return fail(Errc::kCorrupt, "certificate authority: not a key and its certificate");
  }
  return CertificateAuthority{std::move(handle), std::move(certificate)};
}

SecretBytes CertificateAuthority::private_key() const {
  unsigned char* der = nullptr;
  const int size = ::i2d_PrivateKey(m_handle->key.get(), &der);
  LK_CHECK(size > 0);
  const auto length = static_cast<std::size_t>(size);
  SecretBytes copy = SecretBytes::copy_of({reinterpret_cast<const std::byte*>(der), length});
  ::OPENSSL_clear_free(der, length);
  return copy;
}

Bytes CertificateAuthority::issue(ByteView public_key, std::string_view uri,
                                  const Validity& validity) const {
  X509* issuer = m_handle->certificate.get();
  const unsigned char* der = uchars(public_key.data());
  const EvpKey key{::d2i_PUBKEY(nullptr, &der, static_cast<long>(public_key.size()))};
  LK_CHECK(key != nullptr);
  const auto ends = timestamp_of(::X509_get0_notAfter(issuer));
  LK_CHECK(ends.has_value());
  // The name is for people who look at the file; whose it is stands in the URI.
  const Certificate made =
      new_certificate("Leadkeep client", validity.from, std::min(validity.until, *ends), key.get());
  LK_CHECK(::X509_set_issuer_name(made.get(), ::X509_get_subject_name(issuer)) == 1);
  const std::string name = "URI:" + std::string{uri};
  add_extension(made.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(made.get(), issuer, NID_key_usage, "critical,digitalSignature");
  add_extension(made.get(), issuer, NID_ext_key_usage, "clientAuth");
  add_extension(made.get(), issuer, NID_subject_alt_name, name.c_str());
  add_extension(made.get(), issuer, NID_subject_key_identifier, "hash");
  add_extension(made.get(), issuer, NID_authority_key_identifier, "keyid");
  LK_CHECK(::X509_sign(made.get(), m_handle->key.get(), ::EVP_sha256()) > 0);
  return der_of(made.get(), ::i2d_X509);
}

struct ClientCertificates::Store {
  TrustStore trusted;
};

ClientCertificates::ClientCertificates(std::unique_ptr<Store> store) noexcept
    : m_store{std::move(store)} {}

ClientCertificates::ClientCertificates(ClientCertificates&&) noexcept = default;
ClientCertificates& ClientCertificates::operator=(ClientCertificates&&) noexcept = default;
ClientCertificates::~ClientCertificates() = default;

Result<ClientCertificates> ClientCertificates::of(const std::vector<Bytes>& authorities) {
  auto store = std::make_unique<Store>();
  store->trusted.reset(::X509_STORE_new());
  LK_CHECK(store->trusted != nullptr);
  for (const Bytes& authority : authorities) {
    const Certificate certificate = read_certificate(authority);
    const bool taken = certificate != nullptr && ::X509_check_ca(certificate.get()) > 0 &&
                       ::X509_STORE_add_cert(store->trusted.get(), certificate.get()) == 1;
    ::ERR_clear_error();
    if (!taken) {
      return fail(Errc::kInvalidInput, "certificates of clients: one of the authorities is none");
    }
  }
  return ClientCertificates{std::move(store)};
}

ClientCertificates::Judged ClientCertificates::judge(ByteView certificate, Timestamp now) const {
  const Certificate shown = read_certificate(certificate);
  auto parts = shown == nullptr ? std::nullopt : parts_of(shown.get());
  if (!parts) {
    ::ERR_clear_error();
    return {};
  }
  const StoreContext context{::X509_STORE_CTX_new()};
  LK_CHECK(context != nullptr);
  LK_CHECK(::X509_STORE_CTX_init(context.get(), m_store->trusted.get(), shown.get(), nullptr) == 1);
  X509_VERIFY_PARAM* how = ::X509_STORE_CTX_get0_param(context.get());
  ::X509_VERIFY_PARAM_set_time(how, static_cast<std::time_t>(now.ms / 1000));
  ::X509_VERIFY_PARAM_set_auth_level(how, kSecurityLevel);
  // An authority of a larger one may be given alone.
  LK_CHECK(::X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_PARTIAL_CHAIN) == 1);
  Verdict verdict = ::X509_verify_cert(context.get()) == 1
                        ? Verdict::kGood
                        : verdict_of(::X509_STORE_CTX_get_error(context.get()));
  ::ERR_clear_error();
  if (verdict == Verdict::kGood && !is_for_clients(shown.get())) {
    verdict = Verdict::kNotClient;
  } else if (verdict == Verdict::kGood && !is_strong_key(parts->public_key)) {
    verdict = Verdict::kWeakKey;
  }
  return {verdict, *std::move(parts)};
}

const char* name_of(ClientCertificates::Verdict verdict) noexcept {
  switch (verdict) {
    case ClientCertificates::Verdict::kGood:
      return "good";
    case ClientCertificates::Verdict::kForeign:
      return "foreign_certificate";
    case ClientCertificates::Verdict::kNotInTime:
      return "certificate_not_in_time";
    case ClientCertificates::Verdict::kNotClient:
      return "certificate_not_for_clients";
    case ClientCertificates::Verdict::kWeakKey:
      return "weak_key";
  }
  return "?";
}

}  // namespace leadkeep::crypto
