// An authenticator in memory, with the browser in front of it: makes passkeys and signs with them.
// Every member that a test may want to be wrong can be set.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/webauthn/registration.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace leadkeep::test {

class SoftAuthenticator {
 public:
  enum class Algorithm : std::int32_t { kEs256 = -7, kEdDsa = -8, kRs256 = -257 };

  explicit SoftAuthenticator(std::string_view of_origin, std::string_view of_party,
                             Algorithm algorithm = Algorithm::kEs256)
      : origin{of_origin},
        party{of_party},
        m_algorithm{algorithm},
        m_key{make_key(algorithm), &::EVP_PKEY_free} {
    const auto seed = public_key();
    const auto hash = crypto::sha256({seed});
    credential_id.assign(hash.begin(), hash.end());
  }

  std::string origin;
  std::string party;
  std::string client_data_extra;  // more members, with a comma in front
  Bytes credential_id;
  Bytes user_handle;
  std::uint8_t flags = 0x05;  // user present and verified
  std::uint32_t count = 0;    // 0: does not count
  std::string format = "none";
  Bytes statement{std::byte{0xa0}};

  [[nodiscard]] webauthn::Registration make(ByteView challenge) const {
    webauthn::Registration registration;
    registration.client_data_json = client_data("webauthn.create", challenge);
    const Bytes data = attested_data();
    Bytes& out = registration.attestation_object;
    out = {std::byte{0xa3}};
    text(out, "fmt");
    text(out, format);
    text(out, "attStmt");
    append(out, statement);
    text(out, "authData");
    head(out, 2, data.size());
    append(out, data);
    return registration;
  }

  [[nodiscard]] webauthn::Assertion sign(ByteView challenge) {
    webauthn::Assertion assertion;
    assertion.credential_id = credential_id;
    assertion.client_data_json = client_data("webauthn.get", challenge);
    assertion.user_handle = user_handle;
    if (count > 0) {
      ++count;
    }
    assertion.authenticator_data = data(flags);
    assertion.signature = sign_both(assertion.authenticator_data, assertion.client_data_json);
    return assertion;
  }

  // {"alg": …, "sig": …} over the data that make() writes, by the passkey's own key.
  void attest_itself(ByteView challenge) {
    format = "packed";
    const Bytes signature = sign_both(attested_data(), client_data("webauthn.create", challenge));
    statement = {std::byte{0xa2}};
    text(statement, "alg");
    integer(statement, static_cast<std::int32_t>(m_algorithm));
    text(statement, "sig");
    head(statement, 2, signature.size());
    append(statement, signature);
  }

