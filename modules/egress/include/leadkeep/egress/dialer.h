// leadkeep/egress/dialer.h — the one exit to the network
//
// Takes    a destination, the purpose, and the time that looking up and connecting may take
// Yields   a connected TCP socket: blocking, TCP_NODELAY, close-on-exec. TLS is the caller's part.
// Refuses  kForbidden    the destination is not on the list; nothing is looked up, so that not even
// a
//                        name leaves, and EGRESS_REFUSED is logged with the purpose only
//          kUnavailable  the name has no address, or none of them answered in time
// Units    milliseconds
// Threads  any
//
// The addresses of a name are tried one after the other; each may use its even share of the time
// that is left, so that a dead first address does not starve the second. A name look-up cannot be
// interrupted: its own bound is the resolver's, and its time counts.
#pragma once
#include <leadkeep/base/files.h>
#include <leadkeep/base/result.h>
#include <leadkeep/egress/allow_list.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace leadkeep::egress {

enum class Purpose : std::uint8_t {
  kWhatsAppApi,
  kDirectory,
  kMailRelay,
  kIdentityProvider,
  kClientWebhook
};

[[nodiscard]] std::string_view name_of(Purpose purpose) noexcept;

[[nodiscard]] inline std::string log_text(Purpose purpose) {
  return std::string{name_of(purpose)};
}

class Dialer {
 public:
  explicit Dialer(AllowList allowed) noexcept;

  [[nodiscard]] Result<UniqueFd> dial(const Destination& destination, Purpose purpose,
                                      std::chrono::milliseconds timeout) const;

 private:
  AllowList m_allowed;
};

}  // namespace leadkeep::egress
