#include <leadkeep/base/event_log.h>
#include <leadkeep/egress/dialer.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <memory>
#include <vector>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace leadkeep::egress {
namespace {

// The kernel's monotonic time, which is about how long to wait and never about when something was.
using SteadyClock = std::chrono::steady_clock;
using Addresses = std::unique_ptr<::addrinfo, decltype(&::freeaddrinfo)>;

Addresses look_up(const Destination& destination) {
  ::addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_protocol = IPPROTO_TCP;
  hints.ai_flags = AI_NUMERICSERV;
  ::addrinfo* found = nullptr;
  const std::string port = std::to_string(destination.port);
  const int rc = ::getaddrinfo(destination.host.c_str(), port.c_str(), &hints, &found);
  return {rc == 0 ? found : nullptr, &::freeaddrinfo};
}

// Waits until the connection attempt on `fd` has ended, either way.
bool wait_until_decided(int fd, SteadyClock::time_point deadline) {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
    if (left <= 0) {
      return false;
    }
    ::pollfd waiting{.fd = fd, .events = POLLOUT, .revents = 0};
    const auto limit = std::min<std::int64_t>(left, std::numeric_limits<int>::max());
    const int ready = ::poll(&waiting, 1, static_cast<int>(limit));
    if (ready > 0) {
      return true;
    }
    if (ready < 0 && errno != EINTR) {
      return false;
    }
  }
}

bool is_connected(int fd) {
  int error = 0;
  ::socklen_t size = sizeof(error);
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

bool prepare_for_use(int fd) {
  const int on = 1;
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == 0 &&
         ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0;
}

// An invalid descriptor if the address does not answer in time.
UniqueFd connect_to(const ::addrinfo& address, SteadyClock::time_point deadline) {
  UniqueFd fd{::socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                       address.ai_protocol)};
  if (!fd.valid()) {
    return {};
  }
  const int rc = ::connect(fd.get(), address.ai_addr, address.ai_addrlen);
  const bool is_pending = rc != 0 && (errno == EINPROGRESS || errno == EINTR);
  if (rc != 0 && !is_pending) {
    return {};
  }
  if (is_pending && !(wait_until_decided(fd.get(), deadline) && is_connected(fd.get()))) {
    return {};
  }
  return prepare_for_use(fd.get()) ? std::move(fd) : UniqueFd{};
}

}  // namespace

std::string_view name_of(Purpose purpose) noexcept {
  switch (purpose) {
    case Purpose::kWhatsAppApi:
      return "whatsapp_api";
    case Purpose::kDirectory:
      return "directory";
    case Purpose::kMailRelay:
      return "mail_relay";
    case Purpose::kIdentityProvider:
      return "identity_provider";
    case Purpose::kClientWebhook:
      return "client_webhook";
  }
  return "unnamed";
}

Dialer::Dialer(AllowList allowed) noexcept : m_allowed{std::move(allowed)} {}

Result<UniqueFd> Dialer::dial(const Destination& destination, Purpose purpose,
                              std::chrono::milliseconds timeout) const {
  if (m_allowed.permits(destination) != Permits::kYes) {
    log_warn("EGRESS_REFUSED", Field{"purpose", purpose});
    return fail(Errc::kForbidden, "destination is not on the egress list");
  }
  const auto deadline = SteadyClock::now() + timeout;
  const Addresses addresses = look_up(destination);
  std::vector<const ::addrinfo*> candidates;
  for (const ::addrinfo* a = addresses.get(); a != nullptr; a = a->ai_next) {
    candidates.push_back(a);
  }
  if (candidates.empty()) {
    return fail(Errc::kUnavailable, "destination has no address");
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto now = SteadyClock::now();
    if (now >= deadline) {
      break;
    }
    const auto share = (deadline - now) / static_cast<std::int64_t>(candidates.size() - i);
    if (UniqueFd fd = connect_to(*candidates[i], now + share); fd.valid()) {
      return fd;
    }
  }
  return fail(Errc::kUnavailable, "destination does not answer");
}

}  // namespace leadkeep::egress
