#include "logout_draft.h"

#include <leadkeep/base/check.h>

#include <cstdio>

#include <zlib.h>

namespace leadkeep::test {

std::string LogoutDraft::xml() const {
  std::string text = "<samlp:" + element +
                     " xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\""
                     " xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
  for (const auto& [name, value] : attributes) {
    text.append(" ").append(name).append("=\"").append(value).append("\"");
  }
  return text + ">" + issuer + person + sessions + "</samlp:" + element + ">";
}

LogoutDraft logout_response_to(std::string_view request_id) {
  LogoutDraft draft;
  draft.element = "LogoutResponse";
  draft.attributes["InResponseTo"] = request_id;
  draft.person = R"(<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:)"
                 R"(status:Success"></samlp:StatusCode></samlp:Status>)";
  return draft;
}

std::string deflated(std::string_view text) {
  std::string in{text};
  ::z_stream stream{};
  LK_CHECK(::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL,
                          Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(::deflateBound(&stream, in.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  LK_CHECK(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

// In small letters, as AD FS and Entra ID do it.
std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
      out += c;
    } else {
      const std::byte octet{static_cast<unsigned char>(c)};
      out += "%" + to_hex({&octet, 1});
    }
  }
  return out;
}

std::string QueryDraft::unsigned_text() const {
  return parameter + "=" + percent_encoded(to_base64(as_bytes(message))) +
         (relay_state.empty() ? "" : "&RelayState=" + percent_encoded(relay_state)) +
         "&SigAlg=" + percent_encoded(algorithm);
}

std::string QueryDraft::text(const crypto::RsaPrivateKey& key) const {
  const std::string text = unsigned_text();
  return text + "&Signature=" + percent_encoded(rsa_signature(key, digest, text));
}

QueryDraft query_with(const LogoutDraft& draft) {
  QueryDraft query;
  query.message = deflated(draft.xml());
  query.parameter = draft.element == "LogoutRequest" ? "SAMLRequest" : "SAMLResponse";
  return query;
}

}  // namespace leadkeep::test
