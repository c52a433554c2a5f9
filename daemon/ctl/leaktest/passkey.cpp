#include "passkey.h"

#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/json/writer.h>

namespace leadkeep::leaktest {
namespace {

constexpr std::size_t kCoordinate = 32;

void append_hex(Bytes& out, std::string_view hex) {
  append(out, from_hex(hex).value());
}

void append_random(Bytes& out, std::size_t size) {
  Bytes random(size);
  crypto::fill_random(random);
  append(out, random);
}

// WebAuthn Level 3 section 6.5.1; the key as RFC 9053 section 7.1.1 has it.
Bytes attestation_object(std::string_view party) {
  Bytes data;
  append(data, crypto::sha256({as_bytes(party)}));
  append_hex(data, "4500000000");  // user present and verified, with a key; does not count
  append(data, Bytes(16));         // of no known make
  append_hex(data, "0020");
  append_random(data, kCoordinate);
  append_hex(data, "a5010203262001215820");
  append_random(data, kCoordinate);
  append_hex(data, "225820");
  append_random(data, kCoordinate);

  Bytes object;
  append_hex(object, "a363666d74646e6f6e656761747453746d74a068617574684461746158");
  object.push_back(static_cast<std::byte>(data.size()));
  append(object, data);
  return object;
}

}  // namespace

std::string new_passkey(std::string_view party, std::string_view origin,
                        std::string_view challenge) {
  json::Writer client_data;
  client_data.begin_object()
      .field("type", "webauthn.create")
      .field("challenge", challenge)
      .field("origin", origin)
      .field("crossOrigin", false)
      .end_object();
  const std::string signed_text = std::move(client_data).take();
  json::Writer passkey;
  passkey.begin_object()
      .key("response")
      .begin_object()
      .field("clientDataJSON", to_base64url(as_bytes(signed_text)))
      .field("attestationObject", to_base64url(attestation_object(party)))
      .end_object()
      .end_object();
  return std::move(passkey).take();
}

}  // namespace leadkeep::leaktest
