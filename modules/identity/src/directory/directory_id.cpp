#include "directory/directory_id.h"

#include <leadkeep/base/text.h>
#include <leadkeep/ldap/filter.h>

#include <algorithm>
#include <span>

namespace leadkeep::identity {
namespace {

// Where a UUID has its hyphens (RFC 4530, RFC 9562 section 4).
constexpr bool is_hyphen_place(std::size_t at) {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

constexpr std::size_t kUuidTextSize = 36;

std::optional<DirectoryId> read_uuid(std::string_view text) {
  if (text.size() != kUuidTextSize) {
    return std::nullopt;
  }
  std::string digits;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_hyphen_place(at)) {
      digits += text[at];
    } else if (text[at] != '-') {
      return std::nullopt;
    }
  }
  const auto bytes = from_hex(to_lower_ascii(digits));
  return bytes ? id_from_bytes(*bytes) : std::nullopt;
}

// A GUID is written with its first three numbers turned round (MS-DTYP section 2.3.4).
DirectoryId turned_round(DirectoryId id) {
  std::ranges::reverse(std::span{id}.subspan(0, 4));
  std::ranges::reverse(std::span{id}.subspan(4, 2));
  std::ranges::reverse(std::span{id}.subspan(6, 2));
  return id;
}

std::string uuid_text(const DirectoryId& id) {
  std::string out;
  for (const char digit : to_hex(id)) {
    if (is_hyphen_place(out.size())) {
      out += '-';
    }
    out += digit;
  }
  return out;
}

}  // namespace

std::optional<DirectoryId> id_from_bytes(ByteView bytes) {
  DirectoryId id{};
  if (bytes.size() != id.size()) {
    return std::nullopt;
  }
  std::ranges::copy(bytes, id.begin());
  return id;
}

std::optional<DirectoryId> id_from_text(DirectoryKind kind, std::string_view text) {
  if (text.starts_with('{') && text.ends_with('}')) {
    text = text.substr(1, text.size() - 2);
  }
  const auto uuid = read_uuid(text);
  if (!uuid) {
    const auto bytes = from_base64(text);
    return bytes ? id_from_bytes(*bytes) : std::nullopt;
  }
  return kind == DirectoryKind::kActiveDirectory ? turned_round(*uuid) : *uuid;
}

std::string id_attribute(DirectoryKind kind) {
  return kind == DirectoryKind::kActiveDirectory ? "objectGUID" : "entryUUID";
}

std::optional<DirectoryId> id_of(DirectoryKind kind, const ldap::Entry& entry) {
  const auto value = entry.one(id_attribute(kind));
  if (!value) {
    return std::nullopt;
  }
  return kind == DirectoryKind::kActiveDirectory ? id_from_bytes(as_bytes(*value))
                                                 : read_uuid(*value);
}

std::string filter_for(DirectoryKind kind, const DirectoryId& id) {
  const std::string value = kind == DirectoryKind::kActiveDirectory
                                ? ldap::escape_filter_value(ByteView{id})
                                : ldap::escape_filter_value(uuid_text(id));
  return "(" + id_attribute(kind) + "=" + value + ")";
}

}  // namespace leadkeep::identity
