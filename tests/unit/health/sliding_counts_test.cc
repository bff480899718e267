#include "exporter/health/sliding_counts.h"

#include <gtest/gtest.h>

namespace podprobe {
namespace {

TEST(SlidingCounts, AWindowLeavesOutItsOwnBeginningAndHoldsItsEnd) {
  SlidingCounts counts;
  counts.Add(100, {.successes = 1});
  counts.Add(400, {.failures = 2});
  EXPECT_EQ(counts.Over(300, 399).attempts(), 1);
  EXPECT_EQ(counts.Over(300, 400).attempts(), 2);  // (100, 400]
  EXPECT_EQ(counts.Over(300.5, 400).attempts(), 3);
  EXPECT_EQ(counts.Over(300, 700).attempts(), 0);
}

TEST(SlidingCounts, WhatComesLateLandsAtItsOwnTime) {
  SlidingCounts counts;
  counts.Add(100, {.successes = 1});
  counts.Add(110, {.successes = 1});
  counts.Add(100, {.failures = 5});
  counts.Add(105, {.unknown = 7});
  EXPECT_EQ(counts.Over(10, 110).attempts(), 8);
  EXPECT_EQ(counts.Over(11, 110).failures, 5);
  counts.Prune(100);
  EXPECT_EQ(counts.Over(1000, 110).failures, 0);
  EXPECT_EQ(counts.Over(1000, 110).unknown, 7);
}

}  // namespace
}  // namespace podprobe
