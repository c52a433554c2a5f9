#include "redirect.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/percent.h>

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

}  // namespace

std::string signed_redirect(std::string_view location, std::string_view parameter,
                            std::string_view xml, std::string_view relay_state,
                            const crypto::RsaPrivateKey& key) {
  std::string query{parameter};
  query += "=" + percent_encode(to_base64(deflated(xml)));
  if (!relay_state.empty()) {
    query += "&RelayState=" + percent_encode(relay_state);
  }
  query += "&SigAlg=" + percent_encode("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
  const std::string signature = percent_encode(to_base64(key.sign_sha256(as_bytes(query))));
  std::string url{location};
  url += url.find('?') == std::string::npos ? "?" : "&";
  return url + query + "&Signature=" + signature;
}

std::optional<std::string> inflated(ByteView deflated, std::size_t limit) {
  std::string text(limit + 1, '\0');
  ::z_stream stream{};
  constexpr int kRaw = -MAX_WBITS;
  LK_CHECK(::inflateInit2(&stream, kRaw) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(deflated.data()));
  stream.avail_in = static_cast<uInt>(deflated.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const bool whole = ::inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
  text.resize(stream.total_out);
  ::inflateEnd(&stream);
  return whole && text.size() <= limit ? std::optional{std::move(text)} : std::nullopt;
}

}  // namespace leadkeep::saml
