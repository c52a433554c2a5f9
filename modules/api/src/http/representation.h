// http/representation.h — a JSON answer as the asker can use it best: not again, or smaller
//
//   ETag              of every JSON answer to a GET, made of its bytes: weak, unless the handler has set a
//                     stronger one. It tells nothing about them, as it changes with each start.
//   If-None-Match     names it: 304 without a body. The reading is on record all the same.
//   Accept-Encoding   takes gzip and the answer is long enough for it to pay: gzip.
//
// How well a text is compressed tells who can see lengths whether a guess, which a customer may write,
// stands in the same answer once more. So answers to other methods, which may hold a token, stay as they
// are; a compressed one carries a name of random length, and TLS 1.3 rounds up what is left
// (tls_context.cpp). That makes a guess cost hundreds of answers; it is no proof against it.
// Source   RFC 9110 sections 8.8.3, 12.5.3 and 13.1.2; the attack is BREACH
#pragma once
#include "http/request_head.h"
#include "http/response.h"

#include <string>
#include <string_view>

namespace leadkeep::api::http {

// 22 characters that change with the text, and with each run of the daemon.
[[nodiscard]] std::string digest_of(std::string_view text);
// A line of If-None-Match, in the weak comparison.
[[nodiscard]] bool names(std::string_view if_none_match, std::string_view tag) noexcept;
[[nodiscard]] bool takes_gzip(std::string_view accept_encoding) noexcept;

[[nodiscard]] std::string gzip(std::string_view text);

void suit(const RequestHead& head, Response& response);

}  // namespace leadkeep::api::http
