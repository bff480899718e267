#include "exporter/health/engine.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>

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

TEST(Engine, AHealthyProbeKnownFromPodsHasItsCountersBeforeItsSeries) {
  Story story;
  story.At(0).Probes({}).Pods({{.name = "web"}});
  EXPECT_EQ(story.Page(),
            "web Liveness steady 0/0\n"
            "web Readiness steady 0/0\n"
            "web Startup startup 0/0\n");
}

// Whatever the page says besides readiness is not this test's matter.
std::string Readiness(Story& story) {
  const std::string page = story.Page();
  const std::size_t at = page.find("Readiness");
  return at == std::string::npos ? page : page.substr(at, page.find('\n', at) - at);
}

std::string Liveness(Story& story) {
  const std::string page = story.Page();
  const std::size_t at = page.find("Liveness");
  return at == std::string::npos ? page : page.substr(at, page.find('\n', at) - at);
}

TEST(Engine, AFailureWaitsForThePodReadingThatExplainsIt) {
  Story story;
  story.At(0).Probes({{.successful = 9}}).Pods({{}});
  story.At(10).Probes({{.successful = 9, .failed = 1}});
  EXPECT_EQ(Readiness(story), "Readiness steady 0/0 run=1");
  story.At(12).Pods({{.is_deleted = true}});
  EXPECT_EQ(Readiness(story), "Readiness steady 0/0 terminating 0/0");
  story.At(87);
  EXPECT_EQ(Readiness(story), "Readiness steady 0/0 terminating 1/1");
}

TEST(Engine, AFailureWaitsAtMostFifteenSeconds) {
  Story story;
  story.At(0).Probes({{.successful = 9}}).Pods({{}});
  story.At(10).Probes({{.successful = 10, .failed = 1}});
  story.At(24.9);
  EXPECT_EQ(Readiness(story), "Readiness steady 1/0");
  story.At(25);
  EXPECT_EQ(Readiness(story), "Readiness steady 2/1");
}

TEST(Engine, APodReadingThatComesJustInTimeStillCounts) {
  Story story;
  story.At(0).Probes({{.successful = 9}}).Pods({{}});
  story.At(10).Probes({{.successful = 9, .failed = 1}});
  story.At(25).Pods({{.is_deleted = true}});
  EXPECT_EQ(Readiness(story), "Readiness steady 0/0 terminating 0/0");
}

TEST(Engine, APodThatLeftPodsIsTerminating) {
  Story story;
  story.At(0).Probes({{.successful = 9}}).Pods({{}});
  story.At(10).Probes({{.successful = 9, .failed = 1}}).Pods({});
  EXPECT_EQ(Readiness(story), "Readiness steady 0/0 terminating 0/0");
}

TEST(Engine, InAKubeletsFirstMinuteAPodThatIsNotListedIsNotTerminating) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1).Pods({{.running_since = 1}});
  story.At(1010).Probes({{.failed = 1}}, 1009).Pods({});
  EXPECT_EQ(Readiness(story), "Readiness steady 1/1 run=1");
  story.At(1068.9).Probes({{.failed = 2}}, 1009).Pods({});
  EXPECT_EQ(Readiness(story), "Readiness steady 2/2 run=2");
  story.At(1069).Probes({{.failed = 3}}, 1009).Pods({});
  EXPECT_EQ(Readiness(story), "Readiness steady 2/2 terminating 0/0");
}

TEST(Engine, APodIsHeldBackUntilItHasItsName) {
  Story story;
  story.At(0).Probes({}).Pods({});
  story.At(10).Probes({{.pod = "db-0", .successful = 2}}).Pods({});
  EXPECT_EQ(story.Page(), "");
  story.At(20).Probes({{.pod = "db-0", .successful = 3}}).Pods({{.name = "db-0", .owner = "db"}});
  EXPECT_EQ(Readiness(story), "Readiness steady 0/0");
  story.At(95);
  EXPECT_EQ(Readiness(story), "Readiness steady 3/0");
}

