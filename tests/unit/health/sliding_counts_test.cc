#include "exporter/health/sliding_counts.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace podprobe {
namespace {

// Readings at the times given, and counts over windows that are told by their seconds.
class Windows {
 public:
  explicit Windows(std::vector<double> seconds) : seconds_(std::move(seconds)) {}

  void Add(double time, const ResultCounts& added) {
    timeline_.Add(time);
    counts_.Add(timeline_.NumberAt(time), added);
  }
  void MoveTo(double now) {
    std::vector<std::uint32_t> first_readings;
    for (const double seconds : seconds_)
      first_readings.push_back(timeline_.FirstAfter(now - seconds));
    counts_.MoveTo(first_readings);
  }
  double Attempts(std::size_t window) const { return counts_.Over(window).attempts; }
  double Successes(std::size_t window) const { return counts_.Over(window).successes; }

  Timeline& timeline() { return timeline_; }
  void Use(std::vector<double> seconds) { seconds_ = std::move(seconds); }

 private:
  std::vector<double> seconds_;
  Timeline timeline_;
  SlidingCounts counts_;
};

TEST(SlidingCounts, AWindowLeavesOutItsOwnBeginningAndHoldsItsEnd) {
  Windows windows({300});
  windows.Add(100, {.successes = 1});
  windows.Add(400, {.failures = 2});
  windows.MoveTo(399.5);
  EXPECT_EQ(windows.Attempts(0), 3);  // (99.5, 399.5], and what is to come
  windows.MoveTo(400);
  EXPECT_EQ(windows.Attempts(0), 2);  // (100, 400]
  windows.MoveTo(700);
  EXPECT_EQ(windows.Attempts(0), 0);
}

TEST(SlidingCounts, WhatComesLateLandsAtItsOwnTime) {
  Windows windows({10, 11});
  windows.Add(100, {.successes = 1});
  windows.Add(110, {.successes = 1});
  windows.MoveTo(110);
  windows.Add(100, {.failures = 5});
  windows.MoveTo(110);
  EXPECT_EQ(windows.Attempts(0), 1);
  EXPECT_EQ(windows.Attempts(1), 7);
  windows.MoveTo(111);
  EXPECT_EQ(windows.Attempts(1), 1);
}

TEST(SlidingCounts, CountsThatNoEntryHoldsAreCountedAll) {
  Windows windows({10});
  windows.Add(1, {.successes = 65535, .failures = 65535});
  windows.Add(2, {.successes = 65536});
  windows.Add(3, {.failures = 1e12, .unknown = 0.5});
  windows.MoveTo(3);
  EXPECT_EQ(windows.Attempts(0), 65535 * 2 + 65536 + 1e12 + 0.5);
  EXPECT_EQ(windows.Successes(0), 65535 + 65536);
  windows.MoveTo(12);
  EXPECT_EQ(windows.Attempts(0), 1e12 + 0.5);
  windows.MoveTo(13);
  EXPECT_EQ(windows.Attempts(0), 0);
}

TEST(SlidingCounts, LongAfterTheirBeginningTheSumsAreStillRight) {
  Windows windows({20, 100});
  for (int time = 1; time <= 1000; ++time) {
    windows.Add(time, {.successes = 1, .failures = time % 2 == 0 ? 1.0 : 0.0});
    windows.MoveTo(time);
    windows.timeline().Prune(time - 100);
  }
  EXPECT_EQ(windows.Successes(0), 20);
  EXPECT_EQ(windows.Attempts(0), 30);
  EXPECT_EQ(windows.Attempts(1), 150);
}

TEST(SlidingCounts, AWindowThatBecomesLongerHoldsWhatTheLongestKept) {
  Windows windows({10, 30});
  for (int time = 1; time <= 50; ++time) windows.Add(time, {.successes = 1});
  windows.MoveTo(50);
  windows.Use({20, 40});
  windows.MoveTo(50);
  EXPECT_EQ(windows.Attempts(0), 20);
  EXPECT_EQ(windows.Attempts(1), 40);
}

TEST(SlidingCounts, OtherWindowsBeginFromWhatIsKept) {
  Windows windows({100});
  for (int time = 1; time <= 50; ++time) windows.Add(time, {.successes = 1});
  windows.MoveTo(50);
  windows.Use({10, 30});
  windows.MoveTo(50);
  EXPECT_EQ(windows.Attempts(0), 10);
  EXPECT_EQ(windows.Attempts(1), 30);
}

}  // namespace
}  // namespace podprobe
