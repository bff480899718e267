// Which container a result is of, and how its start is known.

#include <gtest/gtest.h>

#include <cstddef>

#include "exporter/health/pod_registry.h"
#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

TEST(ContainerStarts, FailuresBeforeTheFirstSuccessAreStartupAtMostForTheGrace) {
  Story story({.born_at_zero_seconds = 0});
  story.At(1000).Probes({}).Pods({{.container_id = "", .running_since = -1}});
  story.At(1010).Probes({{.failed = 1}}).Pods({{.running_since = 1005}});
  story.At(1305).Probes({{.failed = 2}}).Pods({{.running_since = 1005}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness startup 2/2 steady 0/0 run=2");
  story.At(1305.1).Probes({{.failed = 3}}).Pods({{.running_since = 1005}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness startup 2/2 steady 1/1 run=3");
}

TEST(ContainerStarts, FailuresInTheReadingOfTheFirstSuccessAreStartup) {
  Story story({.born_at_zero_seconds = 0});
  story.At(1000).Probes({}).Pods({{.container_id = "", .running_since = -1}});
  story.At(1010).Probes({{.successful = 1, .failed = 2}}).Pods({{.running_since = 1005}});
  story.At(1020).Probes({{.successful = 1, .failed = 3}}).Pods({{.running_since = 1005}});
  story.At(1090).Probes({{.successful = 1, .failed = 3}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness startup 2/2 steady 2/1 run=1");
}

TEST(ContainerStarts, ANewContainerStartsAnewAndTheReadingThatShowsItIsItsOwn) {
  Story story({.born_at_zero_seconds = 0});
  story.At(1000).Probes({{.successful = 50}}).Pods({{.running_since = 5}});
  story.At(1010).Probes({{.successful = 50, .failed = 1}}).Pods({{.running_since = 5}});
  story.At(1020)
      .Probes({{.successful = 50, .failed = 2}})
      .Pods({{.container_id = "id-2", .running_since = 1015}});
  story.At(1100).Probes({{.successful = 50, .failed = 2}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness startup 1/1 steady 1/1 run=2");
}

TEST(ContainerStarts, AReadingFromBeforeTheNewContainerBelongsToTheOldOne) {
  Story story({.born_at_zero_seconds = 0});
  story.At(1000).Probes({{.successful = 50}}).Pods({{.running_since = 5}});
  story.At(1005).Probes({{.successful = 50, .failed = 1}});
  story.At(1012)
      .Probes({{.successful = 50, .failed = 2}})
      .Pods({{.container_id = "id-2", .running_since = 1010}});
  story.At(1090).Probes({{.successful = 50, .failed = 2}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness startup 1/1 steady 1/1 run=2");
}

TEST(ContainerStarts, AProbeThatHadSucceededWhenWeCameIsPastItsStart) {
  Story story;
  story.At(1000).Probes({{.successful = 1}}).Pods({{.running_since = 990}});
  story.At(1010).Probes({{.successful = 1, .failed = 1}}).Pods({{.running_since = 990}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 1/1 run=1");
}

TEST(ContainerStarts, AnOldRowDoesNotMakeTheFirstReadingOlderThanItsContainer) {
  Story story;
  story.At(900).ContainerStart("web", 800);
  story.At(1000).Probes({{.successful = 1}}).Pods({{.running_since = 1000}});
  story.At(1010).Probes({{.successful = 1, .failed = 1}}).Pods({{.running_since = 1000}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 1/1 run=1");
}

TEST(ContainerStarts, WithoutPodsTheContainersRowTellsTheStart) {
  Story story({.born_at_zero_seconds = 0});
  story.At(1000).Probes({});
  story.At(1005).ContainerStart("web", 1003).Probes({{.failed = 1}});
  story.At(1006).ContainerStart("web", 1003);
  story.At(1010).Probes({{.failed = 2}});
  story.At(1090).Probes({{.failed = 2}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness startup 2/2 steady 0/0 run=2");
}

TEST(ContainerStarts, ABadLineOfARowForgetsNothingOfIt) {
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

TEST(ContainerStarts, ASuccessFromBeforeTheFirstRowsStartIsNotThatContainers) {
  for (const double start : {999.0, 1000.0, 1001.0}) {
    Story story({.born_at_zero_seconds = 0});
    story.At(1000).Probes({{.successful = 2}});
    story.At(1060).ContainerStart("web", start);
    story.At(1070).Probes({{.successful = 2, .failed = 1}});
    story.At(1090).Probes({{.successful = 2, .failed = 1}});
    EXPECT_EQ(story.Line("Readiness"), start > 1000 ? "Readiness startup 1/1 steady 0/0 run=1"
                                                    : "Readiness steady 1/1 run=1")
        << start;
  }
}

// The success was that of the container before the last two.
TEST(ContainerStarts, ASuccessFromLongBeforeIsNotThatOfTheContainerBeforeThisOne) {
  for (const double start : {999.0, 1000.0, 1001.0}) {
    Story story({.born_at_zero_seconds = 0});
    story.At(1000).Probes({{.successful = 2}}).ContainerStart("web", 970).Pods({});
    story.At(1005).Probes({{.successful = 2, .failed = 1}}).ContainerStart("web", start);
    story.At(1025).ContainerStart("web", 1023.5).Pods({{.running_since = 1023}});
    EXPECT_EQ(story.Line("Readiness"), start > 1000 ? "Readiness startup 1/1 steady 0/0 run=1"
                                                    : "Readiness steady 1/1 run=1")
        << start;
  }
}

TEST(ContainerStarts, ASuccessReadBeforeItsContainersRowIsThatContainers) {
  Story story({.born_at_zero_seconds = 0});
  story.At(1000).Probes({{.successful = 9}}).ContainerStart("web", 900);
  story.At(1010).Probes({{.successful = 10}}).ContainerStart("web", 1005);
  story.At(1020).Probes({{.successful = 10, .failed = 1}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 2/1 run=1");

  story.At(1030).ContainerStart("web", 1025).Probes({{.successful = 10, .failed = 2}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness startup 1/1 steady 2/1 run=2");
}

// The node's clock was ahead when it began: it has run since its row came.
TEST(ContainerStarts, ARowThatTellsOfAStartToComeTellsOfTheTimeWhenItCame) {
  for (const double first_row : {1009.0, 1010.0, 1011.0}) {
    Story story({.born_at_zero_seconds = 0});
    story.At(1000).Probes({});
    story.At(first_row).ContainerStart("web", 1200);
    story.At(1250).ContainerStart("web", 1200);
    story.At(1310).Probes({{.failed = 1}});
    EXPECT_EQ(story.Line("Readiness"), first_row < 1010 ? "Readiness steady 1/1 run=1"
                                                        : "Readiness startup 1/1 steady 0/0 run=1")
        << first_row;
  }
}

// The node's clock is ahead, and /pods behind the rows: it shows the container before the last one.
TEST(ContainerStarts, AStartThatOnlyPodsStillTellIsFromWhenItsRowCame) {
  for (const double listed : {1199.0, 1200.0}) {
    Story story({.born_at_zero_seconds = 0});
    story.At(990).Probes({});
    story.At(1000).Probes({{.successful = 1}}).ContainerStart("web", 1200);
    story.At(1040).ContainerStart("web", 1230).Pods({{.running_since = listed}});
    story.At(1045).Probes({{.successful = 1, .failed = 1}});
    story.At(1050).Pods({{.running_since = listed}});
    EXPECT_EQ(story.Line("Readiness"), listed < 1200 ? "Readiness startup 1/1 steady 0/0 run=1"
                                                     : "Readiness steady 1/1 run=1")
        << listed;
  }
}

// The node's clock is ahead by 5 s, and the first of the two ended at once.
TEST(ContainerStarts, TwoContainersThatBeganInOneSecondAreTwo) {
  for (const char* id : {"1", "2"}) {
    Story story({.born_at_zero_seconds = 0});
    story.At(990).Probes({});
    story.At(1000).Probes({}).Pods({{.container_id = "1", .running_since = 1005}});
    story.At(1001).Probes({{.successful = 1}});
    story.At(1002).Pods({{.container_id = id, .running_since = 1005}});
    story.At(1010).Probes({{.successful = 1, .failed = 1}});
    story.At(1011).Pods({{.container_id = id, .running_since = 1005}});
    EXPECT_EQ(story.Line("Readiness"), id[0] == '2' ? "Readiness startup 1/1 steady 1/0 run=1"
                                                    : "Readiness steady 2/1 run=1")
        << id;
  }
}

TEST(ContainerStarts, OfTwoRowsOfOneNameTheYoungerTellsTheStart) {
  Story story({.born_at_zero_seconds = 0});
  story.At(1000).Probes({});
  story.engine().OnResource(
      {.rows =
           {{.pod_namespace = "shop", .pod = "web", .container = "app", .start_unix_seconds = 995},
            {.pod_namespace = "shop", .pod = "web", .container = "app", .start_unix_seconds = 1}}},
      {.begun = {.unix_seconds = 1001, .steady_seconds = 1001},
       .ended = {.unix_seconds = 1001, .steady_seconds = 1001}});
  story.At(1010).Probes({{.failed = 1}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness startup 1/1 steady 0/0 run=1");
}

TEST(ContainerStarts, TheLastEightInstancesAreRemembered) {
  const struct {
    double unix_seconds;
    std::size_t want;
  } cases[] = {{91, 0}, {90, 0}, {89.9, 1}, {80, 1}, {30, 6}, {29.9, 7}, {20, 7}, {5, 7}};
  ContainerState container;
  for (int start = 0; start <= 90; start += 10) {
    container.BeginNext();
    container.SetStart(start, 100);
  }
  for (const auto& c : cases) {
    EXPECT_EQ(container.InstanceAt(c.unix_seconds), c.want) << c.unix_seconds;
  }
}

}  // namespace
}  // namespace podprobe
