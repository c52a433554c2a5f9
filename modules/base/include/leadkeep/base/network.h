// leadkeep/base/network.h — where a client may come from
//
// Takes    an address block as RFC 4632 and RFC 4291 write it: 10.1.0.0/16, fd00:12::/32; a single address
//          is a block of its own
// Refuses  nothing where it is none, or where bits behind the prefix are set
// Threads  any
#pragma once
#include <leadkeep/base/bytes.h>

#include <optional>
#include <string>
#include <string_view>

namespace leadkeep {

class Network {
 public:
  [[nodiscard]] static std::optional<Network> parse(std::string_view text);

  // An address as the kernel tells it; one of IPv4 inside of IPv6 is one of IPv4.
  [[nodiscard]] bool contains(std::string_view address) const;
  // All of it.
  [[nodiscard]] bool contains(const Network& other) const;
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Network&, const Network&) = default;

 private:
  Network(const ByteArray<16>& address, unsigned prefix) noexcept
      : m_address{address}, m_prefix{prefix} {}

  ByteArray<16> m_address;  // IPv4 as ::ffff:a.b.c.d
  unsigned m_prefix;        // of 128 bits
};

}  // namespace leadkeep
