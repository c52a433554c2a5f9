#include "fakes/temp_directory.h"

#include <leadkeep/base/files.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace leadkeep {

namespace {

constexpr std::size_t kLimit = 16;

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "ok" : std::string{name_of(result.error().code)};
}

class FilesTest : public ::testing::Test {
 protected:
  std::filesystem::path write(std::string_view content, ::mode_t mode = 0600) {
    const auto path = m_directory / "secret";
    std::filesystem::remove(path);
    std::ofstream{path, std::ios::binary} << content;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }

  static std::string text(const Result<SecretBytes>& result) {
    return result ? std::string{as_text(result.value().expose())} : "refused: " + code_of(result);
  }

  test::TempDirectory m_directory;
};

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) != -1;
}

}  // namespace

TEST_F(FilesTest, ReadsASecretFileOfTheOwner) {
  EXPECT_EQ(text(read_secret_file(write("secret\n"), kLimit)), "secret\n");
  EXPECT_EQ(text(read_secret_file(write("secret", 0400), kLimit)), "secret");
  EXPECT_EQ(text(read_secret_file(write(""), kLimit)), "");
}

TEST_F(FilesTest, RefusesEveryModeThatLetsOthersReadOrWrite) {
  for (const ::mode_t mode : {0640u, 0620u, 0604u, 0602u, 0644u, 0666u, 0610u, 0601u}) {
    const auto result = read_secret_file(write("secret", mode), kLimit);
    EXPECT_EQ(code_of(result), "forbidden") << std::oct << mode;
    EXPECT_NE(result.error().detail.find("chmod 600"), std::string::npos);
    EXPECT_NE(result.error().detail.find(m_directory.path().string()), std::string::npos);
    EXPECT_EQ(result.error().detail.find("secret\n"), std::string::npos);
  }
}

TEST_F(FilesTest, RefusesAFileOfAnotherUser) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can give a file away";
  }
  const auto path = write("secret");
  ASSERT_EQ(::chown(path.c_str(), 65'534, 65'534), 0);
  EXPECT_EQ(code_of(read_secret_file(path, kLimit)), "forbidden");
}

TEST_F(FilesTest, LimitsTheSizeOfASecretFile) {
  EXPECT_EQ(text(read_secret_file(write(std::string(kLimit, 'x')), kLimit)),
            std::string(kLimit, 'x'));
  EXPECT_EQ(code_of(read_secret_file(write(std::string(kLimit + 1, 'x')), kLimit)), "too_large");
}

TEST_F(FilesTest, RefusesWhatIsNoRegularFileWithoutWaiting) {
  EXPECT_EQ(code_of(read_secret_file(m_directory.path(), kLimit)), "forbidden");
  const auto pipe = m_directory / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(code_of(read_secret_file(pipe, kLimit)), "forbidden");
  EXPECT_EQ(code_of(read_secret_file("/dev/zero", kLimit)), "forbidden");
}

TEST_F(FilesTest, FindsNoFile) {
  EXPECT_EQ(code_of(read_secret_file(m_directory / "absent", kLimit)), "not_found");
}

// A link may point at a mounted credential; what counts is the file it leads to.
TEST_F(FilesTest, FollowsALinkAndJudgesItsTarget) {
  const auto link = m_directory / "link";
  std::filesystem::create_symlink(m_directory / "secret", link);
  (void)write("secret");
  EXPECT_EQ(text(read_secret_file(link, kLimit)), "secret");
  (void)write("secret", 0644);
  EXPECT_EQ(code_of(read_secret_file(link, kLimit)), "forbidden");
}

TEST_F(FilesTest, CutsTheLineEndOff) {
  for (const std::string_view content : {"token", "token\n", "token\r\n"}) {
    EXPECT_EQ(text(read_secret_line(write(content), kLimit)), "token");
  }
  EXPECT_EQ(text(read_secret_line(write(" to ken \n"), kLimit)), " to ken ");
}

