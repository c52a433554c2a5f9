#include "fakes/temp_directory.h"
#include "store_test_support.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/store/root_key.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace leadkeep::store {

namespace {

void write_file(const std::filesystem::path& path, std::size_t size, ::mode_t mode) {
  std::ofstream{path} << std::string(size, 'k');
  ASSERT_EQ(::chmod(path.c_str(), mode), 0);
}

}  // namespace

TEST(CreateRootKeyFile, MakesThirtyTwoBytesThatOnlyTheOwnerMayRead) {
  const test::TempDirectory directory;
  const auto path = directory / "root.key";
  ASSERT_TRUE(is_ok(create_root_key_file(path)));
  EXPECT_EQ(std::filesystem::file_size(path), 32u);
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms{0600});
}

TEST(CreateRootKeyFile, MakesAnotherKeyEachTime) {
  const test::TempDirectory directory;
  ASSERT_TRUE(is_ok(create_root_key_file(directory / "a")));
  ASSERT_TRUE(is_ok(create_root_key_file(directory / "b")));
  EXPECT_NE(crypto::hmac_sha256(load_root_key(directory / "a").value(), {}),
            crypto::hmac_sha256(load_root_key(directory / "b").value(), {}));
}

TEST(CreateRootKeyFile, NeverOverwritesAKey) {
  const test::TempDirectory directory;
  ASSERT_TRUE(is_ok(create_root_key_file(directory / "root.key")));
  const auto before = crypto::hmac_sha256(load_root_key(directory / "root.key").value(), {});
  EXPECT_FALSE(create_root_key_file(directory / "root.key").ok());
  EXPECT_EQ(crypto::hmac_sha256(load_root_key(directory / "root.key").value(), {}), before);
}

TEST(LoadRootKey, RefusesAFileThatOthersMayRead) {
  const test::TempDirectory directory;
  write_file(directory / "root.key", 32, 0644);
  EXPECT_TRUE(fails_with(load_root_key(directory / "root.key"), Errc::kForbidden));
}

TEST(LoadRootKey, RefusesEveryOtherSize) {
  const test::TempDirectory directory;
  for (const std::size_t size : {0u, 1u, 31u}) {
    write_file(directory / "root.key", size, 0600);
    EXPECT_TRUE(fails_with(load_root_key(directory / "root.key"), Errc::kInvalidInput)) << size;
  }
  write_file(directory / "root.key", 33, 0600);
  EXPECT_FALSE(load_root_key(directory / "root.key").ok());
}

TEST(LoadRootKey, FindsNoFile) {
  const test::TempDirectory directory;
  EXPECT_TRUE(fails_with(load_root_key(directory / "root.key"), Errc::kNotFound));
}

TEST(LoadRootKey, ReadsTheSystemdCredential) {
  const test::TempDirectory directory;
  write_file(directory / "leadkeep.root-key", 32, 0400);
  ASSERT_EQ(::setenv("CREDENTIALS_DIRECTORY", directory.path().c_str(), 1), 0);
  const auto key = load_root_key({});
  ASSERT_EQ(::unsetenv("CREDENTIALS_DIRECTORY"), 0);
  EXPECT_TRUE(is_ok(key));
}

TEST(LoadRootKey, FindsNoCredentialWithoutItsDirectory) {
  ASSERT_EQ(::unsetenv("CREDENTIALS_DIRECTORY"), 0);
  EXPECT_TRUE(fails_with(load_root_key({}), Errc::kNotFound));
}

}  // namespace leadkeep::store
