// How often an agent's codes may be guessed, over all log-ins and whatever kind of code it is.
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/identity/second_factors.h>
#include <leadkeep/store/records/second_factors.pb.h>

namespace leadkeep::identity {

inline constexpr std::uint32_t kMostWrongInWindow = 5;

[[nodiscard]] inline bool has_passed_window(const records::SecondFactors& factors, Timestamp now) {
  constexpr std::chrono::minutes kWindow{15};
  return window_has_passed(Timestamp{factors.window_start_ms()}, kWindow, now);
}

[[nodiscard]] inline bool is_blocked(const records::SecondFactors& factors, Timestamp now) {
  return factors.wrong_in_window() >= kMostWrongInWindow && !has_passed_window(factors, now);
}

inline FactorRefusal count_wrong(records::SecondFactors& factors, Timestamp now) {
  constexpr std::uint32_t kNobodyMistypesSoOften = 20;
  if (factors.wrong_in_window() == 0 || has_passed_window(factors, now)) {
    factors.set_wrong_in_window(0);
    factors.set_window_start_ms(now.ms);
  }
  factors.set_wrong_in_window(factors.wrong_in_window() + 1);
  factors.set_wrong_in_a_row(factors.wrong_in_a_row() + 1);
  return factors.wrong_in_a_row() == kNobodyMistypesSoOften ? FactorRefusal::kGuessed
                                                            : FactorRefusal::kWrong;
}

// Whoever used a factor has guessed none.
inline void forget_wrong(records::SecondFactors& factors) {
  factors.clear_wrong_in_window();
  factors.clear_window_start_ms();
  factors.clear_wrong_in_a_row();
}

}  // namespace leadkeep::identity
