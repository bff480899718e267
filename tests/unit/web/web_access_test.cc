#include "exporter/web/web_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/unit/kubelet/temp_dir.h"

namespace podprobe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// bcrypt of "secret", cost 4.
constexpr char kHash[] = "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";
// alice:secret and bob:secret.
constexpr char kAlice[] = "Basic YWxpY2U6c2VjcmV0";
constexpr char kBob[] = "Basic Ym9iOnNlY3JldA==";

std::string Users(const std::vector<std::string>& names) {
  std::string text = "basic_auth_users:\n";
  for (const std::string& name : names) text += "  " + name + ": " + kHash + "\n";
  return text;
}

class WebAccessTest : public ::testing::Test {
 protected:
  void Start(const std::string& text) {
    Write(text);
    const WebConfigResult loaded = LoadWebConfigFile(file_);
    ASSERT_THAT(loaded.problems, IsEmpty());
    access_.emplace(WebAccess::Options{
        .file = file_,
        .loaded = loaded.config,
        .on_error = [this](std::string_view message) { errors_.emplace_back(message); },
        .on_change = [this] { ++changes_; },
        .steady_seconds = [this] { return steady_seconds_; }});
  }

  // As an editor that writes beside and moves: a file of its own each time.
  void Write(const std::string& text) {
    const std::string beside = dir_.Write("beside", text);
    std::filesystem::rename(beside, file_);
  }

  // Who may come in: a for alice, b for bob, * for all.
  std::string Open() {
    const auto rules = access_->Current();
    if (rules->basic_auth == nullptr) return "*";
    std::string open;
    if (IsAllowed(*rules->basic_auth, kAlice)) open += "a";
    if (IsAllowed(*rules->basic_auth, kBob)) open += "b";
    return open;
  }

  static bool IsAllowed(BasicAuth& auth, std::string_view who) {
    // There is a pause after a wrong one.
    BasicAuth::Verdict verdict = auth.Check(who);
    while (verdict == BasicAuth::Verdict::kBusy) verdict = auth.Check(who);
    return verdict == BasicAuth::Verdict::kAllowed;
  }

  std::string FrameOptions() {
    for (const HttpHeader& header : access_->Current()->safety_headers) {
      if (header.name == "X-Frame-Options") return header.value;
    }
    return "";
  }

  TempDir dir_;
  const std::string file_ = dir_.path() + "/web.yml";
  double steady_seconds_ = 1000;
  std::vector<std::string> errors_;
  int changes_ = 0;
  std::optional<WebAccess> access_;
};

TEST_F(WebAccessTest, ChangedUsersCountAtOnce) {
  Start(Users({"alice"}));
  EXPECT_EQ(Open(), "a");
  Write(Users({"alice", "bob"}));
  EXPECT_EQ(Open(), "ab");
  Write(Users({"bob"}));
  EXPECT_EQ(Open(), "b") << "also for who was let in before";
  EXPECT_EQ(changes_, 2);
  EXPECT_THAT(errors_, IsEmpty());
}

TEST_F(WebAccessTest, ChangedHeadersCountAtOnceAndLoginsStayKnown) {
  Start(Users({"alice"}));
  EXPECT_EQ(FrameOptions(), "deny");
  const auto before = access_->Current()->basic_auth;
  Write(Users({"alice"}) + "http_server_config: {headers: {X-Frame-Options: sameorigin}}\n");
  EXPECT_EQ(FrameOptions(), "sameorigin");
  EXPECT_EQ(access_->Current()->basic_auth, before);
}

TEST_F(WebAccessTest, ADoorCanBeShut) {
  Start("");
  EXPECT_EQ(Open(), "*");
  Write(Users({"alice"}));
  EXPECT_EQ(Open(), "a");
}

TEST_F(WebAccessTest, ABrokenFileLeavesTheOldInForceAndIsToldOnce) {
  Start(Users({"alice"}));
  Write("basic_auth_users:\n  bob: plain\n");
  EXPECT_EQ(Open(), "a");
  EXPECT_EQ(Open(), "a");
  EXPECT_THAT(
      errors_,
      ElementsAre(file_ + ":2:3: basic_auth_users.bob: wants a bcrypt hash, as `htpasswd "
                          "-nB NAME` prints it; the users and headers before stay in force"));
  Write(Users({"bob"}));
  EXPECT_EQ(Open(), "b");
  Write("x: 1\n");
  EXPECT_EQ(Open(), "b");
  EXPECT_EQ(errors_.size(), 2u);
}

TEST_F(WebAccessTest, AFileThatIsGoneOpensNothing) {
  Start(Users({"alice"}));
  std::filesystem::remove(file_);
  EXPECT_EQ(Open(), "a");
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("cannot read the web configuration: No such file")));
}

// As it is while an editor writes it anew in its place.
TEST_F(WebAccessTest, AnEmptyFileOpensNothing) {
  Start(Users({"alice"}));
  for (const char* text : {"", "basic_auth_users:\n"}) {
    Write(text);
    EXPECT_EQ(Open(), "a");
  }
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("basic_auth_users is gone: the users before stay in "
                                             "force, until the next start")));
}

TEST_F(WebAccessTest, ABrokenFileIsReadAgainAfterASecond) {
  Start(Users({"alice"}));
  Write("x");
  access_->Current();
  // Mended in the same moment, so that nothing that can be looked at changes.
  const auto time = std::filesystem::last_write_time(file_);
  std::ofstream(file_) << "#";
  std::filesystem::last_write_time(file_, time);
  access_->Current();
  EXPECT_EQ(errors_.size(), 1u);
  steady_seconds_ += 1;
  access_->Current();
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("web.yml:1:1"), HasSubstr("is gone")));
}

TEST_F(WebAccessTest, TlsCountsFromTheNextStart) {
  Start(Users({"alice"}));
  Write(Users({"bob"}) + "tls_server_config: {cert_file: a, key_file: b}\n");
  EXPECT_EQ(Open(), "b") << "the rest counts";
  EXPECT_THAT(errors_, ElementsAre(file_ + ": tls_server_config changed: it counts from the next "
                                           "start on"));
}

TEST_F(WebAccessTest, ManyMayAskWhileItChanges) {
  Start(Users({"alice"}));
  std::vector<std::thread> askers;
  for (int i = 0; i < 4; ++i) {
    askers.emplace_back([this] {
      for (int round = 0; round < 200; ++round) EXPECT_NE(access_->Current()->basic_auth, nullptr);
    });
  }
  for (int round = 0; round < 20; ++round) {
    Write(Users({round % 2 == 0 ? "bob" : "alice"}));
    access_->Current();
  }
  for (std::thread& asker : askers) asker.join();
}

}  // namespace
}  // namespace podprobe
