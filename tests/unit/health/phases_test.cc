// Which phase an increment has, on the edges of the rules, and what a stepping clock does to it.

#include <gtest/gtest.h>

#include <string_view>

#include "tests/unit/health/page_cases.h"
#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

TEST(Phases, AStartLastsUntilItsFirstSuccessAndAtMostItsGrace) {
  constexpr std::string_view kBefore = "1000 probes\n 1000 pods web probes=RL down id= unready";
  const PageCase cases[] = {
      {"at the end of its grace", R"(
        1010 pods    web id=1 since=1005
        1305 probes  web Readiness 0/1
        1305 pods )",
       "web Readiness startup 1/1 steady 0/0\n"},
      {"after its grace", R"(
        1010 pods    web id=1 since=1005
        1305.1 probes  web Readiness 0/1
        1305.1 pods )",
       "web Readiness steady 1/1\n"},
      {"a startup probe's own budget, if longer", R"(
        1010 pods    web id=1 since=1005 probes=RS started delay=20 period=30 threshold=10
        1325 probes  web Readiness 0/1
        1325 pods )",
       "web Readiness startup 1/1 steady 0/0\n"},
      {"after that", R"(
        1010 pods    web id=1 since=1005 probes=RS started delay=20 period=30 threshold=10
        1325.1 probes  web Readiness 0/1
        1325.1 pods )",
       "web Readiness steady 1/1\n"},
      {"a shorter budget changes nothing", R"(
        1010 pods    web id=1 since=1005 probes=RS started period=1 threshold=1
        1305 probes  web Readiness 0/1
        1305 pods )",
       "web Readiness startup 1/1 steady 0/0\n"},
      {"in the reading of the first success", R"(
        1010 pods    web id=1 since=1005
        1020 probes  web Readiness 1/2
        1020 pods )",
       "web Readiness startup 2/2 steady 1/0\n"},
      {"after the first success", R"(
        1010 pods    web id=1 since=1005
        1020 probes  web Readiness 1/2
        1020 pods
        1030 probes  web Readiness +0/+1
        1030 pods )",
       "web Readiness startup 2/2 steady 2/1\n"},
      {"the other probe's success is not its own", R"(
        1010 pods    web id=1 since=1005
        1020 probes  web Liveness 1/0
        1030 probes  web Readiness 0/1
        1030 pods )",
       "web Readiness startup 1/1 steady 0/0\n"},
      {"an unknown result has the phase of a failure", R"(
        1010 pods    web id=1 since=1005
        1020 probes  web Readiness 0/0/2
        1020 pods )",
       "web Readiness startup 2/0 steady 0/0\n"},
      {"in the next container it starts again", R"(
        1010 pods    web id=1 since=1005
        1020 probes  web Readiness 1/0
        1030 pods    web id=2 since=1025 restarts=1 ended=Error
        1040 probes  web Readiness +0/+1
        1040 pods )",
       "web Readiness startup 1/1 steady 1/0\n"},
  };
  ExpectPages("counts Readiness", kBefore, cases);
}

// A failure is read at 1010; in the container before there had been a success.
TEST(Phases, AFailureIsOfTheContainerThatRanAtItsReading) {
  constexpr std::string_view kBefore = R"(
    1000  probes  web Readiness 50/0
    1000  pods    web id=1 since=990
  )";
  const PageCase cases[] = {
      {"the next container began after it", R"(
        1010 probes  web Readiness +0/+1
        1012 pods    web id=2 since=1010.1 restarts=1 ended=Error )",
       "web Readiness steady 1/1\n"},
      {"the next container began with it", R"(
        1010 probes  web Readiness +0/+1
        1012 pods    web id=2 since=1010 restarts=1 ended=Error )",
       "web Readiness startup 1/1 steady 0/0\n"},
      {"pods still showed the one before, with it", R"(
        1008 begin
        1010 probes  web Readiness +0/+1
        1010 pods
        1012 pods    web id=2 since=1005 restarts=1 ended=Error )",
       "web Readiness steady 1/1\n"},
      {"pods still showed the one before, and before it", R"(
        1009.9 pods
        1010 probes  web Readiness +0/+1
        1012 pods    web id=2 since=1005 restarts=1 ended=Error )",
       "web Readiness startup 1/1 steady 0/0\n"},
  };
  ExpectPages("counts Readiness", kBefore, cases);
}

