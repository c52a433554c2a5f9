#include <leadkeep/base/bytes.h>

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep {

namespace {

std::string decoded(std::string_view text) {
  const auto bytes = from_base64url(text);
  return bytes ? std::string{as_text(*bytes)} : "refused";
}

Bytes every_byte() {
  Bytes bytes;
  for (unsigned b = 0; b < 256; ++b) {
    bytes.push_back(static_cast<std::byte>(b));
  }
  return bytes;
}

TEST(Base64, IsPaddedAndOfItsOwnAlphabet) {
  EXPECT_EQ(to_base64(as_bytes("")), "");
  EXPECT_EQ(to_base64(as_bytes("f")), "Zg==");
  EXPECT_EQ(to_base64(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(to_base64(as_bytes("foo")), "Zm9v");
  EXPECT_EQ(to_base64(as_bytes("\xfb\xff\xfe")), "+//+");
  for (const std::string_view plain : {"", "f", "fo", "foo", "\xfb\xff\xfe"}) {
    const auto back = from_base64(to_base64(as_bytes(plain)));
    ASSERT_TRUE(back.has_value()) << plain;
    EXPECT_EQ(as_text(*back), plain);
  }
}

TEST(Base64, TakesNothingButThat) {
  for (const std::string_view text :
       {"Zg", "Zg=", "Zg===", "Z", "=", "====", "Zh==", "Zm9v\n", "Zm 9v", "-__-", "Zg==Zg=="}) {
    EXPECT_FALSE(from_base64(text).has_value()) << text;
  }
}

}  // namespace

// RFC 4648 section 10, without the padding.
TEST(Base64Url, FollowsTheVectorsOfRfc4648) {
  const std::vector<std::pair<std::string, std::string>> vectors = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(to_base64url(as_bytes(plain)), encoded);
    EXPECT_EQ(decoded(encoded), plain);
  }
}

TEST(Base64Url, UsesTheAlphabetThatIsSafeInUrls) {
  EXPECT_EQ(to_base64url(as_bytes("\xfb\xff\xfe")), "-__-");
  EXPECT_EQ(decoded("-__-"), "\xfb\xff\xfe");
}

// RFC 4648 section 10, without the padding.
TEST(Base32, MakesThePublishedTexts) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "MY"},
                                                                   {"fo", "MZXQ"},
                                                                   {"foo", "MZXW6"},
                                                                   {"foob", "MZXW6YQ"},
                                                                   {"fooba", "MZXW6YTB"},
                                                                   {"foobar", "MZXW6YTBOI"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(to_base32(as_bytes(plain)), encoded);
  }
}

TEST(FromBase64Url, RefusesPaddingOtherAlphabetsAndSpace) {
  for (const std::string_view text :
       {"Zg==", "Zm8=", "+//+", "Zm9v ", " Zm9v", "Zm\n9v", "Zm9v!"}) {
    EXPECT_FALSE(from_base64url(text).has_value()) << text;
  }
  EXPECT_FALSE(from_base64url(std::string_view{"Zm9\0", 4}).has_value());
}

TEST(FromBase64Url, RefusesASingleLeftOverCharacter) {
  EXPECT_FALSE(from_base64url("Z").has_value());
  EXPECT_FALSE(from_base64url("Zm9vA").has_value());
}

TEST(FromBase64Url, RefusesStrayBitsSoThatEachValueHasOneText) {
  EXPECT_FALSE(from_base64url("Zh").has_value());
  EXPECT_FALSE(from_base64url("Zm9").has_value());
}

TEST(Base64Url, RoundTripsEveryLength) {
  const Bytes bytes = every_byte();
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const ByteView view = ByteView{bytes}.first(size);
    const auto back = from_base64url(to_base64url(view));
    ASSERT_TRUE(back.has_value());
    EXPECT_TRUE(same_bytes(*back, view));
  }
}

// RFC 4648 section 10, in lower case.
TEST(Hex, FollowsTheVectorsOfRfc4648) {
  EXPECT_EQ(to_hex(as_bytes("")), "");
  EXPECT_EQ(to_hex(as_bytes("f")), "66");
  EXPECT_EQ(to_hex(as_bytes("foobar")), "666f6f626172");
  EXPECT_EQ(as_text(from_hex("666f6f626172").value()), "foobar");
}

TEST(Hex, RoundTripsEveryByte) {
  EXPECT_EQ(from_hex(to_hex(every_byte())), every_byte());
}

TEST(FromHex, RefusesUpperCaseOddLengthAndOtherCharacters) {
  for (const std::string_view text : {"6", "666", "6F", "6g", "0x66", " 66", "6 6"}) {
    EXPECT_FALSE(from_hex(text).has_value()) << text;
  }
}

TEST(BigEndian, WritesTheHighestByteFirst) {
  Bytes out;
  append_be(out, std::uint8_t{0x01});
  append_be(out, std::uint16_t{0x0203});
  append_be(out, std::uint32_t{0x04050607});
  append_be(out, std::uint64_t{0x08090a0b0c0d0e0f});
  EXPECT_EQ(to_hex(out), "0102030405060708090a0b0c0d0e0f");
  const ByteView view = out;
  EXPECT_EQ(read_be<std::uint8_t>(view), 0x01);
  EXPECT_EQ(read_be<std::uint16_t>(view.subspan(1)), 0x0203);
  EXPECT_EQ(read_be<std::uint32_t>(view.subspan(3)), 0x04050607u);
  EXPECT_EQ(read_be<std::uint64_t>(view.subspan(7)), 0x08090a0b0c0d0e0fu);
}

TEST(StartsWith, ComparesWholePrefixes) {
  EXPECT_TRUE(starts_with(as_bytes("abc"), as_bytes("")));
  EXPECT_TRUE(starts_with(as_bytes("abc"), as_bytes("abc")));
  EXPECT_FALSE(starts_with(as_bytes("abc"), as_bytes("abcd")));
  EXPECT_FALSE(starts_with(as_bytes("abc"), as_bytes("b")));
}

TEST(SameBytes, ComparesLengthsToo) {
  EXPECT_TRUE(same_bytes({}, {}));
  EXPECT_TRUE(same_bytes(as_bytes("ab"), as_bytes("ab")));
  EXPECT_FALSE(same_bytes(as_bytes("ab"), as_bytes("a")));
  EXPECT_FALSE(same_bytes(as_bytes("ab"), as_bytes("ac")));
}

}  // namespace leadkeep
