#include "exporter/web/basic_auth.h"

#include <crypt.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace podprobe {
namespace {

using Verdict = BasicAuth::Verdict;

std::string Hash(const char* password, const char* prefix = "$2b$") {
  const auto data = std::make_unique<crypt_data>();
  return crypt_r(password, (std::string(prefix) + "04$abcdefghijklmnopqrstuu").c_str(), data.get());
}

TEST(BasicAuth, NameAndPasswordMustBothBeRight) {
  struct Case {
    const char* authorization;
    Verdict verdict;
  };
  // base64 of NAME:PASSWORD
  const Case cases[] = {
      {"Basic YWxpY2U6c2VjcmV0", Verdict::kAllowed},      // alice:secret
      {"basic YWxpY2U6c2VjcmV0", Verdict::kAllowed},      // the scheme in any case
      {"Basic Ym9iOmE6Yg==", Verdict::kAllowed},          // bob:a:b, a colon in the password
      {"Basic YWxpY2U6c2VjcmVU", Verdict::kRefused},      // alice:secreT
      {"Basic YWxpY2U6", Verdict::kRefused},              // alice:
      {"Basic Ym9iOnNlY3JldA==", Verdict::kRefused},      // bob:secret
      {"Basic Y2Fyb2w6c2VjcmV0", Verdict::kRefused},      // carol:secret, a name that is not there
      {"Basic YWxpY2U6c2VjcmV0AHg=", Verdict::kRefused},  // alice:secret\0x
      {"Basic YWxpY2U=", Verdict::kRefused},              // alice
      {"Basic YWxpY2U6c2VjcmV0=", Verdict::kRefused},     // no base64
      {"Basic ====", Verdict::kRefused},
      {"Basic ", Verdict::kRefused},
      {"Basic", Verdict::kRefused},
      {"Bearer YWxpY2U6c2VjcmV0", Verdict::kRefused},
      {"", Verdict::kRefused},
  };
  // A clock that stands still: no pause after a wrong one.
  BasicAuth auth({{"alice", Hash("secret", "$2y$")}, {"bob", Hash("a:b")}}, [] { return 0.0; });
  for (const Case& row : cases) {
    EXPECT_EQ(auth.Check(row.authorization), row.verdict) << row.authorization;
  }
}

TEST(BasicAuth, AfterAWrongPasswordOnlyTheKnownComeInForAWhile) {
  double now = 0;
  // Each look at the clock finds a second gone, so a hash takes one.
  BasicAuth auth({{"alice", Hash("secret")}, {"bob", Hash("a:b")}}, [&now] { return now += 1; });
  EXPECT_EQ(auth.Check("Basic YWxpY2U6c2VjcmV0"), Verdict::kAllowed);
  EXPECT_EQ(auth.Check("Basic YWxpY2U6"), Verdict::kRefused);
  EXPECT_EQ(auth.Check("Basic Ym9iOmE6Yg=="), Verdict::kBusy);
  EXPECT_EQ(auth.Check("Basic YWxpY2U6c2VjcmV0"), Verdict::kAllowed);
  now += 3;
  EXPECT_EQ(auth.Check("Basic Ym9iOmE6Yg=="), Verdict::kAllowed);
}

TEST(BasicAuth, ManyAtOnceAreRightWrongOrToldToComeAgain) {
  BasicAuth auth({{"alice", Hash("secret")}});
  std::atomic<int> allowed_wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&auth, &allowed_wrong, i] {
      const bool is_right = i % 2 == 0;
      const Verdict verdict = auth.Check(is_right ? "Basic YWxpY2U6c2VjcmV0" : "Basic YWxpY2U6");
      if (is_right ? verdict == Verdict::kRefused : verdict == Verdict::kAllowed) ++allowed_wrong;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(allowed_wrong, 0);
}

}  // namespace
}  // namespace podprobe