// At 1025 nothing waits for pods any more, which show another container later.
TEST(Phases, AFailureBeforeTheFirstKnownContainerIsOfTheOneWhoseRowWasRead) {
  // The row's start, whose grace ends 300 s later; /pods has shown no container yet.
  const struct {
    double row_start;
    const char* want;
  } cases[] = {
      {-240.1, "web Readiness startup 3/3 steady 5/5\n"},
      {-240, "web Readiness startup 8/8 steady 0/0\n"},
  };
  for (const auto& c : cases) {
    Story story({.born_at_zero_seconds = 0});
    const ListedPod waiting = {
        .container_id = "", .running_since = -1, .ready = false, .probes = "R"};
    story.At(0).Probes({}).Pods({waiting}).ContainerStart("web", c.row_start);
    story.At(60).Probes({{.failed = 5}});
    ListedPod runs = waiting;
    runs.container_id = "id-1";
    runs.running_since = 65;
    runs.restart_count = 1;
    story.At(70).Probes({{.failed = 8}}).Pods({runs});
    EXPECT_EQ(story.Page("counts"), c.want) << c.row_start;
  }
}

TEST(Phases, ASuccessBeforeTheContainerOfARowIsOfNeitherThatNorTheNext) {
  const struct {
    double row_start;
    const char* want;
  } cases[] = {
      {10.1, "web Readiness startup 8/8 steady 1/0\n"},
      {10, "web Readiness startup 3/3 steady 6/5\n"},
  };
  for (const auto& c : cases) {
    Story story({.born_at_zero_seconds = 0});
    // Held back, until /pods names it.
    story.At(0).Probes({}).Pods({});
    story.At(10).Probes({{.successful = 1}});
    story.At(15).ContainerStart("web", c.row_start);
    story.At(30).Probes({{.successful = 1, .failed = 5}});
    story.At(38)
        .Probes({{.successful = 1, .failed = 8}})
        .Pods({{.running_since = 35, .ready = false, .restart_count = 1, .probes = "R"}});
    EXPECT_EQ(story.Page("counts"), c.want) << c.row_start;
  }
}

// A container that begins over and over while its pod waits for its name.
TEST(Phases, WhatWaitsIsOfTheInstanceThatRanAtItsReading) {
  // The start of the first of three, and its successes at 5.
  const struct {
    double first_start;
    double successes;
    const char* want;
  } cases[] = {
      {-290.1, 0, "web Readiness startup 6/6 steady 1/1\n"},
      {-290, 0, "web Readiness startup 7/7 steady 0/0\n"},
      {1, 1, "web Readiness startup 6/6 steady 2/1\n"},
  };
  for (const auto& c : cases) {
    Story story({.born_at_zero_seconds = 0});
    story.At(0).Probes({}).Pods({}).ContainerStart("web", c.first_start);
    story.At(5).Probes({{.successful = c.successes}});
    story.At(10).Probes({{.successful = c.successes, .failed = 1}});
    story.At(12).ContainerStart("web", 11);
    story.At(15).Probes({{.successful = c.successes, .failed = 3}});
    story.At(18).ContainerStart("web", 17);
    story.At(20).Probes({{.successful = c.successes, .failed = 7}});
    story.At(26).Pods({{.running_since = 17, .ready = false, .restart_count = 2, .probes = "R"}});
    EXPECT_EQ(story.Page("counts"), c.want) << c.first_start;
  }
}

TEST(Phases, ASuccessThatWaitedIsOfTheContainerThatRanAtItsReading) {
  constexpr std::string_view kBefore = R"(
    1000           probes  web Readiness 50/0
    1000           pods    web id=1 since=500
    1010           probes  web Readiness +1/0
    1020..1030/10  probes
  )";
  const PageCase cases[] = {
      {"it began with it", R"(
        1035 pods    web id=2 since=1010 restarts=1 ended=Error
        1040 probes  web Readiness +0/+1
        1040 pods )",
       "web Readiness steady 2/1\n"},
      {"it began after it", R"(
        1035 pods    web id=2 since=1010.1 restarts=1 ended=Error
        1040 probes  web Readiness +0/+1
        1040 pods )",
       "web Readiness startup 1/1 steady 1/0\n"},
  };
  ExpectPages("counts Readiness", kBefore, cases);
}

