// leadkeep/base/id.h — internal identifiers: a ULID with the kind in front
//
//   lead_01JDG7T5Q8ZK3V9M4B6N2R0XWY      26 characters of Crockford base32, 128 bits
//
// The first 48 bits are milliseconds since 1970, so ids of one kind sort by age; the other 80 are
// random. An id is not personal data and may be logged. Making one needs randomness:
// crypto/random.h.
#pragma once
#include <leadkeep/base/bytes.h>

#include <algorithm>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep {

using Ulid = ByteArray<16>;

[[nodiscard]] std::string to_crockford(const Ulid& ulid);
[[nodiscard]] std::optional<Ulid> from_crockford(
    std::string_view text);  // upper case, 26 characters

template <class Kind>
class Id {
 public:
  Id() = default;

  explicit Id(const Ulid& ulid) : m_ulid{ulid} {}

  [[nodiscard]] static std::optional<Id> parse(std::string_view text) {
    if (!text.starts_with(Kind::kPrefix)) {
      return std::nullopt;
    }
    const auto ulid = from_crockford(text.substr(Kind::kPrefix.size()));
    return ulid ? std::optional{Id{*ulid}} : std::nullopt;
  }

  // From the 16 bytes of a stored key or record; nothing if the length is wrong.
  [[nodiscard]] static std::optional<Id> from_bytes(ByteView bytes) {
    if (bytes.size() != 16) {
      return std::nullopt;
    }
    Id id;
    std::copy(bytes.begin(), bytes.end(), id.m_ulid.begin());
    return id;
  }

  [[nodiscard]] std::string text() const {
    return std::string{Kind::kPrefix} + to_crockford(m_ulid);
  }

  [[nodiscard]] ByteView bytes() const& noexcept { return m_ulid; }

  ByteView bytes() const&& = delete;

  [[nodiscard]] std::string_view raw() const& noexcept { return as_text(m_ulid); }

  std::string_view raw() const&& = delete;

  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  Ulid m_ulid{};
};

struct LeadKind {
  static constexpr std::string_view kPrefix = "lead_";
};

struct ConversationKind {
  static constexpr std::string_view kPrefix = "conv_";
};

struct MessageKind {
  static constexpr std::string_view kPrefix = "msg_";
};

struct AgentKind {
  static constexpr std::string_view kPrefix = "agent_";
};

struct ConsentKind {
  static constexpr std::string_view kPrefix = "consent_";
};

struct IdentifierKind {
  static constexpr std::string_view kPrefix = "ident_";
};

struct ClientKind {
  static constexpr std::string_view kPrefix = "client_";
};

using LeadId = Id<LeadKind>;
using ConversationId = Id<ConversationKind>;
using MessageId = Id<MessageKind>;
using AgentId = Id<AgentKind>;
using ConsentId = Id<ConsentKind>;
using IdentifierId = Id<IdentifierKind>;
using ClientId = Id<ClientKind>;  // an approved program

}  // namespace leadkeep
