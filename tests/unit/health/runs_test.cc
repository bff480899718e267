// Runs of failures, through restarts of containers and kubelets.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

TEST(Runs, ACrashLoopIsNotAStart) {
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
  EXPECT_EQ(story.Line("Liveness"), "Liveness startup 2/2 steady 2/2 run=1");
}

TEST(Runs, TheCrashLoopEndsWithTheReadingOfTheNextSuccess) {
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
  EXPECT_EQ(story.Line("Liveness"), "Liveness startup 1/1 steady 5/4 run=1");
}

TEST(Runs, AKillBeginsTheRunAgainOnlyForTheProbeThatKilled) {
  Story story;
  const auto rows = [](double live_failed, double ready_failed) {
    return std::vector<Row>{{.probe_type = "Liveness", .successful = 9, .failed = live_failed},
                            {.probe_type = "Readiness", .successful = 9, .failed = ready_failed}};
  };
  story.At(1000).Probes(rows(0, 0)).Pods({{}});
  story.At(1030).Probes(rows(3, 5)).Pods({{}});
  EXPECT_EQ(story.Line("Liveness"), "Liveness steady 3/3 run=3");
  story.At(1040).Probes(rows(3, 5)).Pods({{.container_id = "id-2", .restart_count = 1}});
  EXPECT_EQ(story.Line("Liveness"), "Liveness steady 3/3");
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 5/5 run=5");
}

TEST(Runs, AContainerThatDiedByItselfCarriesTheRunOver) {
  Story story;
  const auto live = [](double failed) {
    return Row{.probe_type = "Liveness", .successful = 9, .failed = failed};
  };
  story.At(1000).Probes({live(0)}).Pods({{}});
  story.At(1020).Probes({live(2)}).Pods({{}});
  story.At(1030).Probes({live(2)}).Pods({{.container_id = "id-2", .restart_count = 1}});
  EXPECT_EQ(story.Line("Liveness"), "Liveness steady 2/2 run=2");

  Story killed_for_memory;
  killed_for_memory.At(1000).Probes({live(0)}).Pods({{}});
  killed_for_memory.At(1030).Probes({live(3)}).Pods(
      {{.container_id = "id-2", .restart_count = 1, .last_termination = "OOMKilled"}});
  EXPECT_EQ(killed_for_memory.Line("Liveness").substr(0, 8), "Liveness");
  EXPECT_NE(killed_for_memory.Line("Liveness").find("run=3"), std::string::npos);
}

TEST(Runs, TheHistoryBeforeTheExporterCountsWhereNothingWasRestarted) {
  Story never_restarted;
  never_restarted.At(1000).Probes({{.failed = 40}}).Pods({{.ready = false}});
  EXPECT_EQ(never_restarted.Line("Readiness"), "Readiness steady 0/0 run=40");
  never_restarted.At(1010).Probes({{.failed = 41}}).Pods({{.ready = false}});
  EXPECT_NE(never_restarted.Line("Readiness").find("run=41"), std::string::npos);

  Story restarted;
  restarted.At(1000).Probes({{.failed = 40}}).Pods({{.ready = false, .restart_count = 1}});
  EXPECT_EQ(restarted.Line("Readiness"), "Readiness steady 0/0");

  Story has_succeeded;
  has_succeeded.At(1000).Probes({{.successful = 1, .failed = 40}}).Pods({{.ready = false}});
  EXPECT_EQ(has_succeeded.Line("Readiness"), "Readiness steady 0/0");
}

TEST(Runs, ANewKubeletProcessBeginsAllRunsAgain) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1).Pods({{}});
  story.At(1010).Probes({{.successful = 9, .failed = 5}}, 1).Pods({{}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 5/5 run=5");
  story.At(1020).Probes({{.failed = 1}}, 1015).Pods({{}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 6/6 run=1");
}

TEST(Runs, ARunIsKeptWhileTheSeriesIsMissing) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}).Pods({{}});
  story.At(1010).Probes({{.successful = 9, .failed = 2}}).Pods({{}});
  story.At(1020).Probes({}).Pods({{}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 2/2 run=2");
}

TEST(Runs, ANewKubeletProcessSettlesWhatWasOpenOfTheOldOne) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}, 1).Pods({{.ready = true}});
  story.At(1005).Probes({{.successful = 10, .failed = 1}}, 1);
  story.At(1010).Probes({}, 1008).Pods({{.ready = false}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 2/1");
}

TEST(Runs, TheOrderOfBothResultsIsSettledAfterFifteenSecondsAtLatest) {
  Story story;
  story.At(1000).Probes({{.successful = 9}}).Pods({{.ready = true}});
  story.At(1010).Probes({{.successful = 10, .failed = 2}});
  story.At(1040).Pods({{.ready = false}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 3/2");
}

TEST(Runs, TheOrderOfBothResultsIsSettledUnderTheFailuresThatFollowed) {
  for (const bool is_ready : {false, true}) {
    Story story;
    story.At(1000).Probes({{.successful = 9}}).Pods({{.ready = !is_ready}});
    story.At(1010).Probes({{.successful = 10, .failed = 2}});
    story.At(1012).Probes({{.successful = 10, .failed = 3}}).Pods({{.ready = is_ready}});
    EXPECT_EQ(story.Page("Readiness run"),
              is_ready ? "web Readiness run=1\n" : "web Readiness run=3\n");
  }
}

}  // namespace
}  // namespace podprobe
