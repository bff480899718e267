// When a pod terminates, is gone or has finished, and what of it stays.

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(GonePods, APodThatLeftPodsIsTerminating) {
  Story story;
  story.At(0).Probes({{.successful = 9}}).Pods({{}});
  story.At(10).Probes({{.successful = 9, .failed = 1}}).Pods({});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 0/0 terminating 0/0");
}

TEST(GonePods, InAKubeletsFirstMinuteAPodThatIsNotListedIsNotTerminating) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1).Pods({{.running_since = 1}});
  story.At(1010).Probes({{.failed = 1}}, 1009).Pods({});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 1/1 run=1");
  story.At(1068.9).Probes({{.failed = 2}}, 1009).Pods({});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 2/2 run=2");
  story.At(1069).Probes({{.failed = 3}}, 1009).Pods({});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 2/2 terminating 0/0");
}

TEST(GonePods, WithoutPodsAFillingUpPageTakesNoPodAway) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1);
  story.At(1010).Probes({}, 1009);
  story.At(1068.9).Probes({}, 1009);
  EXPECT_EQ(story.At(1188.9).Page("counts"), "web Readiness steady 0/0\n");
  story.Probes({}, 1009);
  EXPECT_EQ(story.At(1308.8).Page("counts"), "web Readiness steady 0/0\n");
  EXPECT_EQ(story.At(1308.9).Page("counts"), "");
}

TEST(GonePods, APageWithABadLineBringsNoPodBack) {
  Story story;
  story.At(1000).Pods({{.probes = "R"}});
  story.At(1005).Pods({});
  story.At(1010).BadProbes({});
  EXPECT_EQ(story.At(1124.9).Page("counts"), "web Readiness steady 0/0\n");
  EXPECT_EQ(story.At(1125).Page("counts"), "");
}

// Its line may be the bad one; the line that a kubelet always gets wrong keeps no other pod.
TEST(GonePods, WhatTwoPagesWithBadLinesLackIsGone) {
  Story story;
  story.At(1000).Probes({{.successful = 9}});
  for (double at = 1010; at <= 1120; at += 10) story.At(at).BadProbes({});
  EXPECT_EQ(story.At(1139.9).Page("counts"), "web Readiness steady 0/0\n");
  EXPECT_EQ(story.At(1140).Page("counts"), "");
}

TEST(GonePods, WhatOnePageWithABadLineLacksIsThere) {
  Story story;
  story.At(1000).Probes({{.successful = 9}});
  story.At(1010).BadProbes({});
  story.At(1150).BadProbes({{.successful = 10}});
  story.At(1160).BadProbes({});
  story.At(1290).Probes({{.successful = 11}});
  EXPECT_EQ(story.Page("counts"), "web Readiness steady 2/0\n");
}

TEST(GonePods, CountersThatNoPageMayHaveForgottenAreKeptForAnHour) {
  for (const double back : {4600.0, 4600.1}) {
    Story story({.born_at_zero_seconds = 0});
    const Row other = {.pod = "db", .probe_type = "Liveness", .successful = 5};
    story.At(1000).Probes({{.successful = 9}, other});
    for (double at = 1010; at < back; at += 10) story.At(at).BadProbes({other});
    story.At(back).BadProbes({{.successful = 10}, other});
    EXPECT_EQ(story.Page("counts"), std::string("db Liveness steady 0/0\nweb Readiness steady ") +
                                        (back > 4600 ? "10" : "1") + "/0\n")
        << back;
  }
}

