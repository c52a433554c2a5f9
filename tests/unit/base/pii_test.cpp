#include <leadkeep/base/pii.h>

#include <concepts>
#include <ostream>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace leadkeep {

namespace {

using PhoneNumber = Pii<std::string>;

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!Streamable<PhoneNumber>);
static_assert(!std::is_convertible_v<PhoneNumber, std::string>);
static_assert(!std::is_convertible_v<std::string, PhoneNumber>);
static_assert(!std::equality_comparable_with<PhoneNumber, std::string>);

}  // namespace

TEST(Pii, GivesItsValueToWhoAsksByName) {
  const PhoneNumber number{"+491701234567"};
  EXPECT_EQ(number.expose(), "+491701234567");
  EXPECT_EQ(PhoneNumber{"x"}.expose(), "x");
}

TEST(Pii, ComparesWithItsOwnKind) {
  EXPECT_TRUE(PhoneNumber{"a"} == PhoneNumber{"a"});
  EXPECT_FALSE(PhoneNumber{"a"} == PhoneNumber{"b"});
}

}  // namespace leadkeep
