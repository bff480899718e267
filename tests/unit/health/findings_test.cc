// What the engine concludes beside states: causes with their times, findings, and what the node
// says.

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "tests/unit/health/page_cases.h"
#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(Findings, EvidenceFromBeforeItsContainerWasKnownCounts) {
  Story story({.born_at_zero_seconds = 0});
  const auto cadvisor = [&](double seconds, double waited) {
    const Instant now = {.unix_seconds = seconds, .steady_seconds = seconds};
    ContainerRow row = {.pod_namespace = "shop", .pod = "web", .container = "app", .id = "a"};
    row.cpu_waiting_seconds = Measurement{.value = waited};
    story.engine().OnCadvisor({.rows = {row}}, {.begun = now, .ended = now});
  };
  story.Tell("1000 probes");
  cadvisor(1000, 5);
  cadvisor(1010, 8);
  cadvisor(1020, 8);  // the same again
  story.Tell("1025 probes web Readiness 0/1");
  EXPECT_EQ(story.Page("causes evidence"), "web Readiness cpu_pressure:1 cpu_pressure=0.3\n");
}

TEST(Findings, AFailuresCauseIsJudgedByWhatIsKnownOfItsTime) {
  constexpr std::string_view kBefore = R"(
    1000   probes    web Readiness 50/0
    1000   pods      web probes=R since=500
  )";
  const PageCase cases[] = {
      {"nothing", R"(
        1010 probes  web Readiness +0/+1
        1010 pods )",
       "web Readiness unexplained:1\n"},
      {"each failure once", R"(
        1010 probes  web Readiness +0/+3
        1010 pods )",
       "web Readiness unexplained:3\n"},
      {"not before it has its phase", "1010 probes web Readiness +0/+1", ""},
      {"after 15 s without pods", R"(
        1010 probes  web Readiness +0/+1
        1025 look )",
       "web Readiness unexplained:1\n"},
      {"a failed reading of pods explains nothing", R"(
        1010 probes  web Readiness +0/+1
        1012 pods fail
        1024.9 look )",
       ""},
      {"and does not end the wait", R"(
        1010 probes  web Readiness +0/+1
        1012 pods fail
        1025 pods    web deleted )",
       "web Readiness terminating:1\n"},
      {"an OOM kill a minute before", R"(
        1010 probes  web Readiness +0/+1
        1010 pods    web ended=OOMKilled@950 )",
       "web Readiness oom_killed:1\n"},
      {"an OOM kill earlier than that", R"(
        1010 probes  web Readiness +0/+1
        1010 pods    web ended=OOMKilled@949.9 )",
       "web Readiness unexplained:1\n"},
      {"an OOM kill that followed", R"(
        1010 probes  web Readiness +0/+1
        1012 pods    web id=2 restarts=1 ended=OOMKilled@1011 )",
       "web Readiness oom_killed:1\n"},
      {"an OOM kill a minute after it, by another clock", R"(
        1010 probes  web Readiness +0/+1
        1012 pods    web id=2 restarts=1 ended=OOMKilled@1070 )",
       "web Readiness oom_killed:1\n"},
      {"an OOM kill later than that", R"(
        1010 probes  web Readiness +0/+1
        1012 pods    web id=2 restarts=1 ended=OOMKilled@1070.1 )",
       "web Readiness unexplained:1\n"},
      {"another end", R"(
        1010 probes  web Readiness +0/+1
        1010 pods    web ended=Error@1005 )",
       "web Readiness unexplained:1\n"},
      {"with the kubelet's start", R"(
        1005 kubelet
        1005 probes  web Readiness 0/1
        1005 pods )",
       "web Readiness kubelet_restart:1\n"},
      {"before the kubelet's start", R"(
        1010 probes  web Readiness +0/+1
        1010.1 kubelet
        1011 probes
        1012 pods )",
       "web Readiness unexplained:1\n"},
      {"two periods after the kubelet's start", R"(
        1005 kubelet
        1025 probes  web Readiness 0/1
        1025 pods )",
       "web Readiness kubelet_restart:1\n"},
      {"later", R"(
        1005 kubelet
        1025.1 probes  web Readiness 0/1
        1025.1 pods )",
       "web Readiness unexplained:1\n"},
      {"two periods of its own", R"(
        1005 kubelet
        1015.1 probes  web Readiness 0/1
        1015.1 pods  web period=5 )",
       "web Readiness unexplained:1\n"},
      {"it is terminating", R"(
        1010 probes  web Readiness +0/+1
        1012 pods    web deleted )",
       "web Readiness terminating:1\n"},
      {"it is throttled", R"(
        1001 cadvisor  web periods=100 throttled=10
        1009 cadvisor  web periods=+40 throttled=+10
        1010 probes  web Readiness +0/+1
        1010 pods )",
       "web Readiness cpu_throttling:1\n"},
      {"it is not throttled enough", R"(
        1001 cadvisor  web periods=100 throttled=10
        1009 cadvisor  web periods=+40 throttled=+9
        1010 probes  web Readiness +0/+1
        1010 pods )",
       "web Readiness unexplained:1\n"},
      {"its memory is full", R"(
        1009 cadvisor  web limit=100 set=95
        1010 probes  web Readiness +0/+1
        1010 pods )",
       "web Readiness memory_pressure:1\n"},
      {"evidence that is too old is none", R"(
        1009 cadvisor  web limit=100 set=95
        1189 probes  web Readiness +0/+1
        1189 pods )",
       "web Readiness unexplained:1\n"},
      {"evidence that is just not too old", R"(
        1009 cadvisor  web limit=100 set=95
        1188.9 probes  web Readiness +0/+1
        1188.9 pods )",
       "web Readiness memory_pressure:1\n"},
  };
  ExpectPages("causes", kBefore, cases);
}