TEST(Engine, APodIsHeldBackAtMostThirtySeconds) {
  Story story;
  story.At(0).Probes({}).Pods({});
  story.At(10).Probes({{.pod = "db-0", .successful = 2}});
  EXPECT_EQ(story.At(39.9).Page(), "");
  EXPECT_EQ(story.At(40).Page(), "db-0 Readiness steady 0/0\n");
  EXPECT_EQ(story.At(115).Probes({{.pod = "db-0", .successful = 2}}).Page(),
            "db-0 Readiness steady 2/0\n");
}

TEST(Engine, APodNamedLateBeginsAtZeroUnderItsName) {
  Story story;
  story.At(0).Probes({{.pod = "db-0", .successful = 5}});
  EXPECT_EQ(story.At(10).Probes({{.pod = "db-0", .successful = 7}}).Page(),
            "db-0 Readiness steady 2/0\n");
  story.At(20).Pods({{.name = "db-0", .owner = "db"}});
  EXPECT_EQ(story.Page(),
            "db-0 (statefulset db) Liveness steady 0/0\n"
            "db-0 (statefulset db) Readiness steady 0/0\n"
            "db-0 (statefulset db) Startup startup 0/0\n");
}

TEST(Engine, FailuresBeforeTheFirstSuccessAreStartupAtMostForTheGrace) {
  Story story({.born_at_zero_seconds = 0});
  story.At(1000).Probes({}).Pods({{.container_id = "", .running_since = -1}});
  story.At(1010).Probes({{.failed = 1}}).Pods({{.running_since = 1005}});
  story.At(1305).Probes({{.failed = 2}}).Pods({{.running_since = 1005}});
  EXPECT_EQ(Readiness(story), "Readiness startup 2/2 steady 0/0 run=2");
  story.At(1305.1).Probes({{.failed = 3}}).Pods({{.running_since = 1005}});
  EXPECT_EQ(Readiness(story), "Readiness startup 2/2 steady 1/1 run=3");
}

TEST(Engine, FailuresInTheReadingOfTheFirstSuccessAreStartup) {
  Story story({.born_at_zero_seconds = 0});
  story.At(1000).Probes({}).Pods({{.container_id = "", .running_since = -1}});
  story.At(1010).Probes({{.successful = 1, .failed = 2}}).Pods({{.running_since = 1005}});
  story.At(1020).Probes({{.successful = 1, .failed = 3}}).Pods({{.running_since = 1005}});
  story.At(1090).Probes({{.successful = 1, .failed = 3}});
  EXPECT_EQ(Readiness(story), "Readiness startup 2/2 steady 2/1 run=1");
}

TEST(Engine, ANewContainerStartsAnewAndTheReadingThatShowsItIsItsOwn) {
  Story story({.born_at_zero_seconds = 0});
  story.At(1000).Probes({{.successful = 50}}).Pods({{.running_since = 5}});
  story.At(1010).Probes({{.successful = 50, .failed = 1}}).Pods({{.running_since = 5}});
  story.At(1020)
      .Probes({{.successful = 50, .failed = 2}})
      .Pods({{.container_id = "id-2", .running_since = 1015}});
  story.At(1100).Probes({{.successful = 50, .failed = 2}});
  EXPECT_EQ(Readiness(story), "Readiness startup 1/1 steady 1/1 run=2");
}

TEST(Engine, AReadingFromBeforeTheNewContainerBelongsToTheOldOne) {
  Story story({.born_at_zero_seconds = 0});
  story.At(1000).Probes({{.successful = 50}}).Pods({{.running_since = 5}});
  story.At(1005).Probes({{.successful = 50, .failed = 1}});
  story.At(1012)
      .Probes({{.successful = 50, .failed = 2}})
      .Pods({{.container_id = "id-2", .running_since = 1010}});
  story.At(1090).Probes({{.successful = 50, .failed = 2}});
  EXPECT_EQ(Readiness(story), "Readiness startup 1/1 steady 1/1 run=2");
}

TEST(Engine, AProbeThatHadSucceededWhenWeCameIsPastItsStart) {
  Story story;
  story.At(1000).Probes({{.successful = 1}}).Pods({{.running_since = 990}});
  story.At(1010).Probes({{.successful = 1, .failed = 1}}).Pods({{.running_since = 990}});
  EXPECT_EQ(Readiness(story), "Readiness steady 1/1 run=1");
}

