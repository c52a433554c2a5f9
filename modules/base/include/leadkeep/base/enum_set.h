// leadkeep/base/enum_set.h — a set of the values of an enum whose numbers are below 32
#pragma once
#include <leadkeep/base/check.h>

#include <cstdint>
#include <initializer_list>
#include <type_traits>

namespace leadkeep {

template <class Enum>
class EnumSet {
 public:
  constexpr EnumSet() = default;

  constexpr EnumSet(std::initializer_list<Enum> values) {
    for (const Enum value : values) {
      insert(value);
    }
  }

  constexpr void insert(Enum value) { m_bits |= bit(value); }

  [[nodiscard]] constexpr bool contains(Enum value) const { return (m_bits & bit(value)) != 0; }

  [[nodiscard]] constexpr bool contains_all(const EnumSet& others) const noexcept {
    return (others.m_bits & ~m_bits) == 0;
  }

  [[nodiscard]] constexpr bool empty() const noexcept { return m_bits == 0; }

  friend constexpr bool operator==(const EnumSet&, const EnumSet&) = default;

 private:
  [[nodiscard]] static constexpr std::uint32_t bit(Enum value) {
    const auto number = static_cast<std::underlying_type_t<Enum>>(value);
    LK_CHECK(number < 32);
    return std::uint32_t{1} << number;
  }

  std::uint32_t m_bits = 0;
};

}  // namespace leadkeep