TEST_F(FilesTest, RefusesALineThatIsEmptyOrNotOneLine) {
  for (const std::string_view content : {"", "\n", "\r\n", "a\nb", "a\nb\n", "a\tb", "\x01"}) {
    EXPECT_EQ(code_of(read_secret_line(write(content), kLimit)), "invalid_request") << content;
  }
}

TEST_F(FilesTest, LimitsTheLengthOfALineWithoutItsEnd) {
  const std::string longest(kLimit, 'x');
  EXPECT_EQ(text(read_secret_line(write(longest + "\r\n"), kLimit)), longest);
  EXPECT_EQ(code_of(read_secret_line(write(longest + "x"), kLimit)), "invalid_request");
  EXPECT_EQ(code_of(read_secret_line(write(longest + "xxx"), kLimit)), "too_large");
}

TEST_F(FilesTest, CreatesASecretFileForTheOwnerOnlyWhateverTheMask) {
  const ::mode_t mask = ::umask(0);
  const auto created = create_secret_file(m_directory / "new", as_bytes("content"));
  ::umask(mask);
  ASSERT_EQ(code_of(created), "ok");
  EXPECT_EQ(std::filesystem::status(m_directory / "new").permissions(),
            std::filesystem::perms{0600});
  EXPECT_EQ(text(read_secret_file(m_directory / "new", kLimit)), "content");
}

TEST_F(FilesTest, NeverOverwritesAFileNorFollowsALink) {
  const auto path = write("old");
  EXPECT_FALSE(create_secret_file(path, as_bytes("new")).ok());
  EXPECT_EQ(text(read_secret_file(path, kLimit)), "old");
  std::filesystem::create_symlink(m_directory / "target", m_directory / "dangling");
  EXPECT_FALSE(create_secret_file(m_directory / "dangling", as_bytes("new")).ok());
  EXPECT_FALSE(std::filesystem::exists(m_directory / "target"));
}

TEST_F(FilesTest, MakesAPrivateDirectoryWhateverTheMask) {
  const ::mode_t mask = ::umask(0);
  const auto made = ensure_private_directory(m_directory / "new");
  ::umask(mask);
  ASSERT_EQ(code_of(made), "ok");
  EXPECT_EQ(std::filesystem::status(m_directory / "new").permissions(),
            std::filesystem::perms{0700});
  EXPECT_EQ(code_of(ensure_private_directory(m_directory / "new")), "ok");
}

TEST_F(FilesTest, RefusesADirectoryThatOthersMayEnter) {
  const auto path = m_directory / "open";
  std::filesystem::create_directory(path);
  for (const unsigned mode : {0755u, 0750u, 0710u, 0701u, 0777u}) {
    std::filesystem::permissions(path, std::filesystem::perms{mode});
    EXPECT_EQ(code_of(ensure_private_directory(path)), "forbidden") << std::oct << mode;
  }
}

TEST_F(FilesTest, RefusesAFileInPlaceOfADirectory) {
  EXPECT_EQ(code_of(ensure_private_directory(write("x"))), "invalid_request");
  EXPECT_EQ(code_of(ensure_private_directory(m_directory / "absent" / "new")), "not_found");
}

TEST_F(FilesTest, ClosesADescriptorOnce) {
  const int raw = ::open(m_directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_GE(raw, 0);
  {
    UniqueFd first{raw};
    UniqueFd second{std::move(first)};
    EXPECT_EQ(second.get(), raw);
    UniqueFd third;
    EXPECT_FALSE(third.valid());
    third = std::move(second);
    EXPECT_EQ(third.get(), raw);
    EXPECT_TRUE(is_open(raw));
  }
  EXPECT_FALSE(is_open(raw));
}

TEST_F(FilesTest, LeavesAReleasedDescriptorOpen) {
  int raw = -1;
  {
    UniqueFd fd{::open(m_directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    raw = fd.release();
    EXPECT_FALSE(fd.valid());
  }
  EXPECT_TRUE(is_open(raw));
  EXPECT_EQ(::close(raw), 0);
}

}  // namespace leadkeep
