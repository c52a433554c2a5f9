// That a camera reads it: functional/second_factor.py, with a decoder of somebody else.
#include <leadkeep/identity/qr_code.h>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::identity {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Result<SecretBytes> picture_of(const std::string& text) {
  return qr_code_svg(SecretBytes::copy_of(as_bytes(text)));
}

TEST(QrCode, DrawsAPictureThatGrowsWithTheText) {
  const auto small = picture_of("otpauth://totp/a");
  ASSERT_TRUE(small.ok());
  const std::string svg{as_text(small.value().expose())};
  // Version 1 or 2: 21 or 25 modules and four on each side.
  EXPECT_THAT(svg,
              StartsWith(R"(<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 )"));
  EXPECT_THAT(svg, HasSubstr(R"(viewBox="0 0 33 33")"));
  EXPECT_TRUE(svg.ends_with("</svg>"));
  const auto large = picture_of(std::string(512, 'x'));
  ASSERT_TRUE(large.ok());
  EXPECT_GT(large.value().size(), small.value().size());
}

TEST(QrCode, RefusesWhatNoCameraWouldRead) {
  const auto refused = picture_of(std::string(513, 'x'));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Errc::kTooLarge);
}

TEST(QrCode, DoesNotSayTheTextInPlainWords) {
  const auto picture = picture_of("JBSWY3DPEHPK3PXP");
  EXPECT_EQ(as_text(picture.value().expose()).find("JBSWY3DP"), std::string_view::npos);
}

}  // namespace
}  // namespace leadkeep::identity