 private:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)>;

  static EVP_PKEY* make_key(Algorithm algorithm) {
    EVP_PKEY* key = algorithm == Algorithm::kEs256 ? ::EVP_EC_gen("P-256")
                    : algorithm == Algorithm::kEdDsa
                        ? ::EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                        : ::EVP_RSA_gen(2048);
    if (key == nullptr) {
      throw std::runtime_error{"no key"};
    }
    return key;
  }

  static void head(Bytes& out, unsigned major, std::size_t value) {
    const auto top = static_cast<std::byte>(major << 5);
    if (value < 24) {
      out.push_back(top | static_cast<std::byte>(value));
    } else if (value < 256) {
      out.push_back(top | std::byte{24});
      out.push_back(static_cast<std::byte>(value));
    } else {
      out.push_back(top | std::byte{25});
      append_be(out, static_cast<std::uint16_t>(value));
    }
  }

  static void text(Bytes& out, std::string_view text) {
    head(out, 3, text.size());
    append(out, as_bytes(text));
  }

  static void integer(Bytes& out, std::int32_t value) {
    head(out, value < 0 ? 1U : 0U, static_cast<std::size_t>(value < 0 ? -1 - value : value));
  }

  static void bytes(Bytes& out, std::int32_t label, ByteView value) {
    integer(out, label);
    head(out, 2, value.size());
    append(out, value);
  }

  [[nodiscard]] Bytes number(const char* name) const {
    BIGNUM* number = nullptr;
    if (::EVP_PKEY_get_bn_param(m_key.get(), name, &number) != 1) {
      throw std::runtime_error{"no number"};
    }
    Bytes out(static_cast<std::size_t>(BN_num_bytes(number)));
    ::BN_bn2bin(number, reinterpret_cast<unsigned char*>(out.data()));
    ::BN_free(number);
    return out;
  }

  // RFC 9053 section 7, RFC 8230
  [[nodiscard]] Bytes public_key() const {
    Bytes out;
    const auto algorithm = static_cast<std::int32_t>(m_algorithm);
    if (m_algorithm == Algorithm::kRs256) {
      out = {std::byte{0xa4}, std::byte{0x01}, std::byte{0x03}, std::byte{0x03}};
      integer(out, algorithm);
      bytes(out, -1, number("n"));
      bytes(out, -2, number("e"));
      return out;
    }
    const bool on_curve = m_algorithm == Algorithm::kEs256;
    out = {std::byte{static_cast<unsigned char>(on_curve ? 0xa5 : 0xa4)}, std::byte{0x01},
           std::byte{static_cast<unsigned char>(on_curve ? 0x02 : 0x01)}, std::byte{0x03}};
    integer(out, algorithm);
    integer(out, -1);
    integer(out, on_curve ? 1 : 6);
    std::array<unsigned char, 65> point{};
    std::size_t size = point.size();
    const bool made =
        on_curve
            ? ::EVP_PKEY_get_octet_string_param(m_key.get(), "pub", point.data(), size, &size) == 1
            : ::EVP_PKEY_get_raw_public_key(m_key.get(), point.data(), &size) == 1;
    if (!made) {
      throw std::runtime_error{"no public key"};
    }
    const auto raw = std::as_bytes(std::span{point.data(), size});
    if (on_curve) {
      bytes(out, -2, raw.subspan(1, 32));
      bytes(out, -3, raw.subspan(33, 32));
    } else {
      bytes(out, -2, raw);
    }
    return out;
  }

  [[nodiscard]] Bytes data(std::uint8_t with_flags) const {
    Bytes out;
    append(out, crypto::sha256({as_bytes(party)}));
    out.push_back(std::byte{with_flags});
    append_be(out, count);
    return out;
  }

  [[nodiscard]] Bytes attested_data() const {
    constexpr std::uint8_t kKeyIncluded = 0x40;
    Bytes out = data(flags | kKeyIncluded);
    append(out, Bytes(16));  // AAGUID
    append_be(out, static_cast<std::uint16_t>(credential_id.size()));
    append(out, credential_id);
    append(out, public_key());
    return out;
  }

  [[nodiscard]] std::string client_data(std::string_view type, ByteView challenge) const {
    return R"({"type":")" + std::string{type} + R"(","challenge":")" + to_base64url(challenge) +
           R"(","origin":")" + origin + R"(","crossOrigin":false)" + client_data_extra + "}";
  }

  [[nodiscard]] Bytes sign_both(ByteView data, std::string_view client_data_json) const {
    Bytes message{data.begin(), data.end()};
    append(message, crypto::sha256({as_bytes(client_data_json)}));
    const std::unique_ptr<EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)> context{::EVP_MD_CTX_new(),
                                                                            &::EVP_MD_CTX_free};
    const EVP_MD* digest = m_algorithm == Algorithm::kEdDsa ? nullptr : ::EVP_sha256();
    Bytes signature(512);
    std::size_t size = signature.size();
    if (::EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, m_key.get()) != 1 ||
        ::EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                         reinterpret_cast<const unsigned char*>(message.data()),
                         message.size()) != 1) {
      throw std::runtime_error{"no signature"};
    }
    signature.resize(size);
    return signature;
  }

  Algorithm m_algorithm;
  Key m_key;
};

}  // namespace leadkeep::test
