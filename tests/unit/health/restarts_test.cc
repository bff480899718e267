// What is known of a container that was restarted, and of one that failed before the exporter came.

#include <gtest/gtest.h>

#include <string_view>

#include "tests/unit/health/page_cases.h"
#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

TEST(Restarts, AreCountedOnceEachByTheirReason) {
  constexpr std::string_view kBefore = R"(
    1000   probes    web Liveness 50/0; web Readiness 50/0
    1000   pods      web since=500 restarts=4 ended=Error@400
  )";
  const PageCase cases[] = {
      {"the first sight is a baseline", "1010 pods", ""},
      {"an error", "1010 pods web id=2 since=1008 restarts=5 ended=Error exit=1",
       "web restarts error:1\n"},
      {"a completion", "1010 pods web id=2 since=1008 restarts=5 ended=Completed exit=0",
       "web restarts completed:1\n"},
      {"for memory", "1010 pods web id=2 since=1008 restarts=5 ended=OOMKilled",
       "web restarts oom_killed:1\n"},
      {"its end is unknown",
       "1010 pods web id=2 since=1008 restarts=5 ended=", "web restarts unknown:1\n"},
      {"three at once: only the last one's end is known",
       "1010 pods web id=4 since=1008 restarts=7 ended=Error", "web restarts error:1 unknown:2\n"},
      {"of a count that fell none is known", R"(
        1010 pods web restarts=1
        1020 pods web id=2 restarts=2 )",
       "web restarts error:1\n"},
      {"while a reading failed", R"(
        1010 pods fail
        1020 pods web id=2 restarts=5 )",
       "web restarts error:1\n"},
      {"while the pod was not listed", R"(
        1010 probes
        1011 pods web gone
        1012 pods web id=2 since=1008 restarts=5 ended=Error )",
       "web restarts error:1\n"},
      {"before its container runs again", R"(
        1010 pods web down restarts=4
        1020 pods web restarts=5 )",
       "web restarts error:1\n"},
  };
  ExpectPages("restarts", kBefore, cases);
}

TEST(Restarts, OfAContainerWithoutProbesAreCountedToo) {
  Story story({.born_at_zero_seconds = 0});
  story.Tell(R"(
    1000  probes
    1000  pods     web probes=- since=500
    1010  pods     web id=2 restarts=1 ended=Error
  )");
  EXPECT_EQ(story.Page("restarts unready"), "web restarts error:1\n");
}

