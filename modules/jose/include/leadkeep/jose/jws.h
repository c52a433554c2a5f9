// leadkeep/jose/jws.h — a JSON Web Signature in its compact form, taken apart and not yet believed
//
// Takes    header.payload.signature, where header and payload are JSON objects
// Yields   Jws, whose header and payload are read through json; whoever has verified the signature may
//          use them
// Refuses  nothing for what is none: another number of parts, base64url that is not exact, JSON that is
//          none or deeper than eight. The caller bounds the text.
// Source   RFC 7515 section 3.1; RFC 7519 section 3 (JWT)
// Threads  any
//
// A JOSE library is not used: of its many forms and algorithms this house takes one form and few
// algorithms, which are the signatures of crypto over a text that json reads.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/json/value.h>

#include <optional>
#include <string_view>
#include <utility>

namespace leadkeep::jose {

class Jws {
 public:
  // `text` outlives it.
  [[nodiscard]] static std::optional<Jws> parse(std::string_view text);

  [[nodiscard]] json::Value header() const { return m_header.root(); }

  [[nodiscard]] json::Value payload() const { return m_payload.root(); }

  [[nodiscard]] std::string_view signed_text() const noexcept { return m_signed_text; }

  [[nodiscard]] ByteView signature() const noexcept { return m_signature; }

 private:
  Jws(json::Document header, json::Document payload, std::string_view signed_text, Bytes signature)
      : m_header{std::move(header)},
        m_payload{std::move(payload)},
        m_signed_text{signed_text},
        m_signature{std::move(signature)} {}

  json::Document m_header;
  json::Document m_payload;
  std::string_view m_signed_text;  // header.payload
  Bytes m_signature;
};

}  // namespace leadkeep::jose
