#include "exporter/health/engine.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>

#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(Engine, TheFirstReadingCountsNothingAndLaterOnesTheirIncrease) {
  Story story;
  EXPECT_EQ(story.At(0).Probes({{.successful = 100, .failed = 7}}).Page(),
            "web Readiness steady 0/0\n");
  EXPECT_EQ(story.At(10).Probes({{.successful = 102, .failed = 8}}).Page(),
            "web Readiness steady 3/1\n");
}

TEST(Engine, UnknownResultsAreAttempts) {
  Story story;
  story.At(0).Probes({{.successful = 1}});
  EXPECT_EQ(story.At(10).Probes({{.successful = 2, .unknown = 3}}).Page(),
            "web Readiness steady 4/0\n");
}

TEST(Engine, EverySeriesCountsByItself) {
  Story story;
  const auto read = [&story](double seconds, std::optional<double> unknown,
                             std::optional<double> warning, std::optional<double> refused) {
    using Result = OtherCounter::Result;
    ProbesReading reading;
    ProbeCounters& probe = reading.probes.emplace_back();
    probe = {.pod = "web", .pod_uid = "u", .container = "app", .probe_type = "Readiness"};
    probe.unknown = unknown;
    if (warning) probe.others.push_back({"warning", Result::kUnknown, warning});
    if (refused) probe.others.push_back({"refused", Result::kFailed, refused});
    story.At(seconds);
    const Instant now = {.unix_seconds = seconds, .steady_seconds = seconds};
    story.engine().OnProbes(reading, {.begun = now, .ended = now});
    return story.Page("counts");
  };
  EXPECT_EQ(read(0, 5, 3, 2), "web Readiness steady 0/0\n");
  // One falls while another grows: it has begun again.
  EXPECT_EQ(read(10, 4, 6, 2), "web Readiness steady 7/0\n");
  EXPECT_EQ(read(20, 4, 6, 3), "web Readiness steady 8/1\n");
  // One that was away for a reading was born anew.
  EXPECT_EQ(read(30, 4, {}, 3), "web Readiness steady 8/1\n");
  EXPECT_EQ(read(40, 4, 6, 3), "web Readiness steady 14/1\n");
}

TEST(Engine, AKubeletRestartNeitherLosesNorDoublesACount) {
  Story story;
  story.At(0).Probes({{.successful = 100}}, 1);
  story.At(10).Probes({{.successful = 101}}, 1);
  EXPECT_EQ(story.At(20).Probes({{.successful = 150}}, 15).Page(), "web Readiness steady 151/0\n");
  EXPECT_EQ(story.TakeSnapshot().kubelet.restarts, 1);
  EXPECT_EQ(story.TakeSnapshot().kubelet.start_unix_seconds, 15);
}

TEST(Engine, RatiosWaitForHalfTheirWindow) {
  Story story;
  story.At(0).Probes({{.successful = 1}});
  story.At(149).Probes({{.successful = 9, .failed = 2}});
  EXPECT_EQ(story.At(149.9).Page(), "web Readiness steady 10/2\n");
  EXPECT_EQ(story.At(150).Page(), "web Readiness steady 10/2 r5m=0.8\n");
}

TEST(Engine, RatiosWaitForEnoughAttempts) {
  Story story;
  story.At(0).Probes({{.successful = 1}});
  story.At(200).Probes({{.successful = 3}});
  EXPECT_EQ(story.Page(), "web Readiness steady 2/0\n");
  EXPECT_EQ(story.At(210).Probes({{.successful = 4}}).Page(), "web Readiness steady 3/0 r5m=1\n");
}

TEST(Engine, WindowsAgeOnTheClockAndNotOnReadings) {
  Story story({.probes_interval_seconds = 1000});
  story.At(0).Probes({{.successful = 1}});
  story.At(100).Probes({{.successful = 11}});
  EXPECT_EQ(story.At(399.9).Page(), "web Readiness steady 10/0 r5m=1\n");
  EXPECT_EQ(story.At(400).Page(), "web Readiness steady 10/0\n");
}

TEST(Engine, BornAtZeroHoldsALateSeriesForItsTime) {
  Story story;
  story.At(0).Probes({});
  EXPECT_EQ(story.At(10).Probes({{.successful = 3, .failed = 1}}).Page(),
            "web Readiness steady 0/0\n");
  EXPECT_EQ(story.At(84.9).Page(), "web Readiness steady 0/0\n");
  EXPECT_EQ(story.At(85).Probes({{.successful = 3, .failed = 2}}).Page(),
            "web Readiness steady 5/2 run=1\n");
}

TEST(Engine, WhatTheFirstReadingShowsIsNotLate) {
  Story story;
  story.At(0).Probes({{.successful = 1}});
  EXPECT_EQ(story.At(5).Probes({{.successful = 1, .failed = 1}}).Page(),
            "web Readiness steady 1/1 run=1\n");
}

TEST(Engine, WhatTheFirstReadingShowsIsNotLateForComingToItsNameBeforeThePage) {
  for (const bool has_page_between : {false, true}) {
    Story story;
    story.At(0).Pods({}).Page();
    story.At(5).Probes({{.successful = 1}});
    if (has_page_between) {
      EXPECT_EQ(story.Page(), "");
    }
    story.Pods({{}}).Page();
    story.At(10).Probes({{.successful = 1, .failed = 1}}).Pods({{}});
    EXPECT_EQ(story.Line("Readiness"),
              has_page_between ? "Readiness steady 0/0 run=1" : "Readiness steady 1/1 run=1");
  }
}

