#include "directory/directory_id.h"

#include <leadkeep/ldap/filter.h>

#include <algorithm>

namespace leadkeep::identity {
namespace {

// Where a UUID has its hyphens (RFC 4530, RFC 9562 section 4).
constexpr bool is_hyphen_place(std::size_t at) {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

constexpr std::size_t kUuidTextSize = 36;

std::optional<unsigned> digit_of(char c) {
  if (c >= '0' && c <= '9') {
    return static_cast<unsigned>(c - '0');
  }
  if (c >= 'a' && c <= 'f') {
    return static_cast<unsigned>(c - 'a' + 10);
  }
  return c >= 'A' && c <= 'F' ? std::optional{static_cast<unsigned>(c - 'A' + 10)} : std::nullopt;
}

std::optional<DirectoryId> read_uuid(std::string_view text) {
  if (text.size() != kUuidTextSize) {
    return std::nullopt;
  }
  DirectoryId id{};
  std::size_t digits = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_hyphen_place(at)) {
      if (text[at] != '-') {
        return std::nullopt;
      }
      continue;
    }
    const auto digit = digit_of(text[at]);
    if (!digit) {
      return std::nullopt;
    }
    id[digits / 2] = (id[digits / 2] << 4) | static_cast<std::byte>(*digit);
    ++digits;
  }
  return id;
}

std::string uuid_text(const DirectoryId& id) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::byte byte : id) {
    const auto value = std::to_integer<unsigned>(byte);
    if (is_hyphen_place(out.size())) {
      out += '-';
    }
    out += kDigits[value >> 4];
    out += kDigits[value & 0x0f];
  }
  return out;
}

std::optional<DirectoryId> read_guid(std::string_view bytes) {
  DirectoryId id{};
  if (bytes.size() != id.size()) {
    return std::nullopt;
  }
  std::ranges::copy(as_bytes(bytes), id.begin());
  return id;
}

}  // namespace

std::string id_attribute(DirectoryKind kind) {
  return kind == DirectoryKind::kActiveDirectory ? "objectGUID" : "entryUUID";
}

std::optional<DirectoryId> id_of(DirectoryKind kind, const ldap::Entry& entry) {
  const auto value = entry.one(id_attribute(kind));
  if (!value) {
    return std::nullopt;
  }
  return kind == DirectoryKind::kActiveDirectory ? read_guid(*value) : read_uuid(*value);
}

std::string filter_for(DirectoryKind kind, const DirectoryId& id) {
  const std::string value = kind == DirectoryKind::kActiveDirectory
                                ? ldap::escape_filter_value(ByteView{id})
                                : ldap::escape_filter_value(uuid_text(id));
  return "(" + id_attribute(kind) + "=" + value + ")";
}

}  // namespace leadkeep::identity