TEST(Restarts, AProbeAtItsThresholdIsTheReason) {
  constexpr std::string_view kBefore = R"(
    1000   probes    web Liveness 50/0; web Readiness 50/0; web Startup 1/0
    1000   pods      web probes=RLS started since=500
  )";
  const PageCase cases[] = {
      {"liveness", R"(
        1010 probes  web Liveness +0/+3
        1010 pods
        1020 pods    web id=2 restarts=1 ended=Error )",
       "web restarts liveness:1\n"},
      {"one failure before its threshold", R"(
        1010 probes  web Liveness +0/+2
        1010 pods
        1020 pods    web id=2 restarts=1 ended=Error )",
       "web restarts error:1\n"},
      {"the failure that reached it is in the last reading", R"(
        1010 probes  web Liveness +0/+2
        1010 pods
        1020 probes  web Liveness +0/+1
        1020 pods    web id=2 restarts=1 ended=Error )",
       "web restarts liveness:1\n"},
      {"readiness kills nobody", R"(
        1010 probes  web Readiness +0/+5
        1020 pods    web id=2 restarts=1 ended=Error )",
       "web restarts error:1\n"},
      {"it succeeded after that, in the next container", R"(
        1010 probes  web Liveness +0/+3
        1015 probes  web Liveness +1/0
        1020 pods    web id=2 restarts=1 ended=Error )",
       "web restarts liveness:1\n"},
      {"it succeeded after that, in the same one", R"(
        1010 probes  web Liveness +0/+3
        1015 probes  web Liveness +1/0
        1020 pods
        1030 pods    web id=2 restarts=1 ended=Error )",
       "web restarts error:1\n"},
      {"the last failure and the next container's success are in one reading", R"(
        1010 probes  web Liveness +0/+2
        1010 pods
        1020 probes  web Liveness +1/+1
        1020 pods    web id=2 restarts=1 ended=Error )",
       "web restarts liveness:1\n"},
      {"one failure less", R"(
        1010 probes  web Liveness +0/+1
        1010 pods
        1020 probes  web Liveness +1/+1
        1020 pods    web id=2 restarts=1 ended=Error )",
       "web restarts error:1\n"},
      {"the first failure was in a reading with a success", R"(
        1010 probes  web Liveness +1/+1
        1010 pods
        1020 probes  web Liveness +0/+1
        1020 pods
        1030 probes  web Liveness +0/+1
        1030 pods    web id=2 restarts=1 ended=Completed exit=0 )",
       "web restarts liveness:1\n"},
      {"failures beyond the threshold are the next container's", R"(
        1010 probes  web Liveness +0/+2
        1010 pods
        1020 probes  web Liveness +0/+3
        1020 pods    web id=2 restarts=1 ended=Completed exit=0
        1030 probes  web Liveness +0/+1
        1030 pods    web id=3 restarts=2 ended=Completed exit=0 )",
       "web restarts liveness:2\n"},
      {"one less", R"(
        1010 probes  web Liveness +0/+2
        1010 pods
        1020 probes  web Liveness +0/+2
        1020 pods    web id=2 restarts=1 ended=Completed exit=0
        1030 probes  web Liveness +0/+1
        1030 pods    web id=3 restarts=2 ended=Completed exit=0 )",
       "web restarts liveness:1 completed:1\n"},
      {"startup", R"(
        1010 probes  web Startup +0/+3
        1020 pods    web id=2 restarts=1 ended=Error )",
       "web restarts startup:1\n"},
      {"startup comes before liveness", R"(
        1010 probes  web Startup +0/+3; web Liveness +0/+3
        1020 pods    web id=2 restarts=1 ended=Error )",
       "web restarts startup:1\n"},
      {"memory comes before both", R"(
        1010 probes  web Startup +0/+3; web Liveness +0/+3
        1020 pods    web id=2 restarts=1 ended=OOMKilled )",
       "web restarts oom_killed:1\n"},
      {"only the last of several is its", R"(
        1010 probes  web Liveness +0/+3
        1020 pods    web id=3 restarts=2 ended=Error )",
       "web restarts liveness:1 unknown:1\n"},
      {"the next one has to reach it again", R"(
        1010 probes  web Liveness +0/+3
        1020 pods    web id=2 restarts=1 ended=Error
        1030 probes  web Liveness +0/+2
        1040 pods    web id=3 restarts=2 ended=Error )",
       "web restarts liveness:1 error:1\n"},
      {"the kubelet began anew in between", R"(
        1010 probes  web Liveness +0/+3
        1012 kubelet
        1015 probes  web Readiness 1/0
        1020 pods    web id=2 restarts=1 ended=Error )",
       "web restarts liveness:1\n"},
      {"the kubelet began anew, by startup", R"(
        1010 probes  web Startup +0/+3
        1012 kubelet
        1015 probes  web Readiness 1/0
        1020 pods    web id=2 restarts=1 ended=Error )",
       "web restarts startup:1\n"},
      {"and the startup probe succeeded", R"(
        1010 probes  web Startup +0/+3
        1012 kubelet
        1015 probes  web Startup 1/0
        1020 pods    web id=2 restarts=1 ended=Error )",
       "web restarts error:1\n"},
      {"and the probe succeeded", R"(
        1010 probes  web Liveness +0/+3
        1012 kubelet
        1015 probes  web Liveness 1/0
        1020 pods    web id=2 restarts=1 ended=Error )",
       "web restarts error:1\n"},
  };
  ExpectPages("restarts", kBefore, cases);
}