TEST(Findings, AnUnknownPeriodIsTenSeconds) {
  constexpr std::string_view kBefore = R"(
    1000  probes  web Readiness 50/0
    1005  kubelet
  )";
  const PageCase cases[] = {
      {"two periods", "1025 probes web Readiness 0/1", "web Readiness kubelet_restart:1\n"},
      {"later", "1025.1 probes web Readiness 0/1", "web Readiness unexplained:1\n"},
  };
  ExpectPages("causes", kBefore, cases);
}

// Half of readiness' successes take more than half of the time-out, none of liveness'.
TEST(Findings, SlowResponsesExplainTheFailuresOfTheirOwnProbe) {
  Story story({.born_at_zero_seconds = 0});
  const auto read = [&](double at, double count, double failed) {
    const double slow = (count - 10) / 2;
    const auto histogram = [&](std::string_view probe_type, double fast) {
      story.Histogram({.probe_type = probe_type,
                       .buckets = {{0.5, fast}, {0.75, count}, {kInf, count}},
                       .count = count});
    };
    story.At(at);
    histogram("Readiness", count - slow);
    histogram("Liveness", count);
    story
        .Probes({{.successful = count, .failed = failed},
                 {.probe_type = "Liveness", .successful = count, .failed = failed}})
        .Pods({{.probes = "RL"}});
  };
  read(1000, 10, 0);
  read(1010, 14, 1);
  EXPECT_EQ(story.Page("causes"), "web Liveness unexplained:1\nweb Readiness slow_response:1\n");
}

TEST(Findings, AWaitThatEndsBetweenReadingsIsJudgedByItsOwnTime) {
  Story story({.born_at_zero_seconds = 0});
  story.Tell(R"(
    1000  probes  w1..5 Readiness 5/0
    1000  pods    w1..5 probes=R begun=500 since=500 ready=510
    1010  probes  w1..5 Readiness +0/+1
    1440  probes  w1..5 Readiness +1/0
  )");
  // At 1025 all five had failed together; at 1440 that is long over.
  EXPECT_EQ(story.Page("@w1 causes incident"), "w1 Readiness node_wide:1\nnode incident 0\n");
}

// At 1030 what cadvisor said is too old; nobody looked from 1020 to 1440.
TEST(Findings, EachWaitIsJudgedByItsOwnEnd) {
  Story story({.born_at_zero_seconds = 0});
  story.Tell(R"(
     850          probes    web Readiness 5/0; db Readiness 5/0
     850          pods      web probes=R since=500; db probes=R since=500
     850          cadvisor  web limit=100 set=95; db limit=100 set=95
     900..1000/50 probes
    1010          probes    web Readiness +0/+1
    1020          probes    db Readiness +0/+1
    1440          probes
  )");
  EXPECT_EQ(story.Page("causes"), "db Readiness unexplained:1\nweb Readiness memory_pressure:1\n");
}

