// leadkeep/saml/checks.h — every check of a SAML message, by its id
//
// The ids are those that the tests, the trail and `leadkeepctl saml test` use. They run in the order
// of this list as far as they apply, cheap and structural ones first; the first that does not hold
// ends the examination.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace leadkeep::saml {

enum class Check : std::uint8_t {
  kT02,
  kB01,
  kB02,
  kB03,
  kB04,
  kR01,
  kR02,
  kR03,
  kP04,
  kR04,
  kS01,
  kS02,
  kS03,
  kS04,
  kS05,
  kS06,
  kS07,
  kP01,
  kP02,
  kP03,
  kP05,
  kE01,
  kE02,
  kE03,
  kA01,
  kA02,
  kA03,
  kA04,
  kA05,
  kA06,
  kA08,
  kA09,
  kL02,
  kL03,
  kL04,
};

[[nodiscard]] std::span<const Check> checks_of_response() noexcept;  // without those of a logout
[[nodiscard]] std::string_view id_of(Check check) noexcept;          // "S-04"
[[nodiscard]] std::optional<Check> check_of(std::string_view id) noexcept;
[[nodiscard]] std::string_view meaning_of(Check check) noexcept;  // what holds where it holds

struct Refusal {
  Check check;
  std::string why;  // what was found, in our words
};

}  // namespace leadkeep::saml