TEST(Restarts, AKillBeginsTheRunAgainAndKeepsSinceWhen) {
  constexpr std::string_view kBefore = R"(
    1000   probes    web Liveness 50/0; web Readiness 50/0
    1000   pods      web since=500
    1010   probes    web Liveness +0/+1; web Readiness +0/+1
    1020   probes    web Liveness +0/+2; web Readiness +0/+2
    1020   pods
  )";
  const PageCase cases[] = {
      {"killed", "1030 pods web id=2 since=1028 restarts=1 ended=Error",
       "web Liveness since=1010\nweb Readiness run=3 since=1010\n"},
      {"killed, and fails on", R"(
        1030 pods    web id=2 since=1028 restarts=1 ended=Error
        1040 probes  web Liveness +0/+1
        1040 pods )",
       "web Liveness run=1 since=1010\nweb Readiness run=3 since=1010\n"},
      {"killed, and the next one has failed twice in the same reading", R"(
        1030 probes  web Liveness +0/+2
        1030 pods    web id=2 since=1022 restarts=1 ended=Error )",
       "web Liveness run=2 since=1010\nweb Readiness run=3 since=1010\n"},
      {"killed, and the next one has passed and failed once", R"(
        1030 probes  web Liveness +1/0
        1040 probes  web Liveness +0/+1
        1040 pods    web id=2 since=1022 restarts=1 ended=Error )",
       "web Liveness run=1 since=1040\nweb Readiness run=3 since=1010\n"},
      {"killed for memory", "1030 pods web id=2 since=1028 restarts=1 ended=OOMKilled",
       "web Liveness run=3 since=1010\nweb Readiness run=3 since=1010\n"},
      {"down", "1030 pods web down",
       "web Liveness run=3 since=1010\nweb Readiness run=3 since=1010\n"},
      {"the kubelet began anew", R"(
        1030 kubelet
        1031 probes  web Readiness 0/1 )",
       "web Liveness since=1010\nweb Readiness run=1 since=1010\n"},
      {"its series is missing", "1030 probes web gone",
       "web Liveness run=3 since=1010\nweb Readiness run=3 since=1010\n"},
      {"a success ends it", "1030 probes web Liveness +1/0; web Readiness +1/0", ""},
  };
  ExpectPages("run since", kBefore, cases);
}

// Three failures kill. Which of them are the ended container's and which the next one's is told by
// when the one ended and the other began.
TEST(Restarts, TheNextContainersRunIsItsOwn) {
  constexpr std::string_view kBefore = R"(
    1000   probes    web Liveness 50/0
    1000   pods      web probes=L since=500
    1010   probes    web Liveness +0/+2
    1010   pods
    1015   probes
  )";
  const PageCase cases[] = {
      {"what goes beyond the threshold", R"(
        1020 probes  web Liveness +0/+3
        1020 pods    web id=2 since=1020 restarts=1 ended=Error@1016 )",
       "web Liveness run=2 failing\n"},
      {"but none from before it began", R"(
        1020 probes  web Liveness +0/+3
        1021 pods    web id=2 since=1021 restarts=1 ended=Error@1016 )",
       "web Liveness failing\n"},
      {"once for each restart", R"(
        1020 probes  web Liveness +0/+5
        1020 pods    web id=2 since=1018 restarts=2 ended=Error@1016 )",
       "web Liveness run=1 failing\n"},
      {"all in a reading from after the other's end", R"(
        1020 probes  web Liveness +0/+3
        1020 pods    web id=2 since=1018 restarts=1 ended=Error@1014 )",
       "web Liveness run=5 acting\n"},  // it was not killed for two failures
      {"but not in one that began in that second", R"(
        1020 probes  web Liveness +0/+3
        1020 pods    web id=2 since=1018 restarts=1 ended=Error@1015 )",
       "web Liveness run=2 failing\n"},
      {"where the kill is from before that reading", R"(
        1016 probes  web Liveness +0/+1
        1019 probes
        1020 probes  web Liveness +0/+3
        1020 pods    web id=2 since=1018 restarts=1 ended=Error@1017 )",
       "web Liveness run=3 acting\n"},
      {"after a success in such a reading all of it", R"(
        1016 probes  web Liveness +0/+1
        1019 probes
        1020 probes  web Liveness +0/+1
        1021 probes  web Liveness +1/0
        1022 probes  web Liveness +0/+1
        1022 pods    web id=2 since=1018 restarts=1 ended=Error@1017 )",
       "web Liveness run=1 failing\n"},
      {"of six beside a success, which may have been the first of all", R"(
        1020 probes  web Liveness +1/+4
        1020 pods    web unready id=2 since=1018 restarts=1 ended=Error@1016 )",
       "web Liveness run=3 acting\n"},
      {"a success that did not end the run", R"(
        1016 probes  web Liveness +1/+1
        1016 pods
        1021 probes  web Liveness +0/+2
        1021 pods
        1030 pods    web id=2 since=1023 restarts=1 ended=Error@1022 )",
       "web Liveness failing\n"},
      {"and it fails itself", R"(
        1016 probes  web Liveness +1/+1
        1016 pods
        1021 probes  web Liveness +0/+2
        1021 pods
        1030 pods    web id=2 since=1023 restarts=1 ended=Error@1022
        1035 probes  web Liveness +0/+1
        1035 pods )",
       "web Liveness run=1 failing\n"},
      {"by a clock that contradicts what was seen nothing is told", R"(
        1020 probes  web Liveness +0/+3
        1020 pods    web id=2 since=1008 restarts=1 ended=Error@1007 )",
       "web Liveness run=2 failing\n"},
  };
  ExpectPages("run state", kBefore, cases);
}