TEST(Engine, AnOldRowDoesNotMakeTheFirstReadingOlderThanItsContainer) {
  Story story;
  story.At(900).ContainerStart("web", 800);
  story.At(1000).Probes({{.successful = 1}}).Pods({{.running_since = 1000}});
  story.At(1010).Probes({{.successful = 1, .failed = 1}}).Pods({{.running_since = 1000}});
  EXPECT_EQ(Readiness(story), "Readiness steady 1/1 run=1");
}

TEST(Engine, WithoutPodsTheContainersRowTellsTheStart) {
  Story story({.born_at_zero_seconds = 0});
  story.At(1000).Probes({});
  story.At(1005).ContainerStart("web", 1003).Probes({{.failed = 1}});
  story.At(1006).ContainerStart("web", 1003);
  story.At(1010).Probes({{.failed = 2}});
  story.At(1090).Probes({{.failed = 2}});
  EXPECT_EQ(Readiness(story), "Readiness startup 2/2 steady 0/0 run=2");
}

TEST(Engine, ABadLineOfARowForgetsNothingOfIt) {
  Story story({.born_at_zero_seconds = 0});
  story.At(0).Probes({}).ContainerStart("web", -10);
  const Instant now = {.unix_seconds = 5, .steady_seconds = 5};
  ContainersReading without_start = {
      .rows = {
          {.pod_namespace = "shop", .pod = "web", .container = "app", .working_set_bytes = 7}}};
  without_start.has_bad_lines = true;
  story.At(5).engine().OnResource(without_start, {.begun = now, .ended = now});
  story.At(10).Probes({{.failed = 2}});
  EXPECT_EQ(story.Page("counts"), "web Readiness startup 2/2 steady 0/0\n");
}

TEST(Engine, ASuccessFromBeforeTheFirstRowsStartIsNotThatContainers) {
  for (const double start : {999.0, 1000.0, 1001.0}) {
    Story story({.born_at_zero_seconds = 0});
    story.At(1000).Probes({{.successful = 2}});
    story.At(1060).ContainerStart("web", start);
    story.At(1070).Probes({{.successful = 2, .failed = 1}});
    story.At(1090).Probes({{.successful = 2, .failed = 1}});
    EXPECT_EQ(Readiness(story), start > 1000 ? "Readiness startup 1/1 steady 0/0 run=1"
                                             : "Readiness steady 1/1 run=1")
        << start;
  }
}

TEST(Engine, ACrashLoopIsNotAStart) {
  Story story({.born_at_zero_seconds = 0});
  const auto live = [](double failed) { return Row{.probe_type = "Liveness", .failed = failed}; };
  story.At(1000).Probes({}).Pods({{.container_id = "", .running_since = -1}});
  story.At(1010).Probes({live(1)}).Pods({{.running_since = 1001}});
  story.At(1020).Probes({live(2)}).Pods({{.running_since = 1001}});
  story.At(1030).Probes({live(3)}).Pods({{.running_since = 1001}});
  story.At(1040).Probes({live(4)}).Pods(
      {{.container_id = "id-2", .running_since = 1035, .restart_count = 1}});
  story.At(1200).Probes({live(4)});
  // Two were startup; the reading that reached the threshold of 3 and all after it are steady.
  EXPECT_EQ(Liveness(story), "Liveness startup 2/2 steady 2/2 run=1");
}

TEST(Engine, TheCrashLoopEndsWithTheReadingOfTheNextSuccess) {
  Story story({.born_at_zero_seconds = 0});
  const auto live = [](double failed, double successful) {
    return Row{.probe_type = "Liveness", .successful = successful, .failed = failed};
  };
  const ListedPod second = {.container_id = "id-2", .running_since = 1011, .restart_count = 1};
  const ListedPod third = {.container_id = "id-3", .running_since = 1031, .restart_count = 2};
  story.At(1000).Probes({}).Pods({{.container_id = "", .running_since = -1}});
  story.At(1010).Probes({live(3, 0)}).Pods({{.running_since = 1001}});
  story.At(1020).Probes({live(4, 1)}).Pods({second});  // its failure is steady, too
  story.At(1040).Probes({live(5, 1)}).Pods({third});
  story.At(1140).Probes({live(5, 1)});
  EXPECT_EQ(Liveness(story), "Liveness startup 1/1 steady 5/4 run=1");
}