TEST(GonePods, DurationsThatNoPageMayHaveForgottenAreKeptForAnHour) {
  for (const double back : {1030.0, 4600.0, 4610.0}) {
    Story story({.born_at_zero_seconds = 0});
    const auto durations = [](double count) {
      return DurationHistogram{.buckets = {{1, count}, {kInf, count}}, .count = count};
    };
    story.At(1000).Histogram(durations(9)).Probes({{.successful = 9}});
    for (double at = 1010; at < back; at += 10) story.At(at).BadProbes({});
    story.At(back).Histogram(durations(10)).BadProbes({});
    const std::vector<DurationCounts> counts = story.TakeSnapshot().node.durations;
    ASSERT_EQ(counts.size(), 1U) << back;
    EXPECT_EQ(counts[0].count, back > 4600 ? 10 : 1) << back;
  }
}

TEST(GonePods, AFillingUpPageSaysNothingOfAPodThatIsListedAfterIt) {
  for (const bool fills_up : {false, true}) {
    Story story;
    story.At(1069).Probes({}, fills_up ? 1010 : 900);
    story.At(1072).Pods({{.probes = "R"}});
    story.At(1080).Pods({});
    EXPECT_EQ(story.At(1200).Page("counts"), fills_up ? "web Readiness steady 0/0\n" : "");
  }
}

TEST(GonePods, AGonePodServesItsCountersForTwoMinutes) {
  Story story;
  story.At(0).Probes({{.successful = 9}}).Pods({{}});
  story.At(5).Probes({{.successful = 9, .failed = 1}}).Pods({{}});
  story.At(10).Probes({{.successful = 9, .failed = 1}}).Pods({});  // only /pods lacks it
  story.At(20).Probes({}).Pods({});
  story.At(139.9).Probes({});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 1/1");
  EXPECT_EQ(story.At(140).Page(), "");
}

TEST(GonePods, AKubeletRestartDoesNotBringBackAPodThatIsGone) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1).Pods({{}});
  story.At(1010).Probes({}, 1).Pods({});
  story.At(1020).Probes({}, 1015).Pods({});
  EXPECT_NE(story.At(1129.9).Page(), "");
  EXPECT_EQ(story.At(1130).Page(), "");
}

// A page of counters tells whose it is: that the next one is of a process that had just begun then
// changes nothing.
TEST(GonePods, APageOfTheOldKubeletShowsAnAbsenceAlsoJustAfterTheNewOneBegan) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1);
  story.At(1010).Probes({}, 1);
  story.At(1011).Probes({}, 1010);
  EXPECT_NE(story.At(1129.9).Page(), "");
  EXPECT_EQ(story.At(1130).Page(), "");
}

TEST(GonePods, AKubeletRestartDoesNotBringBackAPodThatTerminates) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1).Pods({{}});
  story.At(1010).Probes({{.successful = 9}}, 1).Pods({});
  story.At(1020).Probes({{.successful = 1, .failed = 1}}, 1015).Pods({});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 1/0 terminating 0/0");
}

TEST(GonePods, APodReadingOfAFillingUpKubeletIsKnownAsSuchLater) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1).Pods({{}});
  story.At(1010).Pods({});  // already the new process's
  story.At(1020).Probes({{.failed = 1}}, 1005);
  story.At(1035);
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 1/1 run=1");
}

TEST(GonePods, AKubeletsFirstMinuteBeginsWithItsStart) {
  const std::pair<double, std::string> cases[] = {
      {1009.9, "web Readiness steady 0/0 terminating 1/1\n"},
      {1010, "web Readiness steady 1/1\n"},
  };
  for (const auto& [pods_at, want] : cases) {
    Story story({.born_at_zero_seconds = 0});
    story.At(1000).Probes({{.successful = 9}}, 1).Pods({{.probes = "R"}});
    story.At(pods_at).Pods({});
    story.At(1012).Probes({{.failed = 1}}, 1010);
    EXPECT_EQ(story.At(1030).Page("counts"), want) << pods_at;
  }
}

