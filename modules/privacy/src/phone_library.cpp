#include "phone_library.h"

#include <algorithm>
#include <set>

#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumbermatch.h>
#include <phonenumbers/phonenumbermatcher.h>
#include <phonenumbers/phonenumberutil.h>

namespace leadkeep::privacy {
namespace {

namespace lib = i18n::phonenumbers;

const lib::PhoneNumberUtil& util() {
  static const lib::PhoneNumberUtil& instance = []() -> const lib::PhoneNumberUtil& {
    const lib::PhoneNumberUtil* const made = lib::PhoneNumberUtil::GetInstance();
    // The library's own logger writes to standard output, and could write a number it was given.
    static lib::NullLogger silent;
    lib::Logger::set_logger_impl(&silent);
    return *made;
  }();
  return instance;
}

std::optional<lib::PhoneNumber> parse(const std::string& number, std::string_view region) {
  lib::PhoneNumber parsed;
  if (util().Parse(number, std::string{region}, &parsed) !=
      lib::PhoneNumberUtil::NO_PARSING_ERROR) {
    return std::nullopt;
  }
  return parsed;
}

std::string format_e164(const lib::PhoneNumber& number) {
  std::string formatted;
  util().Format(number, lib::PhoneNumberUtil::E164, &formatted);
  return formatted;
}

}  // namespace

bool is_known_region(std::string_view region) {
  std::set<std::string> regions;
  util().GetSupportedRegions(&regions);
  return regions.contains(std::string{region});
}

unsigned digits_of_shortest_number(std::string_view region) {
  constexpr std::size_t kFewest = 5;
  constexpr std::size_t kUsual = 7;
  lib::PhoneNumber example;
  if (!util().GetExampleNumberForType(std::string{region}, lib::PhoneNumberUtil::MOBILE,
                                      &example)) {
    return kUsual;
  }
  std::string national;
  util().GetNationalSignificantNumber(example, &national);
  return static_cast<unsigned>(std::clamp(national.size(), kFewest, kUsual));
}

bool is_possible_number(const std::string& number, std::string_view region) {
  const auto parsed = parse(number, region);
  return parsed && util().IsPossibleNumber(*parsed);
}

std::optional<std::string> to_valid_e164(const std::string& number, std::string_view region) {
  const auto parsed = parse(number, region);
  if (!parsed || !util().IsValidNumber(*parsed)) {
    return std::nullopt;
  }
  return format_e164(*parsed);
}

std::optional<std::string> to_e164(const std::string& number, std::string_view region) {
  const auto parsed = parse(number, region);
  if (!parsed) {
    return std::nullopt;
  }
  const bool right_length = number.starts_with('+') && util().IsPossibleNumberWithReason(*parsed) ==
                                                           lib::PhoneNumberUtil::IS_POSSIBLE;
  if (!right_length && !util().IsValidNumber(*parsed)) {
    return std::nullopt;
  }
  return format_e164(*parsed);
}

std::vector<ByteRange> match_numbers(const std::string& window, std::string_view region) {
  constexpr int kMostTries = 16;
  lib::PhoneNumberMatcher matcher{util(), window, std::string{region},
                                  lib::PhoneNumberMatcher::POSSIBLE, kMostTries};
  std::vector<ByteRange> ranges;
  lib::PhoneNumberMatch match;
  std::size_t searched_to = 0;
  while (matcher.HasNext() && matcher.Next(&match)) {
    // Where the library counts code units, its offset is wrong for us; the matched text is not.
    const std::size_t start = window.find(match.raw_string(), searched_to);
    if (start == std::string::npos) {
      return {{0, window.size()}};
    }
    searched_to = start + match.raw_string().size();
    ranges.push_back({start, searched_to});
  }
  return ranges;
}

}  // namespace leadkeep::privacy
