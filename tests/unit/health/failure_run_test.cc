#include "exporter/health/failure_run.h"

#include <gtest/gtest.h>

namespace podprobe {
namespace {

FailureRun::Results Results(double at, double successes, double failures) {
  return {.at = {.unix_seconds = at, .steady_seconds = at},
          .successes = successes,
          .failures = failures};
}

TEST(FailureRun, CountsSinceTheLastSuccessAndRemembersItsFirstReading) {
  FailureRun run;
  run.Observe(Results(10, 0, 1), std::nullopt);
  run.Observe(Results(20, 0, 2), std::nullopt);
  EXPECT_EQ(run.count(), 3);
  EXPECT_EQ(run.failing_since(), 10);
  run.Observe(Results(30, 1, 0), std::nullopt);
  EXPECT_EQ(run.count(), 0);
  EXPECT_EQ(run.failing_since(), std::nullopt);
}

TEST(FailureRun, AnEmptyReadingChangesNothing) {
  FailureRun run;
  run.Observe(Results(10, 0, 1), std::nullopt);
  run.Observe(Results(20, 0, 0), std::nullopt);
  EXPECT_EQ(run.count(), 1);
  EXPECT_EQ(run.failing_since(), 10);
}

TEST(FailureRun, BothResultsInOneReadingAreJudgedByTheContainer) {
  for (const std::optional<bool> ready : {std::optional<bool>(), std::optional(true)}) {
    FailureRun run;
    run.Observe(Results(10, 0, 4), std::nullopt);
    run.Observe(Results(20, 1, 2), ready);
    EXPECT_EQ(run.count(), 0);
    EXPECT_EQ(run.failing_since(), std::nullopt);
  }
  FailureRun run;
  run.Observe(Results(10, 0, 4), std::nullopt);
  run.Observe(Results(20, 1, 2), false);
  EXPECT_EQ(run.count(), 2);
  EXPECT_EQ(run.failing_since(), 20);
}

TEST(FailureRun, ALaterPodReadingCorrectsTheJudgement) {
  FailureRun to_failing;
  to_failing.Observe(Results(20, 1, 2), true);
  to_failing.Observe(Results(30, 0, 1), true);
  to_failing.SettleMixed(false);
  EXPECT_EQ(to_failing.count(), 3);
  EXPECT_EQ(to_failing.failing_since(), 20);

  FailureRun to_passing;
  to_passing.Observe(Results(20, 1, 2), false);
  to_passing.SettleMixed(true);
  EXPECT_EQ(to_passing.count(), 0);
  EXPECT_EQ(to_passing.failing_since(), std::nullopt);

  to_passing.SettleMixed(false);  // only once
  EXPECT_EQ(to_passing.count(), 0);
}

TEST(FailureRun, AReadingThatDidNotEndInFailuresLeavesTheRunToTheNextOne) {
  FailureRun run;
  run.Observe(Results(20, 1, 2), false);
  run.Observe(Results(30, 0, 1), false);
  run.Observe(Results(40, 0, 1), false);
  EXPECT_EQ(run.count(), 4);
  EXPECT_EQ(run.failing_since(), 20);
  run.SettleMixed(true);
  EXPECT_EQ(run.count(), 2);
  EXPECT_EQ(run.failing_since(), 30);
}

TEST(FailureRun, AKubeletRestartLeavesSinceWhenToBeSettled) {
  for (const bool is_ready : {false, true}) {
    FailureRun run;
    run.Observe(Results(20, 1, 2), !is_ready);
    run.BeginAgain();
    run.Observe(Results(30, 0, 1), !is_ready);
    run.SettleMixed(is_ready);
    EXPECT_EQ(run.count(), 1);
    EXPECT_EQ(run.failing_since(), is_ready ? 30 : 20);
  }
}

TEST(FailureRun, WhatGoesBeyondTheThresholdAtAKillIsTheNextContainers) {
  struct Case {
    double seen;   // when /pods showed the container last
    double fresh;  // since then
    double want;
  };
  for (const Case& c :
       {Case{2, 1, 0}, Case{2, 2, 1}, Case{0, 5, 2}, Case{3, 0, 0}, Case{3, 2, 2}, Case{9, 1, 1}}) {
    FailureRun run;
    if (c.seen > 0) run.Observe(Results(10, 0, c.seen), std::nullopt);
    run.MarkListed();
    if (c.fresh > 0) run.Observe(Results(20, 0, c.fresh), std::nullopt);
    EXPECT_EQ(run.peak(), c.seen + c.fresh);
    run.BeginAgainAfterKill(3, {});
    EXPECT_EQ(run.count(), c.want) << c.seen << "+" << c.fresh;
    EXPECT_EQ(run.failing_since(), c.seen > 0 ? 10 : 20);
  }
}

TEST(FailureRun, ThePeakTakesFailuresLastAndFirstInAReadingWithBoth) {
  FailureRun run;
  run.Observe(Results(10, 0, 2), std::nullopt);
  run.Observe(Results(20, 1, 2), std::nullopt);
  EXPECT_EQ(run.count(), 0);
  EXPECT_EQ(run.peak(), 4);
  run.MarkListed();
  EXPECT_EQ(run.peak(), 2);
  run.Observe(Results(30, 0, 1), std::nullopt);
  EXPECT_EQ(run.peak(), 3);
  run.Observe(Results(40, 1, 0), std::nullopt);
  EXPECT_EQ(run.peak(), 3);
  run.MarkListed();
  EXPECT_EQ(run.peak(), 0);
}

TEST(FailureRun, BeginningAgainKeepsSinceWhen) {
  FailureRun run;
  run.Observe(Results(10, 0, 3), std::nullopt);
  run.BeginAgain();
  EXPECT_EQ(run.count(), 0);
  EXPECT_EQ(run.failing_since(), 10);
  run.Observe(Results(40, 0, 1), std::nullopt);
  EXPECT_EQ(run.count(), 1);
  EXPECT_EQ(run.failing_since(), 10);
}

}  // namespace
}  // namespace podprobe