TEST(GonePods, AfterAKubeletsFirstMinuteAnAbsenceIsOneAlsoIfThatMinuteIsKnownLater) {
  Story story({.born_at_zero_seconds = 0});
  story.At(0).Probes({{.successful = 9}}).Pods({{.probes = "R"}});
  // Of the process that began at 200; the second is past its first minute.
  story.At(210).Pods({});
  story.At(290).Pods({});
  story.At(300).Probes({{.failed = 1}}, 200).Pods({});
  EXPECT_EQ(story.At(400).Page("counts"), "web Readiness steady 0/0 terminating 1/1\n");
}

TEST(GonePods, WhatTheFirstPagesOfTwoKubeletsLackedIsNoAbsence) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1).Pods({{}});
  story.At(1010).Probes({}, 1005).Pods({});
  story.At(1070).Probes({{.failed = 1}}, 1068);
  story.At(1085);
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 1/1 run=1");
}

TEST(GonePods, AFinishedPodIsGone) {
  Story story;
  story.At(0).Probes({{.successful = 9}}).Pods({{}});
  story.At(20).Probes({{.successful = 9}}).Pods({{.phase = "Succeeded"}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 0/0");
  story.At(139.9);
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 0/0");
  EXPECT_EQ(story.At(140).Page(), "");
}

TEST(GonePods, APodThatWasFinishedBeforeIsNone) {
  Story story;
  story.At(0).Probes({}).Pods({{.phase = "Failed"}});
  EXPECT_EQ(story.Page(), "");
}

TEST(GonePods, ASeriesThatOutlivesItsFinishedPodCountsNothingAgain) {
  Story story({.born_at_zero_seconds = 0});
  story.At(0).Probes({{.failed = 3}}).Pods({{.phase = "Failed"}});
  story.At(130).Probes({{.failed = 3}}).Pods({});
  story.At(140).Probes({{.failed = 4}});
  EXPECT_EQ(story.At(170).Page("counts"), "web Readiness steady 1/1\n");
}

TEST(GonePods, AFinishedPodWhoseSeriesOutliveItGetsNoOtherName) {
  Story story({.born_at_zero_seconds = 0});
  story.At(0).Probes({{.failed = 3}}).Pods({{.phase = "Failed", .owner = "a", .probes = "R"}});
  EXPECT_EQ(story.At(119.9).Page("counts"), "web (statefulset a) Readiness steady 0/0\n");
  for (const double begin : {130.0, 161.0}) {
    story.At(begin).Probes({{.failed = 4}});
    EXPECT_EQ(story.At(begin + 30).Page("counts"), "");
  }
  // /pods does not list it any more: it will not be named.
  story.At(200).Probes({{.failed = 4}}).Pods({});
  EXPECT_EQ(story.At(231).Probes({{.failed = 5}}).Page("counts"), "web Readiness steady 1/1\n");
}

TEST(GonePods, ASeriesThatCameBackAfterItsFinishedPodIsNew) {
  Story story({.born_at_zero_seconds = 0});
  story.At(0).Probes({{.failed = 3}}).Pods({{.phase = "Failed"}});
  story.At(130).Probes({}).Pods({});
  story.At(140).Probes({{.failed = 3}});
  EXPECT_EQ(story.At(170).Page("counts"), "web Readiness steady 3/3\n");
}

TEST(GonePods, APodThatComesBackIsNotGone) {
  Story story;
  story.At(0).Probes({{.successful = 9}}).Pods({{}});
  story.At(20).Probes({}).Pods({});
  story.At(130).Probes({{.successful = 12}}).Pods({{}});
  story.At(150);
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 12/0 r5m=1");
}

TEST(GonePods, ADayOfChurnEndsWhereItBegan) {
  Story story;
  for (int i = 0; i < 2000; ++i) {
    const std::string pod = "web-" + std::to_string(i);
    story.At(i * 40.0).Probes({{.pod = pod, .successful = 3, .failed = 1}}).Pods({{.name = pod}});
    ASSERT_LE(story.TakeSnapshot().probes.size(), 5U * 3U) << i;
  }
}

}  // namespace
}  // namespace podprobe
