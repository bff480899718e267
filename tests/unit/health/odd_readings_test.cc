// What must hold for readings that are odd: from a kubelet whose clock is ahead, far apart, in an
// order that is not the usual one, of a probe type that nobody knows.

#include <gtest/gtest.h>

#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

const EngineOptions kOptions = {.born_at_zero_seconds = 0};

TEST(OddReadings, ASuccessOfAContainerThatIsToStartOnlyLaterIsItsOwn) {
  Story story(kOptions);
  story.Tell(R"(
    1000  probes  web Readiness 1/0
    1000  pods    web probes=R id=1 since=500
    1010  probes  web Readiness +1/0
    1010  pods    web id=2 since=1080 restarts=1 ended=Error@1079
  )");
  EXPECT_EQ(story.Page("counts state"), "web Readiness steady 1/0\n");
  story.Tell(R"(
    1020  probes  web Readiness +0/+1
    1020  pods
    1090  probes  web Readiness +0/+1
    1090  pods
  )");
  EXPECT_EQ(story.Page("counts"), "web Readiness steady 3/2\n");
}

TEST(OddReadings, AStartToComeInARowIsANewContainerAtOnce) {
  Story story(kOptions);
  story.At(1000).Probes({}).ContainerStart("web", 500);
  story.At(1010).Probes({{.successful = 2}});
  EXPECT_EQ(story.Page("counts state"), "web Readiness steady 2/0\n");
  story.At(1020).ContainerStart("web", 1095);
  EXPECT_EQ(story.Page("counts state"), "web Readiness steady 2/0 initializing\n");
  story.At(1030).ContainerStart("web", 1095);
  story.At(1040).Probes({{.successful = 3}}).ContainerStart("web", 1095);
  EXPECT_EQ(story.Page("counts state"), "web Readiness steady 3/0\n");
}

TEST(OddReadings, WhatFailsAfterALongSilenceDoesNotProlongAnIncidentThatHadEnded) {
  Story story(kOptions);
  story.Tell(R"(
    1000  probes
    1010  probes  a Readiness 0/1; b Readiness 0/1; c Readiness 0/1; d Readiness 0/1; e Readiness 0/1
    1060  probes  a Readiness +0/+1; b Readiness +0/+1
  )");
  EXPECT_EQ(story.Page("incident"), "node incident 1\n");
  // From 1130 on only two failed, which is 5 minutes before 1430.
  story.Tell(
      "1460 probes a Readiness +0/+1; c Readiness +0/+1; d Readiness +0/+1; e Readiness +0/+1");
  EXPECT_EQ(story.Page("workloads incident"), "node workloads 4/5\nnode incident 0\n");
}

TEST(OddReadings, AProbeThatNeverSucceededFailsSinceItsContainersStartAlsoIfPodsWereReadFirst) {
  Story story(kOptions);
  story.Tell(R"(
    1000  pods    web probes=R id=1 since=900 unready
    1010  probes  web Readiness 0/3
  )");
  EXPECT_EQ(story.Page("since"), "web Readiness since=900\n");
}

TEST(OddReadings, AContainerWhoseStartOnlyARowTellsHasAStart) {
  const ListedPod pod = {.running_since = -1, .probes = "L"};
  Story story(kOptions);
  story.At(1000).Probes({}).Pods({pod});
  story.At(1010).ContainerStart("web", 1005);
  story.At(1020).Probes({{.probe_type = "Liveness", .successful = 1, .failed = 2}}).Pods({pod});
  EXPECT_EQ(story.Page("counts"), "web Liveness startup 2/2 steady 1/0\n");
}

TEST(OddReadings, ContainersAreCountedByAProbeTypeThatIsNew) {
  Story story(kOptions);
  story.At(1000).Probes({{.probe_type = "Wellness", .successful = 1}});
  story.Pods({{.probes = "R"}, {.name = "db", .probes = ""}});
  EXPECT_EQ(story.Page("containers"),
            "node Liveness unprobed=2\n"
            "node Liveness probed=0\n"
            "node Readiness unprobed=1\n"
            "node Readiness probed=1\n"
            "node Startup unprobed=2\n"
            "node Startup probed=0\n"
            "node Wellness unprobed=1\n"
            "node Wellness probed=1\n");
}

TEST(OddReadings, AProbeThatWasTakenOutOfAPodBeforeItRanIsGone) {
  Story story(kOptions);
  story.At(1000).Probes({}).Pods({{.running_since = 900, .probes = "RL"}});
  EXPECT_EQ(story.Page("states"), "node Liveness initializing=1\nnode Readiness initializing=1\n");
  story.At(1010).Pods({{.running_since = 900, .probes = "L"}});
  EXPECT_EQ(story.Page("states"), "node Liveness initializing=1\n");
}

}  // namespace
}  // namespace podprobe