TEST(Engine, AKillBeginsTheRunAgainOnlyForTheProbeThatKilled) {
  Story story;
  const auto rows = [](double live_failed, double ready_failed) {
    return std::vector<Row>{{.probe_type = "Liveness", .successful = 9, .failed = live_failed},
                            {.probe_type = "Readiness", .successful = 9, .failed = ready_failed}};
  };
  story.At(1000).Probes(rows(0, 0)).Pods({{}});
  story.At(1030).Probes(rows(3, 5)).Pods({{}});
  EXPECT_EQ(Liveness(story), "Liveness steady 3/3 run=3");
  story.At(1040).Probes(rows(3, 5)).Pods({{.container_id = "id-2", .restart_count = 1}});
  EXPECT_EQ(Liveness(story), "Liveness steady 3/3");
  EXPECT_EQ(Readiness(story), "Readiness steady 5/5 run=5");
}

TEST(Engine, AContainerThatDiedByItselfCarriesTheRunOver) {
  Story story;
  const auto live = [](double failed) {
    return Row{.probe_type = "Liveness", .successful = 9, .failed = failed};
  };
  story.At(1000).Probes({live(0)}).Pods({{}});
  story.At(1020).Probes({live(2)}).Pods({{}});
  story.At(1030).Probes({live(2)}).Pods({{.container_id = "id-2", .restart_count = 1}});
  EXPECT_EQ(Liveness(story), "Liveness steady 2/2 run=2");

  Story killed_for_memory;
  killed_for_memory.At(1000).Probes({live(0)}).Pods({{}});
  killed_for_memory.At(1030).Probes({live(3)}).Pods(
      {{.container_id = "id-2", .restart_count = 1, .last_termination = "OOMKilled"}});
  EXPECT_EQ(Liveness(killed_for_memory).substr(0, 8), "Liveness");
  EXPECT_NE(Liveness(killed_for_memory).find("run=3"), std::string::npos);
}

TEST(Engine, TheHistoryBeforeTheExporterCountsWhereNothingWasRestarted) {
  Story never_restarted;
  never_restarted.At(1000).Probes({{.failed = 40}}).Pods({{.ready = false}});
  EXPECT_EQ(Readiness(never_restarted), "Readiness steady 0/0 run=40");
  never_restarted.At(1010).Probes({{.failed = 41}}).Pods({{.ready = false}});
  EXPECT_NE(Readiness(never_restarted).find("run=41"), std::string::npos);

  Story restarted;
  restarted.At(1000).Probes({{.failed = 40}}).Pods({{.ready = false, .restart_count = 1}});
  EXPECT_EQ(Readiness(restarted), "Readiness steady 0/0");

  Story has_succeeded;
  has_succeeded.At(1000).Probes({{.successful = 1, .failed = 40}}).Pods({{.ready = false}});
  EXPECT_EQ(Readiness(has_succeeded), "Readiness steady 0/0");
}

TEST(Engine, ANewKubeletProcessBeginsAllRunsAgain) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1).Pods({{}});
  story.At(1010).Probes({{.successful = 9, .failed = 5}}, 1).Pods({{}});
  EXPECT_EQ(Readiness(story), "Readiness steady 5/5 run=5");
  story.At(1020).Probes({{.failed = 1}}, 1015).Pods({{}});
  EXPECT_EQ(Readiness(story), "Readiness steady 6/6 run=1");
}

TEST(Engine, ARunIsKeptWhileTheSeriesIsMissing) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}).Pods({{}});
  story.At(1010).Probes({{.successful = 9, .failed = 2}}).Pods({{}});
  story.At(1020).Probes({}).Pods({{}});
  EXPECT_EQ(Readiness(story), "Readiness steady 2/2 run=2");
}