// One that was killed for memory two minutes ago, and again just now.
TEST(Findings, TheNearerOfTwoOomKillsCounts) {
  const auto killed_at = [](double unix_seconds) {
    return Termination{.reason = "OOMKilled", .exit_code = 137, .finished_at = unix_seconds};
  };
  PodList list;
  Pod& pod = list.pods.emplace_back();
  pod.pod_namespace = "shop";
  pod.name = "web";
  pod.uid = "web-uid";
  pod.phase = "Running";
  PodContainer& container = pod.containers.emplace_back();
  container.name = "app";
  container.readiness = ProbeSpec{.period_seconds = 10, .failure_threshold = 3};
  Story story({.born_at_zero_seconds = 0});
  const auto read_pods = [&](double seconds) {
    const Instant now = {.unix_seconds = seconds, .steady_seconds = seconds};
    story.At(seconds).engine().OnPods(list, {.begun = now, .ended = now});
  };
  read_pods(1000);
  story.Probes({{.successful = 9}});
  story.At(1010).Probes({{.successful = 9, .failed = 1}});
  container.terminated = killed_at(1015);
  container.last_termination = killed_at(900);
  read_pods(1020);
  EXPECT_EQ(story.Page("causes"), "web Readiness oom_killed:1\n");
}

TEST(Findings, WhatWasHeldBackIsPartOfTheIncidentFromTheEndOfItsWaitOn) {
  Story story({.born_at_zero_seconds = 0});
  story.Tell(R"(
    1000  probes
    1000  pods
    1005  probes  w1..5 Readiness 0/1
    1100  look )");
  EXPECT_EQ(story.Page("causes @w1"), "w1 Readiness node_wide:1\n");
}

TEST(Findings, EvidenceIsServedWhileAProbeFails) {
  constexpr std::string_view kBefore = R"(
    1000   probes    web Readiness 50/0
    1000   pods      web probes=R since=500
    1001   cadvisor  web periods=100 throttled=10 cpu=1 limit=100 set=50
    1011   cadvisor  web periods=+100 throttled=+90 cpu=+1
  )";
  const PageCase cases[] = {
      {"it passes", "1012 probes web Readiness +1/0", ""},
      {"it fails", "1012 probes web Readiness +0/+1",
       "web Readiness cpu_throttled=0.9 memory_limit=0.5 cpu_pressure=0.1\n"},
      {"it only starts", "1012 pods web id=2 since=1012 restarts=1 ended=Error unready", ""},
      {"its container went", R"(
        1012 probes   web Readiness +0/+1
        1013 cadvisor web gone )",
       ""},
      {"cadvisor is silent", R"(
        1012..1192/20 probes   web Readiness +0/+1
        1191 look )",
       ""},
  };
  ExpectPages("evidence", kBefore, cases);
}

TEST(Findings, ASlowStartIsOneForAsLongAsThePodLives) {
  constexpr std::string_view kBefore = R"(
    1000   probes
    1000   pods      web probes=L since=990
    1010   probes    web Liveness 0/1
    1010   pods
  )";
  constexpr std::string_view kFinding = "finding Liveness slow_start_without_startup_probe\n";
  const PageCase cases[] = {
      {"it failed in its start", "1011 look", kFinding},
      {"and passes", "1020 probes web Liveness +1/0", kFinding},
      {"and terminates", "1020 pods web deleted", ""},
      {"pods are silent", "1070 look", ""},
  };
  ExpectPages("findings", kBefore, cases);
  const PageCase passing[] = {{"it passed before it failed", R"(
        1000   probes    web Liveness 1/0
        1000   pods      web probes=L since=990
        1010   probes    web Liveness 1/1
        1010   pods )",
                               ""}};
  ExpectPages("findings", "", passing);
}

// Every success takes between 0.8 s and a second, of which the time-out leaves nothing.
TEST(Findings, ATimeoutThatIsTightForAnHourIsOne) {
  Story story;
  for (int i = 0; i <= 360; ++i) {
    const double count = 100 + i;
    story.At(1000 + 10.0 * i)
        .Histogram({.buckets = {{0.75, 100}, {1, count}, {kInf, count}}, .count = count})
        .Probes({{.successful = count}})
        .Pods({{.probes = "R"}});
    // The first is a baseline: it is tight from the second reading on.
    const std::string page = story.Page("findings headroom");
    EXPECT_EQ(page, i == 0 ? "" : "web Readiness headroom=0\n") << i;
  }
  EXPECT_EQ(story.At(1000 + 3609.9).Page("findings"), "");
  EXPECT_EQ(story.At(1000 + 3610).Page("findings"), "finding Readiness tight_timeout\n");
}