TEST(Engine, WhatOneContainerShowsInTheFirstReadingIsNotLateForTheOthers) {
  Story story;
  story.At(0).Pods({}).Page();
  story.At(5).Probes({{.successful = 1, .container = "sidecar"}}).Pods({{}}).Page();
  story.At(10).Probes({{.successful = 3, .container = "sidecar"}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 2/0");
}

TEST(Engine, AHealthyProbeKnownFromPodsHasItsCountersBeforeItsSeries) {
  Story story;
  story.At(0).Probes({}).Pods({{.name = "web"}});
  EXPECT_EQ(story.Page(),
            "web Liveness steady 0/0\n"
            "web Readiness steady 0/0\n"
            "web Startup startup 0/0\n");
}

TEST(Engine, AFailureWaitsForThePodReadingThatExplainsIt) {
  Story story;
  story.At(0).Probes({{.successful = 9}}).Pods({{}});
  story.At(10).Probes({{.successful = 9, .failed = 1}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 0/0 run=1");
  story.At(12).Pods({{.is_deleted = true}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 0/0 terminating 0/0");
  story.At(87);
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 0/0 terminating 1/1");
}

TEST(Engine, AFailureWaitsAtMostFifteenSeconds) {
  Story story;
  story.At(0).Probes({{.successful = 9}}).Pods({{}});
  story.At(10).Probes({{.successful = 10, .failed = 1}});
  story.At(24.9);
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 1/0");
  story.At(25);
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 2/1");
}

TEST(Engine, APodReadingThatComesJustInTimeStillCounts) {
  Story story;
  story.At(0).Probes({{.successful = 9}}).Pods({{}});
  story.At(10).Probes({{.successful = 9, .failed = 1}});
  story.At(25).Pods({{.is_deleted = true}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 0/0 terminating 0/0");
}

TEST(Engine, APodThatALimitLeavesOutIsBornWithThePageThatHasIt) {
  Story story;
  const auto read = [&story](double seconds, double failed, bool is_left_out) {
    const std::string page = story.At(seconds).Probes({{.failed = failed}}).Page("counts");
    const Instant now = {.unix_seconds = seconds, .steady_seconds = seconds};
    if (is_left_out) story.engine().LeaveOut({{.pod_namespace = "shop", .pod = "web"}}, now);
    return page;
  };
  read(0, 1, true);
  read(100, 3, true);
  EXPECT_EQ(read(200, 4, false), "web Readiness steady 0/0\n");
  read(210, 4, true);
  EXPECT_EQ(read(274.9, 4, false), "web Readiness steady 0/0\n");
  EXPECT_EQ(read(275, 4, false), "web Readiness steady 3/3\n");
}

TEST(Engine, OncePodsWereReadTheNodeServesEveryTypeAndState) {
  Story story;
  story.At(0).Probes({{.successful = 1}});
  EXPECT_EQ(story.TakeSnapshot().node.probes.size(), 1U);
  story.Pods({{}});
  EXPECT_EQ(story.TakeSnapshot().node.probes.size(), 3U * 6U);
}

TEST(Engine, ASignalIsMissingWhereOneOfItsFamiliesIs) {
  const struct {
    EvidenceFamilies families;
    std::string_view want;
  } cases[] = {
      {{.cfs_periods = true, .cfs_throttled = true, .memory_limit = true},
       "node missing cpu_pressure memory_pressure io_pressure\n"},
      {{.cfs_periods = true, .memory_limit = true},
       "node missing cpu_throttled cpu_pressure memory_pressure io_pressure\n"},
      {{.cfs_throttled = true, .memory_limit = true},
       "node missing cpu_throttled cpu_pressure memory_pressure io_pressure\n"},
      {{.cpu_pressure = true, .memory_pressure = true, .io_pressure = true},
       "node missing cpu_throttled memory_limit\n"},
  };
  for (const auto& c : cases) {
    Story story;
    story.At(10).engine().OnCadvisor({.families = c.families}, {});
    EXPECT_EQ(story.Page("missing"), c.want);
  }
}

TEST(Engine, ADeadSourceTakesTheGaugesAndLeavesTheCounters) {
  Story story;
  story.At(0).Probes({{.successful = 1}});
  story.At(200).Probes({{.successful = 9, .failed = 2}});
  story.At(205).Probes({{.successful = 9, .failed = 3}});
  EXPECT_NE(story.At(264.9).Page(), "web Readiness steady 11/3\n");
  EXPECT_EQ(story.At(265).Page(), "web Readiness steady 11/3\n");
}

TEST(Engine, NearTimeoutIsTheShareSlowerThanHalfTheTimeout) {
  Story story;
  const auto durations = [](double fast, double slow) {
    return DurationHistogram{
        .buckets = {{0.25, fast}, {0.5, fast}, {1, fast + slow}, {kInf, fast + slow}},
        .count = fast + slow};
  };
  story.At(0).Histogram(durations(10, 0)).Probes({{.successful = 10}}).Pods({{}});
  story.At(5).Histogram(durations(11, 1)).Probes({{.successful = 12}}).Pods({{}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 2/0");  // fewer than three
  story.At(10).Histogram(durations(11, 3)).Probes({{.successful = 14}}).Pods({{}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 4/0 near=0.75");
  story.At(12).Pods({});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 4/0");
}

TEST(Engine, WithoutATimeoutNothingIsNearIt) {
  Story story({.born_at_zero_seconds = 0});
  const DurationHistogram durations = {.buckets = {{0.5, 0}, {1, 9}, {kInf, 9}}, .count = 9};
  story.At(0).Probes({});
  story.At(10).Histogram(durations).Probes({{.successful = 9}});
  EXPECT_EQ(story.Page(), "web Readiness steady 9/0\n");
}

}  // namespace
}  // namespace podprobe
