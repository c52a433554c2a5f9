#include "http/representation.h"

#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/random.h>

#include <algorithm>
#include <sstream>

#include <Poco/DeflatingStream.h>

namespace leadkeep::api::http {
namespace {

constexpr std::size_t kPaysFrom = 1'400;  // bytes; less fits into one packet anyway
constexpr std::size_t kDigestBytes = 16;
// The first level has most of the gain at a third of the time of the usual one.
constexpr int kLevel = 1;
constexpr std::size_t kLongestName = 512;
constexpr std::string_view kJson = "application/json";

std::string_view opaque(std::string_view tag) noexcept {
  return tag.starts_with("W/") ? tag.substr(2) : tag;
}

bool has_weight(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    const auto parameter = take_item(parameters, ';');
    if (parameter.starts_with("q=") || parameter.starts_with("Q=")) {
      return parameter.find_first_of("123456789", 2) != std::string_view::npos;
    }
  }
  return true;
}

// As the header of a gzip member has one, RFC 1952 section 2.3.
std::string name_of_random_length() {
  ByteArray<2> random{};
  crypto::fill_random(random);
  return std::string(read_be<std::uint16_t>(random) % kLongestName, 'x') + '\0';
}

std::string_view tag_of(Response& response) {
  for (const auto& [name, value] : response.fields) {
    if (name == "ETag") {
      return value;
    }
  }
  response.fields.emplace_back("ETag", "W/\"" + digest_of(response.body) + "\"");
  return response.fields.back().second;
}

}  // namespace

std::string gzip(std::string_view text) {
  constexpr std::size_t kHeader = 10;
  constexpr std::size_t kFlags = 3;
  constexpr char kHasName = 0x08;
  std::ostringstream out;
  Poco::DeflatingOutputStream zipped{out, Poco::DeflatingStreamBuf::STREAM_GZIP, kLevel};
  zipped.write(text.data(), static_cast<std::streamsize>(text.size()));
  zipped.close();
  std::string bytes = std::move(out).str();
  bytes[kFlags] = kHasName;
  bytes.insert(kHeader, name_of_random_length());
  return bytes;
}

std::string digest_of(std::string_view text) {
  static const crypto::Key256 key = crypto::Key256::random();
  const auto hash = crypto::hmac_sha256(key, {as_bytes(text)});
  return to_base64url(ByteView{hash}.first(kDigestBytes));
}

bool names(std::string_view if_none_match, std::string_view tag) noexcept {
  while (!if_none_match.empty()) {
    const auto one = take_item(if_none_match, ',');
    if (one == "*" || opaque(one) == opaque(tag)) {
      return true;
    }
  }
  return false;
}

bool takes_gzip(std::string_view accept_encoding) noexcept {
  bool any = false;
  while (!accept_encoding.empty()) {
    auto parameters = take_item(accept_encoding, ',');
    const auto coding = take_item(parameters, ';');
    if (same_ignoring_case(coding, "gzip")) {
      return has_weight(parameters);
    }
    any = any || (coding == "*" && has_weight(parameters));
  }
  return any;
}

void suit(const RequestHead& head, Response& response) {
  if (head.verb() != Verb::kGet || response.status != 200 || response.content_type != kJson ||
      response.continue_with) {
    return;
  }
  const std::string tag{tag_of(response)};
  // A strong tag stands for these bytes and no others.
  const bool may_be_smaller = tag.starts_with("W/") && response.body.size() >= kPaysFrom;
  if (may_be_smaller) {
    response.fields.emplace_back("Vary", "Accept-Encoding");
  }
  if (std::ranges::any_of(head.all("if-none-match"),
                          [&](const std::string& line) { return names(line, tag); })) {
    response.status = 304;
    response.body.clear();
  } else if (may_be_smaller && takes_gzip(head.field("accept-encoding").value_or(""))) {
    response.body = response.zipped ? *response.zipped : gzip(response.body);
    response.fields.emplace_back("Content-Encoding", "gzip");
  }
}

}  // namespace leadkeep::api::http