// The kubelet began anew while the container was down for its liveness probe: what comes before the
// next one shows is the next one's.
TEST(Restarts, TheReasonOutlivesTheKubeletAndTheNextContainersSuccess) {
  constexpr std::string_view kBefore = R"(
    1000   probes    web Liveness 50/0
    1000   pods      web probes=L since=500
    1010   probes    web Liveness +0/+3
    1010   pods      web down ended=Error@1009
    1012   kubelet
    1015   probes
    1015   pods
  )";
  const PageCase cases[] = {
      {"nothing comes", "1020 pods web id=2 since=1018 restarts=1", "web restarts liveness:1\n"},
      {"its success", R"(
        1020 probes  web Liveness 1/0
        1020 pods    web id=2 since=1018 restarts=1 )",
       "web restarts liveness:1\n"},
      {"a success from before it began", R"(
        1020 probes  web Liveness 1/0
        1021 pods    web id=2 since=1021 restarts=1 )",
       "web restarts error:1\n"},
      {"a success while the other was still listed", R"(
        1017 probes  web Liveness 1/0
        1017 pods
        1020 pods    web id=2 since=1018 restarts=1 )",
       "web restarts error:1\n"},
      {"a success between two more kubelets while the other was still listed", R"(
        1016 probes  web Liveness 1/0
        1017 kubelet
        1018 probes  web Liveness 1/0
        1019 pods
        1022 pods    web id=2 since=1021 restarts=1 )",
       "web restarts error:1\n"},
      {"its failures, for which it ends, too", R"(
        1020 probes  web Liveness 0/3
        1020 pods    web id=2 since=1016 restarts=1
        1030 pods    web id=3 since=1025 restarts=2 ended=Error@1022 )",
       "web restarts liveness:2\n"},
  };
  ExpectPages("restarts", kBefore, cases);
}

TEST(Restarts, AStartThatIsOverBeforeANewKubeletsFirstResultIsNoReason) {
  constexpr std::string_view kBefore = R"(
    1000   probes    web Startup 1/0
    1000   pods      web probes=SL since=990 starting
    1010   probes    web Startup +0/+3
    1012   kubelet
    1015   probes
  )";
  const PageCase cases[] = {
      {"it has started", R"(
        1015 pods    web started
        1020 probes  web Liveness 5/0
        1030 pods    web id=2 since=1028 restarts=1 ended=Error@1027 starting )",
       "web restarts error:1\n"},
      {"it has not", R"(
        1015 pods
        1030 pods    web id=2 since=1028 restarts=1 ended=Error@1027 )",
       "web restarts startup:1\n"},
  };
  ExpectPages("restarts", kBefore, cases);
}

// Its first container ended before pods showed its id.
TEST(Restarts, AKillIsOneAlsoBeforeItsContainerWasShown) {
  constexpr std::string_view kBefore = R"(
    1000   probes
    1000   pods      web id= down
    1010   probes    web Liveness 0/3; web Readiness 0/3
  )";
  const PageCase cases[] = {
      {"killed", "1020 pods web id=2 since=1015 restarts=1 ended=Error",
       "web Liveness since=1010\nweb Readiness run=3 since=1010\n"},
      {"not killed", "1020 pods web id=1 since=1005",
       "web Liveness run=3 since=1010\nweb Readiness run=3 since=1010\n"},
  };
  ExpectPages("run since", kBefore, cases);
}

