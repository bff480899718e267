#include "exporter/health/minute_log.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

LastHour HourOf(const MinuteLog& log, std::uint32_t minute) {
  LastHour hour;
  log.Serve(minute, &hour);
  return hour;
}

// A word for each minute with attempts, the newest last: minutes ago and percent.
std::string Text(const LastHour& hour) {
  std::string text;
  for (int ago = 63; ago >= 0; --ago) {
    if ((hour.attempted_minutes >> ago & 1) == 0) continue;
    int percent = 100;
    for (const LastHour::Minute& minute : hour.flawed) {
      if (minute.minutes_ago == ago) percent = minute.percent;
    }
    text += (text.empty() ? "" : " ") + std::to_string(ago) + ":" + std::to_string(percent);
  }
  return text;
}

TEST(MinuteLog, MinutesAgeWithTheClock) {
  MinuteLog log;
  EXPECT_EQ(Text(HourOf(log, 7)), "");
  log.Add(100, 3, 3);
  log.Add(102, 1, 2);
  EXPECT_EQ(Text(HourOf(log, 102)), "2:100 0:50");
  EXPECT_EQ(Text(HourOf(log, 105)), "5:100 3:50");
  EXPECT_EQ(Text(HourOf(log, 159)), "59:100 57:50");
  EXPECT_EQ(Text(HourOf(log, 160)), "58:50");
  EXPECT_EQ(Text(HourOf(log, 161)), "59:50");
  EXPECT_EQ(Text(HourOf(log, 162)), "");
  EXPECT_EQ(Text(HourOf(log, 100'000)), "");
}

TEST(MinuteLog, ResultsOfOneMinuteAddUpAlsoLateOnes) {
  MinuteLog log;
  log.Add(100, 9, 9);
  log.Add(101, 1, 1);
  log.Add(100, 0, 1);
  EXPECT_EQ(Text(HourOf(log, 101)), "1:90 0:100");
  log.Add(101, 0, 1);
  log.Add(102, 0, 1);
  log.Add(100, 0, 50);  // too late
  EXPECT_EQ(Text(HourOf(log, 102)), "2:90 1:50 0:0");
}

TEST(MinuteLog, AMinuteWithAFailureIsNeverWhole) {
  MinuteLog log;
  log.Add(100, 9'999, 10'000);
  EXPECT_EQ(Text(HourOf(log, 100)), "0:99");
}

TEST(MinuteLog, ALongGapLeavesNothing) {
  MinuteLog log;
  log.Add(100, 0, 1);
  log.Add(160, 1, 1);
  EXPECT_EQ(Text(HourOf(log, 160)), "0:100");
  log.Add(1'000'000, 1, 1);
  EXPECT_EQ(Text(HourOf(log, 1'000'000)), "0:100");
}

TEST(MinuteLog, NothingAttemptedIsNoMinute) {
  MinuteLog log;
  log.Add(100, 0, 0);
  EXPECT_EQ(Text(HourOf(log, 100)), "");
}

// As in the ratio: what fails at the start is not the probe's ratio.
TEST(MinuteLog, APageHasTheSteadyResultsOfItsProbes) {
  Story story;
  story.Tell(R"(
    6000           pods    web ready since=5000
    6000..6120/10  probes  web Readiness +1/+0
    6130..6180/10  probes  web Readiness +0/+1
    6190           pods    web
  )");
  const Snapshot snapshot = story.TakeSnapshot();
  ASSERT_EQ(snapshot.probes.size(), 2u);  // liveness has no results
  EXPECT_EQ(Text(snapshot.probes[0].last_hour), "");
  EXPECT_EQ(Text(snapshot.probes[1].last_hour), "3:100 2:100 1:16 0:0");
}

}  // namespace
}  // namespace podprobe
