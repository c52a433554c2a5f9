// leadkeep/crypto/certificate_authority.h — certificates for the keys of clients
//
//   the client's key ─ request (PKCS #10) ─ read_certificate_request ─ its public key
//                                                                          │ issue
//   a connection ─ the certificate it shows ─ ClientCertificates::judge ◄──┘ certificate
//
// A certificate of ours says little: this key is of the client with this URI, from then until then. What
// the client may do, and whether it still may, is for whoever keeps the list of clients.
//
// Source   RFC 5280 sections 4.2.1 (extensions of a leaf), 6.1 (whether a chain is good)
// Threads  const members from any thread
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/crypto/certificate.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::crypto {

// A key on P-256 and the certificate that it signed for itself.
class CertificateAuthority {
 public:
  // `name` as in self_signed_certificate().
  [[nodiscard]] static CertificateAuthority generate(std::string_view name,
                                                     const Validity& validity);
  // kCorrupt for what is not a key of ours (PKCS #8, DER) with its certificate (DER).
  [[nodiscard]] static Result<CertificateAuthority> read(const SecretBytes& key, Bytes certificate);

  CertificateAuthority(CertificateAuthority&&) noexcept;
  CertificateAuthority& operator=(CertificateAuthority&&) noexcept;
  ~CertificateAuthority();

  [[nodiscard]] const Bytes& certificate() const noexcept { return m_certificate; }

  [[nodiscard]] SecretBytes private_key() const;

  // For a client and nothing else, DER. `uri` is one of ours, in ASCII without a comma. It ends with
  // the authority at the latest.
  [[nodiscard]] Bytes issue(ByteView public_key, std::string_view uri,
                            const Validity& validity) const;

 private:
  struct Handle;
  CertificateAuthority(std::unique_ptr<Handle> handle, Bytes certificate) noexcept;

  std::unique_ptr<Handle> m_handle;
  Bytes m_certificate;
};

struct ClientCertificate {
  Bytes public_key;               // SubjectPublicKeyInfo, DER
  std::vector<std::string> uris;  // of the subject's alternative names
  Timestamp from;                 // notBefore
  Timestamp until;                // notAfter

  friend bool operator==(const ClientCertificate&, const ClientCertificate&) = default;
};

// Which authorities are believed.
class ClientCertificates {
 public:
  enum class Verdict : std::uint8_t {
    kGood,
    kForeign,    // not of these authorities, or not intact
    kNotInTime,  // over, or not yet begun; the chain as well as the certificate
    kNotClient,  // good for something else
    kWeakKey,
  };

  struct Judged {
    Verdict verdict = Verdict::kForeign;
    ClientCertificate certificate;  // empty unless it is one at all
  };

  // DER. None of them may be given: nobody is believed then. kInvalidInput names the one that is none.
  [[nodiscard]] static Result<ClientCertificates> of(const std::vector<Bytes>& authorities);

  ClientCertificates(ClientCertificates&&) noexcept;
  ClientCertificates& operator=(ClientCertificates&&) noexcept;
  ~ClientCertificates();

  // That of the connection, alone: chains that strangers send are not followed.
  [[nodiscard]] Judged judge(ByteView certificate, Timestamp now) const;

 private:
  struct Store;
  explicit ClientCertificates(std::unique_ptr<Store> store) noexcept;

  std::unique_ptr<Store> m_store;
};

// A literal.
[[nodiscard]] const char* name_of(ClientCertificates::Verdict verdict) noexcept;

}  // namespace leadkeep::crypto