// What the counters said before the exporter came.
TEST(Restarts, TheFirstReadingTellsTheHistory) {
  const PageCase cases[] = {
      {"never a success, never restarted: the run is the counter", R"(
        1000 probes  web Readiness 0/5
        1000 pods    web since=900 unready=890 )",
       "web Readiness run=5 since=900\n"},
      {"of liveness, too", R"(
        1000 probes  web Liveness 0/5
        1000 pods    web since=900 unready=890 )",
       "web Liveness run=5 since=900\n"},
      {"never a success, but restarted", R"(
        1000 probes  web Liveness 0/5
        1000 pods    web since=900 restarts=1 unready=890 )",
       "web Liveness since=900\n"},
      {"never a success, and nobody tells whether it was restarted", R"(
        1000 probes  web Liveness 0/5
        1000 pods    web since=900 restarts= unready=890 )",
       "web Liveness since=900\n"},
      {"until somebody does", R"(
        1000 probes  web Liveness 0/5
        1000 pods    web since=900 restarts= unready=890
        1010 pods    web restarts=0 )",
       "web Liveness run=5 since=900\n"},
      {"a start that is over has no run, though another one begins", R"(
        1000 probes  web Startup 0/5
        1000 pods    web since=900 probes=S restarts= started unready=890
        1010 pods    web starting )",
       ""},
      {"as many as kill were no start's, nor are the next container's", R"(
        1000 probes  web Liveness 0/3
        1000 pods    web since=900 unready=890
        1010 pods    web id=2 since=1005 restarts=1 ended=Error@1004
        1015 probes  web Liveness +0/+1
        1015 pods )",
       "web Liveness run=1 since=900\n"},
      {"never a failure either", R"(
        1000 probes  web Readiness 0/0
        1000 pods    web since=900 unready=890 )",
       ""},
      {"readiness that succeeded, and is unready", R"(
        1000 probes  web Readiness 7/5
        1000 pods    web since=900 unready=950 )",
       "web Readiness since=950\n"},
      {"readiness that succeeded, and is unready since nobody knows when", R"(
        1000 probes  web Readiness 7/5
        1000 pods    web since=900 unready )",
       "web Readiness since=1000\n"},
      {"readiness that succeeded, and is unready in a list from before the counters", R"(
         990 kubelet
        1000 pods    web since=900 unready=950
        1010 probes  web Readiness 7/5
        1010 pods    web gone )",
       "web Readiness since=950\n"},
      {"a container that began after a list from before the counters", R"(
         990 kubelet
        1000 pods    web since=900 unready=890
        1010 probes  web Readiness 0/5
        1010 pods    web gone
        1020 pods    web id=2 since=1010 restarts=1 ended=Error@1009 unready=890 )",
       "web Readiness run=5 since=1010\n"},
      {"readiness that succeeded, and is ready", R"(
        1000 probes  web Readiness 7/5
        1000 pods    web since=900 ready=950 )",
       ""},
      {"liveness that succeeded", R"(
        1000 probes  web Liveness 7/5
        1000 pods    web since=900 unready=950 )",
       ""},
      {"readiness that never failed, of an unready container", R"(
        1000 probes  web Readiness 7/0
        1000 pods    web since=900 unready=950 )",
       ""},
      {"pods come later", R"(
        1000 probes  web Readiness 0/5
        1010 probes  web Readiness 0/6
        1012 pods    web since=900 unready=890 )",
       "web Readiness run=6 since=900\n"},
      {"pods come later, from another kubelet process", R"(
        1000 probes  web Readiness 0/5
        1010 kubelet
        1012 probes
        1012 pods    web since=900 unready=890 )",
       "web Readiness since=900\n"},
      {"pods come later, and it has succeeded", R"(
        1000 probes  web Readiness 0/5
        1010 probes  web Readiness 1/5
        1012 pods    web since=900 ready=1010 )",
       ""},
      {"another one that began before, by a clock that is behind", R"(
        1000 probes  web Liveness 0/5
        1000 pods    web since=700 restarts= unready=690
        1010 pods    web id=2 since=950 )",
       "web Liveness since=700\n"},
      {"without pods it has failed since we saw it at the latest", "1000 probes web Readiness 0/5",
       "web Readiness since=1000\n"},
  };
  ExpectPages("run since", "", cases);
}

TEST(Restarts, WithoutPodsARowTellsSinceWhenItFailed) {
  const struct {
    double successful;
    double start;
    std::string_view want;
  } cases[] = {
      {0, 900, "web Readiness since=900\n"},
      {0, 1001, "web Readiness since=1000\n"},  // of the container before
      {1, 900, ""},
  };
  for (const auto& c : cases) {
    Story story;
    story.At(1000).Probes({{.successful = c.successful, .failed = 5}});
    story.At(1005).ContainerStart("web", c.start);
    EXPECT_EQ(story.Page("run since"), c.want) << c.successful << " " << c.start;
  }
}

}  // namespace
}  // namespace podprobe