// Kubelets tell starts in whole seconds: the next container may seem to have begun before pods
// showed the one before for the last time.
TEST(Phases, ASuccessIsOfTheContainerThatPodsShowedAfterIt) {
  constexpr std::string_view kBefore = R"(
    1000    probes  web Readiness 50/0
    1000    pods    web id=1 since=500
    1010.4  probes  web Readiness +1/0
  )";
  constexpr std::string_view kOld = "web Readiness startup 1/1 steady 1/0\n";
  const PageCase cases[] = {
      {"after it", R"(
        1010.5 pods
        1015 pods    web id=2 since=1010 restarts=1 ended=Error
        1020 probes  web Readiness +0/+1
        1020 pods )",
       kOld},
      {"with it", R"(
        1010.4 pods
        1015 pods    web id=2 since=1010 restarts=1 ended=Error
        1020 probes  web Readiness +0/+1
        1020 pods )",
       kOld},
      {"not any more", R"(
        1015 pods    web id=2 since=1010 restarts=1 ended=Error
        1020 probes  web Readiness +0/+1
        1020 pods )",
       "web Readiness steady 2/1\n"},
      {"in a container that pods told no id of in between", R"(
        1011 pods
        1015 pods    web id= down
        1020 probes  web Readiness +0/+1
        1020 pods    web id=1 since=500 )",
       "web Readiness steady 2/1\n"},
  };
  ExpectPages("counts Readiness", kBefore, cases);
}

TEST(Phases, AFirstSuccessIsOfTheContainerThatPodsShowForTheFirstTime) {
  constexpr std::string_view kBefore = R"(
    1000  probes
    1000  pods    web probes=R down id= unready
    1005  probes  web Readiness 1/0
  )";
  const PageCase cases[] = {
      {"it began with it", R"(
        1010 pods    web id=1 since=1005
        1015 probes  web Readiness +0/+1
        1015 pods )",
       "web Readiness steady 2/1\n"},
      {"it began after it", R"(
        1010 pods    web id=1 since=1005.1
        1015 probes  web Readiness +0/+1
        1015 pods )",
       "web Readiness startup 1/1 steady 1/0\n"},
  };
  ExpectPages("counts", kBefore, cases);
}

TEST(Phases, AFailureWaitsForAReadingOfPodsThatBeganAfterIt) {
  constexpr std::string_view kBefore = R"(
    1000  probes  web Readiness 50/0
    1000  pods    web probes=R since=500
  )";
  const PageCase cases[] = {
      {"it began with it", R"(
        1010 begin
        1010 probes  web Readiness +0/+1
        1012 pods    web deleted )",
       "web Readiness steady 0/0 terminating 1/1\n"},
      {"it began before it", R"(
        1009.9 begin
        1010 probes  web Readiness +0/+1
        1012 pods    web deleted )",
       "web Readiness steady 0/0\n"},
      {"the next one ends the wait", R"(
        1009.9 begin
        1010 probes  web Readiness +0/+1
        1012 pods
        1020 pods    web deleted )",
       "web Readiness steady 0/0 terminating 1/1\n"},
  };
  ExpectPages("counts", kBefore, cases);
}

TEST(Phases, WithoutPodsLivenessActsAtThree) {
  Story story({.born_at_zero_seconds = 0});
  story.At(1000).Probes({});
  story.At(1005).ContainerStart("web", 1003).Probes({{.probe_type = "Liveness", .failed = 1}});
  story.At(1006).ContainerStart("web", 1003);
  story.At(1010).Probes({{.probe_type = "Liveness", .failed = 2}});
  EXPECT_EQ(story.Page("counts"), "web Liveness startup 2/2 steady 0/0\n");
  story.At(1015).Probes({{.probe_type = "Liveness", .failed = 3}});
  EXPECT_EQ(story.Page("counts"), "web Liveness startup 2/2 steady 1/1\n");
}

