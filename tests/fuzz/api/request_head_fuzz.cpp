// The head of a request. Where two readers disagree about the end of a request, a second one hides
// in it; so a lenient reader must find no other length in a head than ours did.
#include "fuzz_target.h"
#include "http/request_head.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>

#include <algorithm>
#include <string>
#include <vector>

namespace leadkeep::api::http {
namespace {

struct LenientField {
  std::string name;
  std::string_view value;
};

// Reads as a careless proxy does: any line end, blanks around a name, no limits.
std::vector<LenientField> read_leniently(std::string_view head) {
  std::vector<LenientField> fields;
  head.remove_prefix(std::min(head.find('\n'), head.size() - 1) + 1);
  while (!head.empty()) {
    const auto end = std::min(head.find('\n'), head.size() - 1);
    const auto line = trim(head.substr(0, end + 1));
    head.remove_prefix(end + 1);
    if (line.empty()) {
      break;
    }
    const auto colon = line.find(':');
    fields.push_back(
        {to_lower_ascii(trim(line.substr(0, colon))),
         colon == std::string_view::npos ? std::string_view{} : trim(line.substr(colon + 1))});
  }
  return fields;
}

void check_framing(const RequestHead& head, const std::vector<LenientField>& fields) {
  std::size_t lengths = 0;
  for (const auto& [name, value] : fields) {
    if (name == "content-length") {
      ++lengths;
      LK_CHECK(head.framing().kind != Framing::Kind::kChunked);
      LK_CHECK(parse_unsigned(value) == head.framing().length);
    } else if (name == "transfer-encoding") {
      ++lengths;
      LK_CHECK(head.framing().kind == Framing::Kind::kChunked);
      LK_CHECK(to_lower_ascii(value) == "chunked");
    }
  }
  LK_CHECK(lengths <= 1);
  LK_CHECK(lengths == 1 || head.framing().kind == Framing::Kind::kNone);
  LK_CHECK((head.framing().kind == Framing::Kind::kLength) == (head.framing().length > 0));
}

void check_fields(const RequestHead& head, const std::vector<LenientField>& fields) {
  LK_CHECK(fields.size() <= kMaxFields);
  for (const auto& [name, value] : fields) {
    LK_CHECK(!name.empty() && name.size() <= kMaxFieldNameBytes);
    LK_CHECK(value.size() <= kMaxFieldValueBytes);
    const auto values = head.all(name);
    LK_CHECK(std::ranges::find(values, value) != values.end());
    LK_CHECK(head.field(name) == values.front());
  }
}

bool same(const RequestHead& a, const RequestHead& b) {
  return a.verb() == b.verb() && a.path() == b.path() && a.query() == b.query() &&
         a.framing().kind == b.framing().kind && a.framing().length == b.framing().length &&
         a.persistence() == b.persistence() && a.expectation() == b.expectation();
}

// The same head, written plainly, and with something behind it, is the same head.
void check_rewritten(std::string_view input, const RequestHead& head,
                     const std::vector<LenientField>& fields) {
  std::string plain{input.substr(0, input.find("\r\n"))};
  for (const auto& [name, value] : fields) {
    plain.append("\r\n").append(name).append(":").append(value);
  }
  plain += "\r\n\r\n";
  const auto rewritten = RequestHead::parse(plain);
  LK_CHECK(rewritten.ok() && same(rewritten.value(), head));
  plain += "GET /smuggled HTTP/1.1\r\nContent-Length: 7\r\n\r\n";
  const auto followed = RequestHead::parse(plain);
  LK_CHECK(followed.ok() && same(followed.value(), head));
}

void check_second_length(std::string_view input) {
  std::string twice{input.substr(0, input.find("\r\n\r\n"))};
  twice += "\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n";
  LK_CHECK(!RequestHead::parse(twice).ok());
}

void check_input(std::string_view input) {
  const auto parsed = RequestHead::parse(input);
  if (!parsed.ok()) {
    const Errc code = parsed.error().code;
    LK_CHECK(code == Errc::kInvalidInput || code == Errc::kTooLarge);
    return;
  }
  const RequestHead& head = parsed.value();
  LK_CHECK(head.path().starts_with('/'));
  LK_CHECK(head.path().size() + head.query().size() <= kMaxTargetBytes);
  const auto fields = read_leniently(input);
  check_framing(head, fields);
  check_fields(head, fields);
  check_rewritten(input, head, fields);
  check_second_length(input);
}

}  // namespace
}  // namespace leadkeep::api::http

LK_FUZZ_TARGET(leadkeep::api::http::check_input)