// For an hour all successes are in the bucket up to `bound` of a time-out of 1000 s.
TEST(Findings, ATimeoutIsTightBelowAFifthOfHeadroom) {
  const std::pair<double, std::string_view> cases[] = {{799, ""},
                                                       {801, "finding Readiness tight_timeout\n"}};
  for (const auto& [bound, want] : cases) {
    Story story;
    for (int i = 0; i <= 361; ++i) {
      const double count = 100 + i;
      story.At(1000 + 10.0 * i)
          .Histogram({.buckets = {{bound, count}, {kInf, count}}, .count = count})
          .Probes({{.successful = count}})
          .Pods({{.probes = "R", .period = 2000, .timeout = 1000}});
      story.Page();
    }
    EXPECT_EQ(story.Page("findings"), want) << bound;
  }
}

TEST(Findings, TheNodeCountsWhatRunsAndIsProbed) {
  Story story;
  story.Tell(R"(
    1000  probes    a Readiness 1/0
    1000  pods      a probes=R since=500; b probes=- since=500; c probes=RLS started since=500 
          pods      d probes=R down; e probes=R since=500 deleted
  )");
  EXPECT_EQ(story.Page("containers"),
            "node Liveness unprobed=2\n"
            "node Liveness probed=1\n"
            "node Readiness unprobed=1\n"
            "node Readiness probed=2\n"
            "node Startup unprobed=2\n"
            "node Startup probed=1\n");
  EXPECT_NE(story.Tell("1050 probes\n 1059.9 look").Page("containers"), "");
  EXPECT_EQ(story.Tell("1060 look").Page("containers"), "") << "pods are silent";
}

TEST(Findings, TheNodeCountsItsWorkloadsInTrouble) {
  constexpr std::string_view kBefore = R"(
    1000  probes    a Readiness 9/0; a Liveness 9/0; b Readiness 9/0; c Readiness 9/0
    1000  pods      a owner=web since=500; b owner=web since=500; c since=500; d probes=- since=500
  )";
  const PageCase cases[] = {
      {"none", "1010 look", "node workloads 0/2\n"},
      {"two pods of one", R"(
        1010 probes  a Readiness +0/+1; b Readiness +0/+1
        1010 pods )",
       "node workloads 1/2\n"},
      {"for two minutes", R"(
        1010 probes  a Readiness +0/+1
        1010 pods
        1070..1120/50 probes
        1129.9 look )",
       "node workloads 1/2\n"},
      {"and no longer", R"(
        1010 probes  a Readiness +0/+1
        1010 pods
        1070..1120/50 probes
        1130 look )",
       "node workloads 0/2\n"},
      {"a failure while terminating is none", R"(
        1010 probes  c Readiness +0/+1
        1010 pods    c deleted )",
       "node workloads 0/1\n"},
      {"a restart for liveness is trouble from when it is seen", R"(
        1010 probes  a Liveness +0/+3
        1010 pods
        1100 probes
        1100 pods    a id=2 restarts=1 ended=Error
        1150 probes
        1200 look )",
       "node workloads 1/2\n"},
      {"another restart is not", R"(
        1010 pods    c id=2 restarts=1 ended=Error )",
       "node workloads 0/2\n"},
  };
  ExpectPages("workloads", kBefore, cases);
}

TEST(Findings, WhatCadvisorHasNoFamilyForIsMissing) {
  Story story;
  EXPECT_EQ(story.Tell("1000 probes").Page("missing"), "node missing\n") << "it was never read";
  EXPECT_EQ(story.Tell("1000 cadvisor").Page("missing"),
            "node missing memory_pressure io_pressure\n");
  EXPECT_EQ(story.Tell("1180 probes").Page("missing"), "node missing\n") << "it is silent";
}

TEST(Findings, AFamilyWhoseLineCouldNotBeReadIsNotMissing) {
  Story story;
  const auto read = [&](double seconds, bool has_bad_lines) {
    const Instant now = {.unix_seconds = seconds, .steady_seconds = seconds};
    story.engine().OnCadvisor(
        {.rows = {}, .families = {.memory_limit = true}, .has_bad_lines = has_bad_lines},
        {.begun = now, .ended = now});
    return story.At(seconds).Page("missing");
  };
  story.Tell("1000 pods web\n 1000 cadvisor web");
  EXPECT_EQ(read(1010, true), "node missing memory_pressure io_pressure\n");
  EXPECT_EQ(read(1020, false),
            "node missing cpu_throttled cpu_pressure memory_pressure io_pressure\n");
}

}  // namespace
}  // namespace podprobe