TEST(Engine, AGonePodServesItsCountersForTwoMinutes) {
  Story story;
  story.At(0).Probes({{.successful = 9}}).Pods({{}});
  story.At(5).Probes({{.successful = 9, .failed = 1}}).Pods({{}});
  story.At(10).Probes({{.successful = 9, .failed = 1}}).Pods({});  // only /pods lacks it
  story.At(20).Probes({}).Pods({});
  story.At(139.9).Probes({});
  EXPECT_EQ(Readiness(story), "Readiness steady 1/1");
  EXPECT_EQ(story.At(140).Page(), "");
}

TEST(Engine, AKubeletRestartDoesNotBringBackAPodThatIsGone) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1).Pods({{}});
  story.At(1010).Probes({}, 1).Pods({});
  story.At(1020).Probes({}, 1015).Pods({});
  EXPECT_NE(story.At(1129.9).Page(), "");
  EXPECT_EQ(story.At(1130).Page(), "");
}

TEST(Engine, AKubeletRestartDoesNotBringBackAPodThatTerminates) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1).Pods({{}});
  story.At(1010).Probes({{.successful = 9}}, 1).Pods({});
  story.At(1020).Probes({{.successful = 1, .failed = 1}}, 1015).Pods({});
  EXPECT_EQ(Readiness(story), "Readiness steady 1/0 terminating 0/0");
}

TEST(Engine, APodReadingOfAFillingUpKubeletIsKnownAsSuchLater) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1).Pods({{}});
  story.At(1010).Pods({});  // already the new process's
  story.At(1020).Probes({{.failed = 1}}, 1005);
  story.At(1035);
  EXPECT_EQ(Readiness(story), "Readiness steady 1/1 run=1");
}

TEST(Engine, AKubeletsFirstMinuteBeginsWithItsStart) {
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

TEST(Engine, AfterAKubeletsFirstMinuteAnAbsenceIsOneAlsoIfThatMinuteIsKnownLater) {
  Story story({.born_at_zero_seconds = 0});
  story.At(0).Probes({{.successful = 9}}).Pods({{.probes = "R"}});
  // Of the process that began at 200; the second is past its first minute.
  story.At(210).Pods({});
  story.At(290).Pods({});
  story.At(300).Probes({{.failed = 1}}, 200).Pods({});
  EXPECT_EQ(story.At(400).Page("counts"), "web Readiness steady 0/0 terminating 1/1\n");
}

TEST(Engine, ASuccessReadBeforeItsContainersRowIsThatContainers) {
  Story story({.born_at_zero_seconds = 0});
  story.At(1000).Probes({{.successful = 9}}).ContainerStart("web", 900);
  story.At(1010).Probes({{.successful = 10}}).ContainerStart("web", 1005);
  story.At(1020).Probes({{.successful = 10, .failed = 1}});
  EXPECT_EQ(Readiness(story), "Readiness steady 2/1 run=1");

  story.At(1030).ContainerStart("web", 1025).Probes({{.successful = 10, .failed = 2}});
  EXPECT_EQ(Readiness(story), "Readiness startup 1/1 steady 2/1 run=2");
}

TEST(Engine, OfTwoRowsOfOneNameTheYoungerTellsTheStart) {
  Story story({.born_at_zero_seconds = 0});
  story.At(1000).Probes({});
  story.engine().OnResource(
      {.rows =
           {{.pod_namespace = "shop", .pod = "web", .container = "app", .start_unix_seconds = 995},
            {.pod_namespace = "shop", .pod = "web", .container = "app", .start_unix_seconds = 1}}},
      {.begun = {.unix_seconds = 1001, .steady_seconds = 1001},
       .ended = {.unix_seconds = 1001, .steady_seconds = 1001}});
  story.At(1010).Probes({{.failed = 1}});
  EXPECT_EQ(Readiness(story), "Readiness startup 1/1 steady 0/0 run=1");
}

TEST(Engine, ANewKubeletProcessSettlesWhatWasOpenOfTheOldOne) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1).Pods({{.ready = true}});
  story.At(1005).Probes({{.successful = 10, .failed = 1}}, 1);
  story.At(1010).Probes({}, 1008).Pods({{.ready = false}});
  EXPECT_EQ(Readiness(story), "Readiness steady 2/1");
}

