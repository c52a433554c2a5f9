#include <leadkeep/transfer/https_client.h>

#include <algorithm>

#include <curl/curl.h>

namespace leadkeep::transfer {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr std::size_t kLongestUrl = 2'000;

// What an answer may grow to.
struct Body {
  std::string text;
  std::size_t limit;
  HttpsOptions::Body is;
  bool is_over = false;
};

std::size_t take_piece(const char* data, std::size_t size, std::size_t count, void* given) {
  auto& body = *static_cast<Body*>(given);
  const std::size_t bytes = size * count;
  if (body.is == HttpsOptions::Body::kDropped) {
    return bytes;
  }
  body.is_over = bytes > body.limit - body.text.size();
  if (body.is_over) {
    return 0;
  }
  body.text.append(data, bytes);
  return bytes;
}

Fail failure_of(int code, const Body& body, const std::string& host) {
  if (body.is_over) {
    return fail(Errc::kTooLarge, host + ": the answer is too large");
  }
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return fail(Errc::kForbidden,
                  host +
                      ": its certificate is not trusted: check the authority that is "
                      "configured for it, its name and the dates of the certificate");
    case CURLE_OPERATION_TIMEDOUT:
      return fail(Errc::kUnavailable, host + ": no answer in time");
    default:
      return fail(Errc::kUnavailable,
                  host + ": " + ::curl_easy_strerror(static_cast<CURLcode>(code)));
  }
}

bool is_in_url(char c) {
  return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\' && c != '#';
}

void set_certificate(Dialed& dialed, const SecretBytes& pem) {
  curl_blob blob{};
  blob.data = const_cast<std::byte*>(pem.expose().data());  // which the library copies
  blob.len = pem.size();
  blob.flags = CURL_BLOB_COPY;
  dialed.set(CURLOPT_SSLCERTTYPE, std::string{"PEM"});
  dialed.set(CURLOPT_SSLCERT_BLOB, static_cast<const void*>(&blob));
  dialed.set(CURLOPT_SSLKEYTYPE, std::string{"PEM"});
  dialed.set(CURLOPT_SSLKEY_BLOB, static_cast<const void*>(&blob));
}

}  // namespace

Result<egress::Destination> HttpsClient::destination_of(std::string_view url) {
  constexpr std::string_view kPort = "443";
  if (!url.starts_with(kScheme) || url.size() > kLongestUrl ||
      !std::ranges::all_of(url, is_in_url)) {
    return fail(Errc::kInvalidInput, "an address is https://host/path, with a port or without");
  }
  url.remove_prefix(kScheme.size());
  const std::string_view authority = url.substr(0, url.find_first_of("/?"));
  const bool has_port = authority.find(':', authority.rfind(']') + 1) != std::string_view::npos;
  return egress::Destination::parse(has_port ? std::string{authority}
                                             : std::string{authority}.append(":").append(kPort));
}

Result<HttpsAnswer> HttpsClient::get(const std::string& url) {
  return request(url, nullptr);
}

Result<HttpsAnswer> HttpsClient::post(const std::string& url, const HttpsPost& what) {
  return request(url, &what);
}

Result<HttpsAnswer> HttpsClient::request(const std::string& url, const HttpsPost* what) {
  LK_TRY(const auto destination, destination_of(url));
  LK_TRY(auto socket, m_dialer.dial(destination, m_options.purpose, m_options.connect_timeout));
  Body body{{}, m_options.max_answer, m_options.body};
  Dialed dialed{m_lines, std::move(socket)};
  dialed.trust(m_options.ca_file);
  dialed.set(CURLOPT_URL, url);
  dialed.set(CURLOPT_PROTOCOLS_STR, std::string{"https"});
  dialed.set(CURLOPT_FOLLOWLOCATION, 0L);
  dialed.set(CURLOPT_TIMEOUT_MS, static_cast<long>(m_options.timeout.count()));
  dialed.set(CURLOPT_USERAGENT, std::string{"leadkeep"});
  dialed.set(CURLOPT_WRITEFUNCTION, &take_piece);
  dialed.set(CURLOPT_WRITEDATA, static_cast<const void*>(&body));
  if (m_options.certificate) {
    set_certificate(dialed, *m_options.certificate);
  }
  std::vector<std::string> fields{"Accept: " + m_options.accept};
  if (what != nullptr) {
    dialed.set(CURLOPT_POSTFIELDSIZE, static_cast<long>(what->body.size()));
    dialed.set(CURLOPT_POSTFIELDS,
               static_cast<const void*>(what->body.empty() ? "" : what->body.data()));
    fields.push_back("Content-Type: " + what->content_type);
    fields.insert(fields.end(), what->fields.begin(), what->fields.end());
  }
  dialed.set_list(CURLOPT_HTTPHEADER, fields);
  const int code = dialed.perform();
  if (code != CURLE_OK) {
    return failure_of(code, body, destination.host);
  }
  return HttpsAnswer{dialed.response_code(), std::move(body.text)};
}

}  // namespace leadkeep::transfer
