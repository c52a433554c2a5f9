#include "spellings.h"

#include "encode.h"

#include <leadkeep/base/bytes.h>
#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>

#include <algorithm>
#include <set>

namespace leadkeep::leaktest {
namespace {

// Shorter ones would be found by chance in gigabytes of noise.
constexpr std::size_t kShortest = 7;
constexpr std::size_t kLastDigits = 7;
constexpr std::size_t kCountryCode = 2;

class Collector {
 public:
  explicit Collector(std::uint32_t mark) : m_mark{mark} {}

  void add(std::string bytes, Spelling spelling) {
    if (bytes.size() >= kShortest && m_seen.insert(bytes).second) {
      m_patterns.push_back({std::move(bytes), m_mark, spelling});
    }
  }

  // base64 and hexadecimal digits of bytes that may stand anywhere in what was encoded.
  void add_encoded(std::string_view bytes, Spelling as_base64, Spelling as_url, Spelling as_hex) {
    add(to_hex(as_bytes(bytes)), as_hex);
    for (std::size_t shift = 0; shift < 3; ++shift) {
      const std::string shifted = std::string(shift, '\0') + std::string{bytes};
      const std::size_t begin = (shift * 8 + 5) / 6;
      const std::size_t end = shifted.size() * 8 / 6;
      add(base64(shifted).substr(begin, end - begin), as_base64);
      add(base64url(shifted).substr(begin, end - begin), as_url);
    }
  }

  void add_text(std::string_view text, Spelling plain) {
    add(std::string{text}, plain);
    add(url_encoded(text), Spelling::kUrl);
    add(percent_encoded(text), Spelling::kPercent);
    add(json_escaped(text), Spelling::kJsonEscapes);
    add_encoded(text, Spelling::kBase64, Spelling::kBase64Url, Spelling::kHex);
    for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
      const std::string wide = utf16(text, order);
      add(wide, order == ByteOrder::kLittle ? Spelling::kUtf16Le : Spelling::kUtf16Be);
      add_encoded(wide, Spelling::kUtf16Encoded, Spelling::kUtf16Encoded, Spelling::kUtf16Encoded);
    }
  }

  [[nodiscard]] std::vector<Pattern> take() && { return std::move(m_patterns); }

 private:
  std::uint32_t m_mark;
  std::set<std::string> m_seen;
  std::vector<Pattern> m_patterns;
};

std::string reversed(std::string text) {
  std::ranges::reverse(text);
  return text;
}

void add_phone(Collector& out, const std::string& digits) {
  const std::string national = digits.substr(kCountryCode);
  const std::string last = digits.substr(digits.size() - kLastDigits);
  out.add_text(digits, Spelling::kPlain);
  out.add_text(national, Spelling::kNational);
  out.add_text(last, Spelling::kLastDigits);
  out.add_text(reversed(digits), Spelling::kReversed);
  out.add_text(reversed(national), Spelling::kReversed);
  out.add("+" + digits, Spelling::kPlus);
  out.add("%2b" + digits, Spelling::kUrl);
  out.add("00" + digits, Spelling::kDoubleZero);
  out.add("tel:+" + digits, Spelling::kTel);
  out.add("0" + national, Spelling::kNational);
  const auto number = parse_unsigned(digits);
  LK_CHECK(number);
  Bytes big;
  append_be(big, *number);
  const std::string integer{as_text(big)};
  out.add(integer, Spelling::kInteger);
  out.add(reversed(integer), Spelling::kInteger);
  for (const std::string& padded : {digits + "f", "0" + digits}) {
    if (const auto packed = from_hex(padded)) {
      out.add(std::string{as_text(*packed)}, Spelling::kPacked);
    }
  }
}

void add_email(Collector& out, const std::string& address) {
  out.add_text(address, Spelling::kPlain);
  out.add_text(address.substr(0, address.find('@')), Spelling::kPart);
  std::string escaped = address;
  escaped.replace(escaped.find('@'), 1, "\\u0040");
  out.add(escaped, Spelling::kJsonEscapes);
}

void add_words(Collector& out, const Mark& mark) {
  out.add_text(mark.value, Spelling::kPlain);
  if (mark.kind == MarkKind::kName) {
    const auto space = mark.value.find(' ');
    out.add_text(mark.value.substr(0, space), Spelling::kPart);
    out.add_text(mark.value.substr(space + 1), Spelling::kPart);
  } else if (mark.kind == MarkKind::kWhatsAppId) {
    out.add_text(mark.value.substr(3), Spelling::kPart);
  } else if (mark.kind == MarkKind::kWamid) {
    // Without the prefix, and the part that no other message id has.
    const std::string id = mark.value.substr(6);
    out.add_text(id, Spelling::kPart);
    out.add_text(id.substr(id.size() - 24, 20), Spelling::kPart);
  } else if (mark.kind == MarkKind::kRootKey) {
    out.add_text(mark.value.substr(0, mark.value.size() / 2), Spelling::kPart);
    out.add_text(mark.value.substr(mark.value.size() / 2), Spelling::kPart);
  }
}

}  // namespace

std::string_view name_of(Spelling spelling) noexcept {
  switch (spelling) {
    case Spelling::kPlain:
      return "plain";
    case Spelling::kNational:
      return "national";
    case Spelling::kPlus:
      return "plus";
    case Spelling::kDoubleZero:
      return "double_zero";
    case Spelling::kTel:
      return "tel";
    case Spelling::kLastDigits:
      return "last_digits";
    case Spelling::kReversed:
      return "reversed";
    case Spelling::kSeparated:
      return "separated";
    case Spelling::kPart:
      return "part";
    case Spelling::kPercent:
      return "percent";
    case Spelling::kUrl:
      return "url";
    case Spelling::kBase64:
      return "base64";
    case Spelling::kBase64Url:
      return "base64url";
    case Spelling::kHex:
      return "hex";
    case Spelling::kUtf16Le:
      return "utf16le";
    case Spelling::kUtf16Be:
      return "utf16be";
    case Spelling::kUtf16Encoded:
      return "utf16_encoded";
    case Spelling::kJsonEscapes:
      return "json_escapes";
    case Spelling::kInteger:
      return "integer";
    case Spelling::kPacked:
      return "packed";
  }
  return "?";
}

bool is_plain(Spelling spelling) noexcept {
  switch (spelling) {
    case Spelling::kPlain:
    case Spelling::kNational:
    case Spelling::kPlus:
    case Spelling::kDoubleZero:
    case Spelling::kTel:
    case Spelling::kLastDigits:
    case Spelling::kSeparated:
    case Spelling::kPart:
    case Spelling::kJsonEscapes:
      return true;
    default:
      return false;
  }
}

Patterns spell(std::span<const Mark> marks) {
  Patterns out;
  for (std::uint32_t i = 0; i < marks.size(); ++i) {
    const Mark& mark = marks[i];
    Collector collector{i};
    if (is_phone(mark.kind)) {
      add_phone(collector, mark.value);
      out.digits.push_back({mark.value.substr(kCountryCode), i, Spelling::kSeparated});
      out.digits.push_back(
          {mark.value.substr(mark.value.size() - kLastDigits), i, Spelling::kSeparated});
    } else if (is_email(mark.kind)) {
      add_email(collector, mark.value);
    } else {
      add_words(collector, mark);
    }
    auto patterns = std::move(collector).take();
    std::ranges::move(patterns, std::back_inserter(out.exact));
  }
  return out;
}

}  // namespace leadkeep::leaktest