TEST(Engine, TheOrderOfBothResultsIsSettledAfterFifteenSecondsAtLatest) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}).Pods({{.ready = true}});
  story.At(1010).Probes({{.successful = 10, .failed = 2}});
  story.At(1040).Pods({{.ready = false}});
  EXPECT_EQ(Readiness(story), "Readiness steady 3/2");
}

TEST(Engine, TheOrderOfBothResultsIsSettledUnderTheFailuresThatFollowed) {
  for (const bool is_ready : {false, true}) {
    Story story;
    story.At(1000).Probes({{.successful = 9}}).Pods({{.ready = !is_ready}});
    story.At(1010).Probes({{.successful = 10, .failed = 2}});
    story.At(1012).Probes({{.successful = 10, .failed = 3}}).Pods({{.ready = is_ready}});
    EXPECT_EQ(story.Page("Readiness run"),
              is_ready ? "web Readiness run=1\n" : "web Readiness run=3\n");
  }
}

TEST(Engine, WhatTheFirstPagesOfTwoKubeletsLackedIsNoAbsence) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1).Pods({{}});
  story.At(1010).Probes({}, 1005).Pods({});
  story.At(1070).Probes({{.failed = 1}}, 1068);
  story.At(1085);
  EXPECT_EQ(Readiness(story), "Readiness steady 1/1 run=1");
}

TEST(Engine, AFinishedPodIsGone) {
  Story story;
  story.At(0).Probes({{.successful = 9}}).Pods({{}});
  story.At(20).Probes({{.successful = 9}}).Pods({{.phase = "Succeeded"}});
  EXPECT_EQ(Readiness(story), "Readiness steady 0/0");
  story.At(139.9);
  EXPECT_EQ(Readiness(story), "Readiness steady 0/0");
  EXPECT_EQ(story.At(140).Page(), "");
}

TEST(Engine, APodThatWasFinishedBeforeIsNone) {
  Story story;
  story.At(0).Probes({}).Pods({{.phase = "Failed"}});
  EXPECT_EQ(story.Page(), "");
}

