#include "http/tls_context.h"

#include <leadkeep/base/files.h>

#include <fstream>
#include <istream>
#include <streambuf>
#include <string>

#include <Poco/Crypto/EVPPKey.h>
#include <Poco/Crypto/X509Certificate.h>
#include <Poco/Exception.h>

namespace leadkeep::api::http {
namespace {

constexpr std::size_t kMaxKeyFileBytes = 64 * 1024;

// Reads from memory that is wiped afterwards, without a copy in a std::string.
class SecretStreambuf final : public std::streambuf {
 public:
  explicit SecretStreambuf(std::span<std::byte> bytes) {
    auto* begin = reinterpret_cast<char*>(bytes.data());
    setg(begin, begin, begin + bytes.size());
  }
};

Poco::Crypto::EVPPKey read_key(SecretBytes& pem) {
  SecretStreambuf buffer{pem.expose_mutable()};
  std::istream stream{&buffer};
  return Poco::Crypto::EVPPKey{nullptr, &stream};
}

// POCO 1.11 loses memory when a file holds no certificate at all, so that is found out before.
bool holds_certificate(const std::filesystem::path& path) {
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("-----BEGIN ")) {
      return true;
    }
  }
  return false;
}

// What somebody on the wire can still tell of the length of an answer (http/representation.h); TLS 1.3.
constexpr std::size_t kLengthStep = 512;

constexpr long kMostCertificateBytes = 32 * 1024;  // of a stranger, with its chain

// TLS shows that whoever connects has the key of the certificate. Whose key it is, and whether they may,
// is judged with each request (flow/admit_client.h), so that the answer can say what is wrong; what
// strangers send as a chain is not looked at.
int leave_to_requests(X509_STORE_CTX*, void*) {
  return 1;
}

// For browsers, which offer only certificates of these.
void name_authorities(SSL_CTX* context, const std::vector<Bytes>& authorities) {
  for (const Bytes& der : authorities) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    if (X509* authority = ::d2i_X509(nullptr, &at, static_cast<long>(der.size()))) {
      ::SSL_CTX_add_client_CA(context, authority);
      ::X509_free(authority);
    }
  }
}

// A session that is resumed would bring the certificate of an earlier connection along.
void ask_for_certificates(SSL_CTX* context, const std::vector<Bytes>& authorities) {
  ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  ::SSL_CTX_set_cert_verify_callback(context, leave_to_requests, nullptr);
  ::SSL_CTX_set_max_cert_list(context, kMostCertificateBytes);
  ::SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_num_tickets(context, 0);
  ::SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  name_authorities(context, authorities);
}

}  // namespace

Result<Poco::Net::Context::Ptr> make_tls_context(const ListenerOptions& options) {
  using Poco::Net::Context;
  LK_TRY(auto pem, read_secret_file(options.key, kMaxKeyFileBytes));
  if (!holds_certificate(options.certificate)) {
    return fail(Errc::kInvalidInput, "tls: no certificate in " + options.certificate.string());
  }
  try {
    Context::Params params;
    params.verificationMode = Context::VERIFY_NONE;
    params.cipherList = "ECDHE+AESGCM:ECDHE+CHACHA20";
    params.dhUse2048Bits = true;
    Context::Ptr context{new Context{Context::TLS_SERVER_USE, params}};
    context->requireMinimumProtocol(options.minimum == TlsMinimum::kTls13 ? Context::PROTO_TLSV1_3
                                                                          : Context::PROTO_TLSV1_2);
    context->preferServerCiphers();
    // The buffer of a connection would keep what was last read until the next record comes.
    ::SSL_CTX_set_options(context->sslContext(), SSL_OP_CLEANSE_PLAINTEXT);
    ::SSL_CTX_set_block_padding(context->sslContext(), kLengthStep);
    const auto chain = Poco::Crypto::X509Certificate::readPEM(options.certificate.string());
    if (chain.empty()) {
      return fail(Errc::kInvalidInput, "tls: no certificate in " + options.certificate.string());
    }
    context->useCertificate(chain.front());
    for (std::size_t i = 1; i < chain.size(); ++i) {
      context->addChainCertificate(chain[i]);
    }
    context->usePrivateKey(read_key(pem));
    if (!options.client_authorities.empty()) {
      ask_for_certificates(context->sslContext(), options.client_authorities);
    }
    return context;
  } catch (const Poco::Exception& e) {
    return fail(Errc::kInvalidInput, "tls: certificate " + options.certificate.string() + ", key " +
                                         options.key.string() + ": " + e.displayText());
  }
}

}  // namespace leadkeep::api::http
