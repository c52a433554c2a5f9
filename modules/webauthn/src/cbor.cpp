#include "cbor.h"

namespace leadkeep::webauthn {
namespace {

constexpr int kLevels = 4;
constexpr std::uint8_t kOneByte = 24;  // the value follows in so many bytes
constexpr std::uint8_t kEightBytes = 27;
constexpr std::uint64_t kFalse = 20;
constexpr std::uint64_t kNull = 22;

}  // namespace

std::optional<ByteView> CborReader::take(std::uint64_t size) {
  if (size > m_rest.size()) {
    return std::nullopt;
  }
  const ByteView taken = m_rest.first(size);
  m_rest = m_rest.subspan(size);
  return taken;
}

std::optional<CborReader::Head> CborReader::head() {
  const auto first = take(1);
  if (!first) {
    return std::nullopt;
  }
  const auto byte = std::to_integer<std::uint8_t>(first->front());
  const auto major = static_cast<Major>(byte >> 5);
  const std::uint8_t info = byte & 0x1f;
  if (info < kOneByte) {
    return Head{major, info};
  }
  if (info > kEightBytes) {
    return std::nullopt;  // of no definite length
  }
  const auto follows = take(std::uint64_t{1} << (info - kOneByte));
  if (!follows) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const std::byte b : *follows) {
    value = value << 8 | std::to_integer<std::uint64_t>(b);
  }
  return Head{major, value};
}

std::optional<std::uint64_t> CborReader::map() {
  const auto found = head();
  return found && found->major == Major::kMap ? std::optional{found->value} : std::nullopt;
}

std::optional<ByteView> CborReader::string_of(Major major) {
  const auto found = head();
  return found && found->major == major ? take(found->value) : std::nullopt;
}

std::optional<std::string_view> CborReader::text() {
  const auto found = string_of(Major::kText);
  return found ? std::optional{as_text(*found)} : std::nullopt;
}

std::optional<ByteView> CborReader::bytes() {
  return string_of(Major::kBytes);
}

bool CborReader::skip(int levels) {
  const auto found = head();
  if (!found || levels == 0) {
    return false;
  }
  switch (found->major) {
    case Major::kUnsigned:
    case Major::kNegative:
      return true;
    case Major::kBytes:
    case Major::kText:
      return take(found->value).has_value();
    case Major::kSimple:
      return found->value >= kFalse && found->value <= kNull;
    case Major::kTag:
      return false;
    case Major::kArray:
    case Major::kMap:
      break;
  }
  const std::uint64_t per_entry = found->major == Major::kMap ? 2 : 1;
  // An item is a byte at least, so no count is followed further than the input goes.
  if (found->value > m_rest.size()) {
    return false;
  }
  for (std::uint64_t i = 0; i < found->value * per_entry; ++i) {
    if (!skip(levels - 1)) {
      return false;
    }
  }
  return true;
}

std::optional<ByteView> CborReader::any() {
  const ByteView before = m_rest;
  if (!skip(kLevels)) {
    return std::nullopt;
  }
  return before.first(before.size() - m_rest.size());
}

}  // namespace leadkeep::webauthn
