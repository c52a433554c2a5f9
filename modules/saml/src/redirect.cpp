#include "redirect.h"

#include "written_xml.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>

#include <zlib.h>

namespace leadkeep::saml {
namespace {

// RFC 1951, without the header of zlib.
Bytes deflated(std::string_view text) {
  ::z_stream stream{};
  constexpr int kRaw = -MAX_WBITS;
  LK_CHECK(::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kRaw, MAX_MEM_LEVEL,
                          Z_DEFAULT_STRATEGY) == Z_OK);
  Bytes out(::deflateBound(&stream, text.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  LK_CHECK(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

std::string url_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += {'%', kDigits[octet >> 4], kDigits[octet & 0xf]};
    }
  }
  return out;
}

}  // namespace

std::string signed_redirect(std::string_view location, std::string_view parameter,
                            std::string_view xml, std::string_view relay_state,
                            const crypto::RsaPrivateKey& key) {
  std::string query{parameter};
  query += "=" + url_encoded(to_base64(deflated(xml)));
  if (!relay_state.empty()) {
    query += "&RelayState=" + url_encoded(relay_state);
  }
  query += "&SigAlg=" + url_encoded("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
  const std::string signature = url_encoded(to_base64(key.sign_sha256(as_bytes(query))));
  std::string url{location};
  url += url.find('?') == std::string::npos ? "?" : "&";
  return url + query + "&Signature=" + signature;
}

}  // namespace leadkeep::saml
