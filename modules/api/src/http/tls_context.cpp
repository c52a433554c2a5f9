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
    const auto chain = Poco::Crypto::X509Certificate::readPEM(options.certificate.string());
    if (chain.empty()) {
      return fail(Errc::kInvalidInput, "tls: no certificate in " + options.certificate.string());
    }
    context->useCertificate(chain.front());
    for (std::size_t i = 1; i < chain.size(); ++i) {
      context->addChainCertificate(chain[i]);
    }
    context->usePrivateKey(read_key(pem));
    return context;
  } catch (const Poco::Exception& e) {
    return fail(Errc::kInvalidInput, "tls: certificate " + options.certificate.string() + ", key " +
                                         options.key.string() + ": " + e.displayText());
  }
}

}  // namespace leadkeep::api::http
