// The directory's own id of an entry: which attribute holds it, how it reads, how it is searched for.
#pragma once
#include <leadkeep/identity/directory_person.h>
#include <leadkeep/identity/directory_rules.h>
#include <leadkeep/ldap/entry.h>

#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::identity {

[[nodiscard]] std::string id_attribute(DirectoryKind kind);
[[nodiscard]] std::optional<DirectoryId> id_of(DirectoryKind kind, const ldap::Entry& entry);
// As an identity provider writes it: a UUID, with or without braces, or base64 of the bytes.
[[nodiscard]] std::optional<DirectoryId> id_from_text(DirectoryKind kind, std::string_view text);
// Of the bytes that are stored.
[[nodiscard]] std::optional<DirectoryId> id_from_bytes(ByteView bytes);
[[nodiscard]] std::string filter_for(DirectoryKind kind, const DirectoryId& id);

}  // namespace leadkeep::identity