TEST(Phases, ALivenessProbeAtItsThresholdIsNoStart) {
  constexpr std::string_view kBefore = R"(
    1000   probes
    1000   pods    web probes=L down id= unready
    1010   pods    web id=1 since=1005
  )";
  const PageCase cases[] = {
      {"below it", R"(
        1020 probes  web Liveness 0/2
        1020 pods )",
       "web Liveness startup 2/2 steady 0/0\n"},
      {"the reading that reaches it", R"(
        1020 probes  web Liveness 0/2
        1020 pods
        1030 probes  web Liveness +0/+2
        1030 pods )",
       "web Liveness startup 2/2 steady 2/2\n"},
      {"in the next container, too", R"(
        1020 probes  web Liveness 0/3
        1020 pods
        1030 pods    web id=2 since=1025 restarts=1 ended=Error
        1040 probes  web Liveness +0/+1
        1040 pods )",
       "web Liveness steady 4/4\n"},
      {"until and with the reading of its next success", R"(
        1020 probes  web Liveness 0/3
        1020 pods
        1030 pods    web id=2 since=1025 restarts=1 ended=Error
        1040 probes  web Liveness +1/+1
        1040 pods )",
       "web Liveness steady 5/4\n"},
      {"and in another kubelet process, which counts anew", R"(
        1020 probes  web Liveness 0/3
        1020 pods
        1025 kubelet
        1030 probes  web Liveness 0/1
        1030 pods )",
       "web Liveness steady 4/4\n"},
      {"also where only pods tell that failures came last", R"(
        1011 pods    web ready
        1020 probes  web Liveness 1/2
        1022 probes  web Liveness +0/+1
        1022 pods    web unready
        1030 pods    web id=2 since=1025 restarts=1 ended=Error
        1040 probes  web Liveness +0/+1
        1040 pods )",
       "web Liveness startup 2/2 steady 3/2\n"},
      {"the failure it is killed for may come with the next one's success", R"(
        1020 probes  web Liveness 0/2
        1020 pods
        1030 probes  web Liveness +1/+1
        1030 pods    web id=2 since=1025 restarts=1 ended=Error@1024 )",
       "web Liveness startup 2/2 steady 2/1\n"},
      {"one less kills nobody", R"(
        1020 probes  web Liveness 0/1
        1020 pods
        1030 probes  web Liveness +1/+1
        1030 pods    web id=2 since=1025 restarts=1 ended=Error@1024 )",
       "web Liveness startup 2/2 steady 1/0\n"},
      {"what follows the kill is no start either, where only the kill tells of it", R"(
        1011 pods    web ready
        1020 probes  web Liveness 1/1
        1020 pods
        1022 probes  web Liveness +0/+2
        1022 pods
        1030 pods    web id=2 since=1025 restarts=1 ended=Error@1024
        1040 probes  web Liveness +0/+1
        1040 pods )",
       "web Liveness startup 1/1 steady 4/3\n"},
      {"but for a success", R"(
        1011 pods    web ready
        1020 probes  web Liveness 1/1
        1020 pods
        1022 probes  web Liveness +0/+2
        1022 pods
        1028 probes  web Liveness +1/0
        1030 pods    web id=2 since=1025 restarts=1 ended=Error@1024
        1040 pods    web id=3 since=1035 restarts=2 ended=Error@1034
        1050 probes  web Liveness +0/+1
        1050 pods )",
       "web Liveness startup 2/2 steady 4/2\n"},
      {"nor where it was judged before the kill was known", R"(
        1011 pods    web ready
        1020 probes  web Liveness 1/1
        1020 pods
        1022 probes  web Liveness +0/+2
        1026 probes  web Liveness +1/0
        1045 look
        1046 pods    web id=2 since=1025 restarts=1 ended=Error@1024
        1060 pods    web id=3 since=1055 restarts=2 ended=Error@1054
        1065 probes  web Liveness +0/+1
        1065 pods )",
       "web Liveness startup 2/2 steady 4/2\n"},
      {"then a container may start again", R"(
        1020 probes  web Liveness 0/3
        1020 pods
        1030 probes  web Liveness +1/0
        1030 pods
        1040 pods    web id=2 since=1035 restarts=1 ended=Error
        1050 probes  web Liveness +0/+1
        1050 pods )",
       "web Liveness startup 1/1 steady 4/3\n"},
  };
  ExpectPages("counts", kBefore, cases);
}

TEST(Phases, WhatHadFailedBeforeTheExporterCameIsPartOfTheRun) {
  constexpr std::string_view kBefore = R"(
    1000   pods
    1000   probes  web Liveness 0/2
    1005   probes  web Liveness +0/+1
  )";
  const PageCase cases[] = {
      {"it reaches the threshold", "1005 pods web probes=L since=990 unready",
       "web Liveness steady 1/1\n"},
      {"not of another container", "1005 pods web probes=L since=990 unready restarts=1",
       "web Liveness startup 1/1 steady 0/0\n"},
      {"below the threshold", "1005 pods web probes=L since=990 unready threshold=4",
       "web Liveness startup 1/1 steady 0/0\n"},
  };
  ExpectPages("counts", kBefore, cases);
}

