#include "exporter/kubelet/token.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "exporter/kubelet/excerpt.h"
#include "tests/unit/kubelet/temp_dir.h"

namespace podprobe {
namespace {

std::string Read(const std::string& path) {
  const TokenResult result = ReadToken(path);
  if (result.token) return "token " + *result.token;
  if (result.problem.empty()) return "none";
  std::string problem = result.problem;
  return problem.replace(problem.find(path), path.size(), "FILE");
}

TEST(TokenTest, SpaceAroundTheTokenIsNoPartOfIt) {
  const TempDir dir;
  EXPECT_EQ(Read(dir.Write("a", "eyJ.a-b_c=")), "token eyJ.a-b_c=");
  EXPECT_EQ(Read(dir.Write("b", "eyJ\n")), "token eyJ");
  EXPECT_EQ(Read(dir.Write("c", " \teyJ\r\n\n")), "token eyJ");
}

TEST(TokenTest, WhatIsNoTokenIsAProblemThatDoesNotShowIt) {
  const TempDir dir;
  const char kNoToken[] =
      "the token file FILE holds more than one word or bytes that no token has: it must hold the "
      "token alone";
  EXPECT_EQ(Read(dir.Write("a", "")), "the token file FILE is empty");
  EXPECT_EQ(Read(dir.Write("b", " \n")), "the token file FILE is empty");
  EXPECT_EQ(Read(dir.Write("c", "secret\r\nX-Evil: 1")), kNoToken);
  EXPECT_EQ(Read(dir.Write("d", "secret\x01")), kNoToken);
  EXPECT_EQ(Read(dir.Write("e",
                           "s\xc3\xa9"
                           "cret")),
            kNoToken);
  EXPECT_EQ(Read(dir.path()), "the token file FILE cannot be read: Is a directory");
}

TEST(TokenTest, LongestTokenIsReadAndOneByteMoreIsNot) {
  const TempDir dir;
  EXPECT_TRUE(ReadToken(dir.Write("a", std::string(kMaxTokenBytes, 'x'))).token);
  EXPECT_EQ(Read(dir.Write("b", std::string(kMaxTokenBytes + 1, 'x'))),
            "the token file FILE is longer than 65536 bytes: it holds no token");
}

TEST(TokenTest, APipeIsNotWaitedFor) {
  const TempDir dir;
  const std::string pipe = dir.path() + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(Read(pipe), "the token file FILE is a pipe: it must be a file");
}

TEST(TokenTest, MissingFileIsNoProblemByItself) {
  const TempDir dir;
  EXPECT_EQ(Read(dir.path() + "/token"), "none");
  EXPECT_EQ(Read(dir.Write("file", "x") + "/token"), "none");
}

TEST(TokenTest, TokenBehindAReplacedSymlinkIsTheNewOne) {
  const TempDir dir;
  const std::filesystem::path root = dir.path();
  dir.Write("..1/token", "old");
  dir.Write("..2/token", "new");
  std::filesystem::create_directory_symlink("..1", root / "..data");
  std::filesystem::create_symlink("..data/token", root / "token");
  EXPECT_EQ(Read(root / "token"), "token old");
  std::filesystem::create_directory_symlink("..2", root / "..data_tmp");
  std::filesystem::rename(root / "..data_tmp", root / "..data");
  std::filesystem::remove_all(root / "..1");
  EXPECT_EQ(Read(root / "token"), "token new");
}

struct ExcerptCase {
  const char* name;
  std::string body;
  std::string want;
};

TEST(ExcerptTest, FirstLineIsShownSafely) {
  const std::string token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.payload.signature";
  const ExcerptCase cases[] = {
      {"kubelet's 401", "Unauthorized", "Unauthorized"},
      {"one line of two", "first\r\nsecond", "first"},
      {"leading empty lines", "\r\n\nfirst", "first"},
      {"empty", "", ""},
      {"control characters", std::string("a\x1b[31m\0\tb\x7f", 10), "a\\x1b[31m\\x00\\x09b\\x7f"},
      {"not ASCII", "caf\xc3\xa9", "caf\\xc3\\xa9"},
      {"at the bound", std::string(300, 'x'), std::string(300, 'x')},
      {"over the bound", std::string(301, 'x'), std::string(300, 'x') + "…"},
      {"echoed token", "bad header Bearer " + token + "; go away",
       "bad header Bearer <token>; go away"},
      {"two echoed tokens", token + " " + token, "<token> <token>"},
      {"echoed token cut off", "bad: " + token.substr(0, 30), "bad: <token>"},
  };
  for (const ExcerptCase& row : cases) EXPECT_EQ(FirstLine(row.body, token), row.want) << row.name;
}

}  // namespace
}  // namespace podprobe
