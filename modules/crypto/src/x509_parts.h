// What reading and making certificates have in common.
#pragma once
#include "openssl_bytes.h"
#include "openssl_handles.h"

#include <leadkeep/base/clock.h>

#include <optional>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/x509.h>

namespace leadkeep::crypto {

using Certificate = std::unique_ptr<X509, Free<&::X509_free>>;
using Bio = std::unique_ptr<BIO, Free<&::BIO_free>>;

// Without timegm(), which opens the file of the local zone: where certificates of strangers are read
// nothing may be opened.
[[nodiscard]] std::optional<Timestamp> timestamp_of(const ASN1_TIME* time);
// Exactly one; nullptr for anything else. Leaves errors in OpenSSL's queue.
[[nodiscard]] Certificate read_certificate(ByteView der);
// Version 3, a random serial number and these dates, subject and key; the issuer is the subject.
[[nodiscard]] Certificate new_certificate(std::string_view subject, Timestamp from, Timestamp until,
                                          EVP_PKEY* key);

[[nodiscard]] ByteView content_of(BIO* memory);
// Of a SubjectPublicKeyInfo.
[[nodiscard]] bool is_strong_key(ByteView public_key);

template <class Object, class Encode>
[[nodiscard]] Bytes der_of(Object* object, const Encode& encode) {
  unsigned char* der = nullptr;
  const int size = encode(object, &der);
  LK_CHECK(size > 0);
  const auto* bytes = reinterpret_cast<const std::byte*>(der);
  Bytes copy{bytes, bytes + size};
  ::OPENSSL_free(der);
  return copy;
}

}  // namespace leadkeep::crypto