TEST(Phases, AThresholdReachedBeforeTheExporterCameIsOne) {
  const PageCase cases[] = {
      {"reached", "1000 probes web Liveness 0/3", "web Liveness steady 1/1\n"},
      {"below it, also with the next", "1000 probes web Liveness 0/1",
       "web Liveness startup 1/1 steady 0/0\n"},
  };
  for (const PageCase& c : cases) {
    Story story({.born_at_zero_seconds = 0});
    story.Tell(c.script).Tell(R"(
      1000 pods    web probes=L since=990 unready
      1010 pods    web id=2 since=1005 restarts=1 ended=Error@1004
      1020 probes  web Liveness +0/+1
      1020 pods )");
    EXPECT_EQ(story.Page("counts"), c.want) << c.name;
  }
}

TEST(Phases, TheOrderOfBothResultsIsToldForEachReadingThatWaits) {
  constexpr std::string_view kBefore = R"(
    1000   probes
    1000   pods    web probes=L threshold=1 since=990 ready
    1010   probes  web Liveness +1/+1
    1012   probes  web Liveness +1/0
  )";
  const PageCase cases[] = {
      {"it was not ready: the first reading failed last", "1012 pods web unready",
       "web Liveness steady 3/1\n"},
      {"it was ready", "1012 pods", "web Liveness startup 1/1 steady 2/0\n"},
  };
  ExpectPages("counts", kBefore, cases);
}

TEST(Phases, AStartupProbesResultsAreItsStartsOrItsEnds) {
  constexpr std::string_view kBefore = R"(
    1000   probes
    1000   pods    web probes=S starting down id= unready
    1010   pods    web id=1 since=1005
  )";
  const PageCase cases[] = {
      {"failures", R"(
        1020 probes  web Startup 0/2
        1020 pods )",
       "web Startup startup 2/2\n"},
      {"also after all graces", R"(
        1900 probes  web Startup 0/2
        1900 pods )",
       "web Startup startup 2/2\n"},
      {"a success", R"(
        1020 probes  web Startup 1/0
        1020 pods )",
       "web Startup startup 1/0\n"},
      {"while it terminates", R"(
        1020 probes  web Startup 1/2
        1020 pods    web deleted )",
       "web Startup startup 1/0 terminating 2/2\n"},
  };
  ExpectPages("counts", kBefore, cases);
}

// The wall clock steps by an hour at 1015, forth or back; nothing that is counted may notice.
TEST(Phases, AStepOfTheWallClockChangesNoCountNoWindowAndNoRun) {
  for (const std::string_view step : {"1015 clock 3600", "1015 clock -3600"}) {
    Story story({.born_at_zero_seconds = 0});
    story.Tell(R"(
      1000           probes   web Readiness 50/0
      1000           pods     web probes=R since=500 ready=510
      1010           probes   web Readiness +0/+1
      1010           pods
    )");
    story.Tell(step).Tell(R"(
      1020..1030/10  probes   web Readiness +0/+1
      1020..1030/10  pods
    )");
    EXPECT_EQ(story.Page("counts run state since workloads"),
              "web Readiness steady 3/3 run=3 acting since=1010\n"
              "node workloads 1/1\n")
        << step;
    story.Tell(R"(
      1040..1300/10  probes   web Readiness +1/0
      1040..1300/10  pods
    )");
    EXPECT_EQ(story.Page("counts ratios run state workloads unready"),
              "web Readiness steady 30/3 r5m=0.9\n"
              "web unready 0/0\n"
              "node workloads 0/1\n")
        << step;
  }
}

TEST(Phases, AStepOfTheWallClockEndsNoGraceOfAPodThatIsGone) {
  for (const std::string_view step : {"1015 clock 3600", "1015 clock -3600"}) {
    Story story({.born_at_zero_seconds = 0});
    story.Tell(R"(
      1000  probes   web Readiness 50/0
      1000  pods     web probes=R since=500
      1005  probes   web Readiness +1/0
      1010  probes   web gone
      1010  pods     web gone
    )");
    EXPECT_EQ(story.Tell(step).Tell("1129.9 look").Page("counts"), "web Readiness steady 1/0\n");
    EXPECT_EQ(story.Tell("1130 look").Page("counts"), "");
  }
}

}  // namespace
}  // namespace podprobe
