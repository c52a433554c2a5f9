// leadkeep/identity/leaver.h — leaver path: what the directory's word means for open sessions
//
// Only a definite answer ends a session. Somebody whose account is locked, or whose password has
// run out, gets no new session and keeps the open ones: otherwise anybody who can guess wrongly
// could sign others out. Somebody whom the directory does not know counts as gone when it says so
// again, a minute later: an index that is being built and a replica that lags behind say it once.
// Threads  any
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/identity/directory_person.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace leadkeep::identity {

inline constexpr std::chrono::seconds kMissingLongEnough{60};
inline constexpr std::string_view kNotInDirectory = "not_in_directory";

// Why the open sessions of the person end, or nothing. Who is locked and in no group either has left
// the groups.
[[nodiscard]] std::optional<Standing> reason_to_end(const DirectoryPerson& person) noexcept;

// Said of one person by somebody who meant it, and so no sign that the directory or a setting is
// broken.
[[nodiscard]] bool is_meant(Standing standing) noexcept;

// More that are gone by one answer, without being meant one by one, look like a fault: a group that
// was renamed, a service account that lost a right. A twentieth of those who were asked about, and
// five at least.
[[nodiscard]] std::size_t most_gone_at_once(std::size_t asked) noexcept;

}  // namespace leadkeep::identity