TEST(Engine, ASeriesThatOutlivesItsFinishedPodCountsNothingAgain) {
  Story story({.born_at_zero_seconds = 0});
  story.At(0).Probes({{.failed = 3}}).Pods({{.phase = "Failed"}});
  story.At(130).Probes({{.failed = 3}}).Pods({});
  story.At(140).Probes({{.failed = 4}});
  EXPECT_EQ(story.At(170).Page("counts"), "web Readiness steady 1/1\n");
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

TEST(Engine, AFinishedPodWhoseSeriesOutliveItGetsNoOtherName) {
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

TEST(Engine, ASeriesThatCameBackAfterItsFinishedPodIsNew) {
  Story story({.born_at_zero_seconds = 0});
  story.At(0).Probes({{.failed = 3}}).Pods({{.phase = "Failed"}});
  story.At(130).Probes({}).Pods({});
  story.At(140).Probes({{.failed = 3}});
  EXPECT_EQ(story.At(170).Page("counts"), "web Readiness steady 3/3\n");
}

TEST(Engine, APodThatComesBackIsNotGone) {
  Story story;
  story.At(0).Probes({{.successful = 9}}).Pods({{}});
  story.At(20).Probes({}).Pods({});
  story.At(130).Probes({{.successful = 12}}).Pods({{}});
  story.At(150);
  EXPECT_EQ(Readiness(story), "Readiness steady 12/0 r5m=1");
}

TEST(Engine, PodsOfOneNameAddUpAndNeverFall) {
  Story story;
  const Row old_pod = {.pod = "db-0", .successful = 10, .uid = "old"};
  const Row new_pod = {.pod = "db-0", .successful = 2, .uid = "new"};
  const ListedPod old_listed = {.name = "db-0", .uid = "old", .owner = "db"};
  const ListedPod new_listed = {.name = "db-0", .uid = "new", .owner = "db"};
  story.At(0).Probes({{.pod = "db-0", .successful = 4, .uid = "old"}}).Pods({old_listed});
  story.At(10).Probes({old_pod}).Pods({old_listed});
  EXPECT_EQ(Readiness(story), "Readiness steady 6/0");
  story.At(20).Probes({new_pod}).Pods({new_listed});
  EXPECT_EQ(Readiness(story), "Readiness steady 8/0");
  story.At(500).Probes({new_pod}).Pods({new_listed});
  EXPECT_EQ(Readiness(story).substr(0, 20), "Readiness steady 8/0");
}

TEST(Engine, OfTwoPodsOfOneNameTheYoungerSpeaks) {
  for (const bool is_greater : {false, true}) {
    const std::string old_uid = is_greater ? "a" : "b";
    const std::string new_uid = is_greater ? "b" : "a";
    Story story({.born_at_zero_seconds = 0});
    const ListedPod old_listed = {.name = "db-0", .uid = old_uid, .probes = "R"};
    const ListedPod new_listed = {.name = "db-0", .uid = new_uid, .probes = "R", .period = 20};
    const auto row = [](const std::string& uid, double successful, double failed) {
      return Row{.pod = "db-0", .successful = successful, .failed = failed, .uid = uid};
    };
    const auto read = [&](const Row& of_old, const Row& of_new) {
      story.Probes({of_old, of_new}).Pods({old_listed, new_listed});
      return story.Page("counts run state settings");
    };
    story.At(0).Probes({row(old_uid, 4, 0)}).Pods({old_listed});
    story.At(10);
    EXPECT_EQ(read(row(old_uid, 4, 2), row(new_uid, 2, 0)), "db-0 Readiness steady 4/2\n");
    story.At(20);
    EXPECT_EQ(read(row(old_uid, 5, 2), row(new_uid, 2, 1)),
              "db-0 Readiness steady 6/3 run=1 failing 20s/1s/3\n");
  }
}

TEST(Engine, OfTwoPodsOfOneNameAndUnknownBirthTheOneThatStartedLaterSpeaks) {
  for (const double start_of_a : {1, 9}) {
    Story story;
    story.At(100).Probes({{.successful = 1, .uid = "a"}, {.successful = 1, .uid = "b"}});
    story.Pods({{.uid = "a", .ready = false, .probes = "R", .period = 20, .start_time = start_of_a},
                {.uid = "b", .ready = false, .probes = "R", .period = 30, .start_time = 5}});
    story.Probes({{.failed = 1, .uid = "a"}, {.failed = 1, .uid = "b"}});
    EXPECT_EQ(story.Page("settings"),
              start_of_a > 5 ? "web Readiness 20s/1s/3\n" : "web Readiness 30s/1s/3\n");
  }
}

TEST(Engine, OfTwoPodsOfOneNameAndAgeOneSpeaks) {
  Story story;
  story.At(0).Pods({{.uid = "a", .probes = "R"}, {.uid = "b", .probes = "R"}});
  story.Probes({{.successful = 1, .uid = "a"}, {.successful = 1, .uid = "b"}});
  const Snapshot page = story.TakeSnapshot();
  ASSERT_EQ(page.probes.size(), 1U);
  EXPECT_EQ(page.probes[0].containers.size(), 1U);
}

TEST(Engine, OncePodsWereReadTheNodeServesEveryTypeAndState) {
  Story story;
  story.At(0).Probes({{.successful = 1}});
  EXPECT_EQ(story.TakeSnapshot().node.probes.size(), 1U);
  story.Pods({{}});
  EXPECT_EQ(story.TakeSnapshot().node.probes.size(), 3U * 6U);
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
  EXPECT_EQ(Readiness(story), "Readiness steady 2/0");  // fewer than three
  story.At(10).Histogram(durations(11, 3)).Probes({{.successful = 14}}).Pods({{}});
  EXPECT_EQ(Readiness(story), "Readiness steady 4/0 near=0.75");
  story.At(12).Pods({});
  EXPECT_EQ(Readiness(story), "Readiness steady 4/0");
}

// Their histograms have no uid: what was seen of one that is forgotten is not its successor's.
TEST(Engine, DurationsAreNotThoseOfAnEarlierPodOfTheName) {
  const auto durations = [](double slow) {
    return DurationHistogram{.buckets = {{0.5, 0}, {1, slow}, {kInf, slow}}, .count = slow};
  };
  const auto begin = [&durations](Story& story) {
    story.At(0).Histogram(durations(1)).Probes({{.successful = 1}}).Pods({{.owner = "a"}});
    story.At(5).Histogram(durations(9)).Probes({{.successful = 9}}).Pods({{.owner = "a"}});
    EXPECT_EQ(story.Page("near"), "web (statefulset a) Readiness near=1\n");
  };
  Story forgotten;
  begin(forgotten);
  forgotten.At(10).Probes({}).Pods({});
  forgotten.At(100).Probes({});
  forgotten.At(130).Pods({{.uid = "next", .owner = "a"}});
  EXPECT_EQ(forgotten.Page("near"), "");

  for (const std::string owner : {"a", "b"}) {
    Story story;
    begin(story);
    story.At(10).Pods({{.is_deleted = true, .owner = "a"}, {.uid = "next", .owner = owner}});
    EXPECT_EQ(story.Page("near"), owner == "a" ? "web (statefulset a) Readiness near=1\n" : "");
  }
}

TEST(Engine, WithoutATimeoutNothingIsNearIt) {
  Story story({.born_at_zero_seconds = 0});
  const DurationHistogram durations = {.buckets = {{0.5, 0}, {1, 9}, {kInf, 9}}, .count = 9};
  story.At(0).Probes({});
  story.At(10).Histogram(durations).Probes({{.successful = 9}});
  EXPECT_EQ(story.Page(), "web Readiness steady 9/0\n");
}

TEST(Engine, ACutPodLabelIsRepairedByTheUid) {
  Story story;
  story.At(0).Probes({{.pod = "web", .successful = 4, .uid = "u"}});
  EXPECT_EQ(story.TakeSnapshot().kubelet.is_pod_label_truncated, std::nullopt);
  story.Pods({{.name = "web-5d9c-x", .uid = "u"}});
  EXPECT_EQ(story.TakeSnapshot().kubelet.is_pod_label_truncated, true);
  story.At(10)
      .Probes({{.pod = "web", .successful = 6, .uid = "u"}})
      .Pods({{.name = "web-5d9c-x", .uid = "u"}});
  EXPECT_EQ(story.TakeSnapshot().probes[1].labels.pod, "web-5d9c-x");
  EXPECT_EQ(story.TakeSnapshot().probes[1].phases[0].attempts, 2);
  EXPECT_EQ(story.TakeSnapshot().kubelet.is_pod_label_truncated, true);
  story.At(20).Probes({{.pod = "web-5d9c-x", .successful = 7, .uid = "u"}});
  EXPECT_EQ(story.TakeSnapshot().kubelet.is_pod_label_truncated, false);
}

TEST(Engine, WhatAnEarlierKubeletCutIsNoWordOnThisOne) {
  Story story;
  const auto is_cut = [&] { return story.TakeSnapshot().kubelet.is_pod_label_truncated; };
  story.At(0).Probes({{.pod = "web", .successful = 4, .uid = "u"}}, 1);
  story.Pods({{.name = "web-0", .uid = "u"}, {.name = "db-0", .uid = "v"}});
  EXPECT_EQ(is_cut(), true);
  // Its successor's first page lacks one, and names the other in full.
  story.At(100).Probes({}, 95);
  EXPECT_EQ(is_cut(), true);
  story.At(105).Probes({{.pod = "db-0", .successful = 1, .uid = "v"}}, 95);
  EXPECT_EQ(is_cut(), false);
}

TEST(Engine, ADayOfChurnEndsWhereItBegan) {
  Story story;
  for (int i = 0; i < 2000; ++i) {
    const std::string pod = "web-" + std::to_string(i);
    story.At(i * 40.0).Probes({{.pod = pod, .successful = 3, .failed = 1}}).Pods({{.name = pod}});
    ASSERT_LE(story.TakeSnapshot().probes.size(), 5U * 3U) << i;
  }
}

}  // namespace
}  // namespace podprobe
