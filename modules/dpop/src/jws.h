// A JWS in its compact form, RFC 7515 section 3.1, with a signature of 64 bytes.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/es256.h>
#include <leadkeep/json/value.h>

#include <optional>
#include <string_view>
#include <utility>

namespace leadkeep::dpop {

class Jws {
 public:
  // Nothing for what is none. `text` outlives it.
  [[nodiscard]] static std::optional<Jws> parse(std::string_view text);

  [[nodiscard]] json::Value header() const { return m_header.root(); }

  [[nodiscard]] json::Value payload() const { return m_payload.root(); }

  [[nodiscard]] std::string_view signed_text() const noexcept { return m_signed_text; }

  [[nodiscard]] const ByteArray<64>& signature() const noexcept { return m_signature; }

 private:
  Jws(json::Document header, json::Document payload, std::string_view signed_text,
      const ByteArray<64>& signature)
      : m_header{std::move(header)},
        m_payload{std::move(payload)},
        m_signed_text{signed_text},
        m_signature{signature} {}

  json::Document m_header;
  json::Document m_payload;
  std::string_view m_signed_text;  // header.payload
  ByteArray<64> m_signature;
};

}  // namespace leadkeep::dpop
