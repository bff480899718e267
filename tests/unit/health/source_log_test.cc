#include "exporter/health/source_log.h"

#include <gtest/gtest.h>

namespace podprobe {
namespace {

using Change = SourceLog::Change;

constexpr std::string_view kReasons[] = {"auth", "connect", "forbidden"};

SourceReading Good(double at) {
  return {.ended = {.unix_seconds = at, .steady_seconds = at}, .body_bytes = 10, .samples = 2};
}

SourceReading Bad(double at, std::string_view reason) {
  return {.ended = {.unix_seconds = at, .steady_seconds = at},
          .error_reason = reason,
          .message = "in words"};
}

TEST(SourceLog, TellsEachChangeOnce) {
  SourceLog log("pods", kReasons);
  EXPECT_FALSE(log.has_readings());
  EXPECT_EQ(log.Add(Good(1)), Change::kNone);
  EXPECT_EQ(log.Add(Bad(2, "auth")), Change::kWentDown);
  EXPECT_EQ(log.Add(Bad(3, "auth")), Change::kNone);
  EXPECT_EQ(log.Add(Bad(4, "connect")), Change::kNone);
  EXPECT_EQ(log.Add(Good(5)), Change::kCameUp);
  EXPECT_EQ(log.Add(Good(6)), Change::kNone);
  EXPECT_EQ(log.state().errors.at("auth"), 2);
  EXPECT_EQ(log.state().errors.at("connect"), 1);
  EXPECT_EQ(log.state().errors.at("forbidden"), 0);
  EXPECT_EQ(log.state().last_success_unix_seconds, 6);
}

TEST(SourceLog, AFirstReadingThatFailsIsAChange) {
  SourceLog log("pods", kReasons);
  EXPECT_EQ(log.Add(Bad(1, "forbidden")), Change::kWentDown);
  EXPECT_FALSE(log.state().is_up);
  EXPECT_EQ(log.state().last_success_unix_seconds, std::nullopt);
  EXPECT_EQ(log.state().last_error, "in words");
}

}  // namespace
}  // namespace podprobe
