// In which state a probe is, and what is forecast of it, on the edges of the rules.

#include <gtest/gtest.h>

#include <string_view>

#include "exporter/health/engine.h"
#include "exporter/health/judgement.h"
#include "tests/unit/health/page_cases.h"
#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

TEST(Condition, IsTheFirstThatHolds) {
  // Its liveness began to fail at 1010; readiness and startup pass.
  constexpr std::string_view kBefore = R"(
    1000   probes    web Liveness 50/0; web Readiness 50/0; web Startup 5/0
    1000   pods      web probes=RLS started begun=500 since=500 ready=510
    1010   probes    web Liveness +0/+1; web Readiness +1/0
  )";
  const PageCase cases[] = {
      {"failing", "1011 pods", "web Liveness failing\n"},
      {"one below the threshold", R"(
        1020 probes  web Liveness +0/+1
        1021 pods )",
       "web Liveness failing\n"},
      {"at the threshold", R"(
        1020 probes  web Liveness +0/+2
        1021 pods )",
       "web Liveness acting\n"},
      {"past it", R"(
        1020 probes  web Liveness +0/+3
        1021 pods )",
       "web Liveness acting\n"},
      {"not running comes before acting", R"(
        1020 probes  web Liveness +0/+2
        1021 pods    web down )",
       "web Liveness not_running\nweb Readiness not_running\nweb Startup not_running\n"},
      {"a success ends it", R"(
        1020 probes  web Liveness +1/0
        1021 pods )",
       ""},
      {"a threshold that was lowered", "1011 pods web threshold=1", "web Liveness acting\n"},
  };
  ExpectPages("state", kBefore, cases);
}

TEST(Condition, AContainerThatStartsIsInitializing) {
  const PageCase cases[] = {
      {"before its first result", "1010 pods web since=1005 unready",
       "web Liveness initializing\nweb Readiness initializing\n"},
      {"after its first failure", R"(
        1010 pods    web since=1005 unready
        1020 probes  web Readiness 0/1
        1021 pods )",
       "web Liveness initializing\nweb Readiness initializing\n"},
      {"its first failure still waits for pods", R"(
        1010 pods    web since=1005 unready
        1020 probes  web Readiness 0/1 )",
       "web Liveness initializing\nweb Readiness initializing\n"},
      {"its first success still waits for pods", R"(
        1010 pods    web since=1005 unready
        1020 probes  web Readiness 1/0 )",
       "web Liveness initializing\n"},
      {"at the threshold it is acting", R"(
        1010 pods    web since=1005 unready
        1020 probes  web Readiness 0/3
        1021 pods )",
       "web Liveness initializing\nweb Readiness acting\n"},
      {"after its first success", R"(
        1010 pods    web since=1005 unready
        1020 probes  web Readiness 1/0
        1021 pods    web ready )",
       "web Liveness initializing\n"},
      {"at the end of its grace", R"(
        1010 pods    web since=1005 unready
        1285..1300/5 probes  web Readiness 1/0; web Liveness 0/1
        1300 pods    web unready
        1305 look )",
       "web Liveness initializing\n"},
      {"after its grace", R"(
        1010 pods    web since=1005 unready
        1285..1300/5 probes  web Readiness 1/0; web Liveness 0/1
        1300 pods    web unready
        1305.1 look )",
       "web Liveness failing\n"},
      {"not in a crash loop", R"(
        1010 pods    web id=1 since=1005 unready
        1020 probes  web Readiness 1/0; web Liveness 0/3
        1025 pods    web id=2 since=1024 restarts=1 ended=Error
        1030 probes  web Liveness 0/+1
        1031 pods )",
       "web Liveness failing\nweb Readiness initializing\n"},
  };
  ExpectPages("state", "1000 probes\n 1000 pods web since=990 down id= unready", cases);
}

TEST(Condition, AStartupProbeIsThereUntilTheStartIsOver) {
  constexpr std::string_view kBefore = R"(
    1000   probes
    1000   pods      web probes=S starting begun=990 down id= unready
    1010   pods      web since=1005 id=1
  )";
  const PageCase cases[] = {
      {"no failure yet", "1011 look", "web Startup initializing budget=0.2\n"},
      {"failing", R"(
        1020 probes  web Startup 0/2
        1021 pods )",
       "web Startup run=2 initializing restart_in=9 budget=0.5333333333\n"},
      {"at the threshold", R"(
        1035 probes  web Startup 0/3
        1035 pods )",
       "web Startup run=3 acting restart_in=0 budget=1\n"},
      {"the budget is no more than used up", R"(
        1035 probes  web Startup 0/2
        1040 pods )",
       "web Startup run=2 initializing restart_in=5 budget=1\n"},
      {"started", R"(
        1020 probes  web Startup 1/1
        1021 pods    web started ready )",
       ""},
      {"started, and its last success was not read yet", R"(
        1020 probes  web Startup 0/1
        1021 pods    web started )",
       ""},
      {"pods have fallen silent since then", R"(
        1020 probes  web Startup 1/1
        1021 pods    web started unready
        1070..1090/10 probes )",
       ""},
      {"its last failure was read with them", R"(
        1020 probes  web Startup 0/1
        1020 pods    web started unready
        1070..1090/10 probes )",
       ""},
      {"its last failure was read just after them", R"(
        1020 pods    web started unready
        1020.1 probes  web Startup 0/1
        1070..1090/10 probes )",
       "web Startup run=1 initializing\n"},
      {"and a failure tells of another container", R"(
        1020 probes  web Startup 1/1
        1021 pods    web started unready
        1070..1080/10 probes
        1090 probes  web Startup +0/+1 )",
       "web Startup run=1 failing\n"},
  };
  ExpectPages("run state forecast budget", kBefore, cases);
}

// Its probes run every 10 s with a time-out of 1 s, and are read every 5 s: stalled after
// 3 * 10 + 3 * 1 + 5 s. The last attempt of its readiness is read at 1010.
TEST(Condition, AProbeThatShouldRunAndDoesNotIsStalled) {
  constexpr std::string_view kBefore = R"(
    1000   probes   web Readiness 50/0
    1000   pods     web probes=R begun=500 since=500 ready=510
    1010   probes   web Readiness +1/0
    1010   pods
  )";
  const PageCase cases[] = {
      {"just before", R"(
        1015..1045/5 probes
        1047 probes
        1047.9 probes )",
       ""},
      {"just then", R"(
        1015..1045/5 probes
        1048 probes )",
       "web Readiness stalled\n"},
      {"it is known by a reading only", R"(
        1015..1045/5 probes
        1049 look )",
       ""},
      {"an attempt ends it", R"(
        1015..1050/5 probes
        1055 probes web Readiness +1/0 )",
       ""},
      {"a failure does so, too", R"(
        1015..1050/5 probes
        1055 probes web Readiness +0/+1 )",
       "web Readiness failing\n"},
      {"so does an unknown result", R"(
        1015..1050/5 probes
        1055 probes web Readiness +0/+0/+1 )",
       ""},
      {"its clock begins anew with the kubelet's process", R"(
        1015..1040/5 probes
        1042 kubelet
        1044 pods
        1045 probes web Readiness 0/0
        1046..1082/4 probes )",
       ""},
      {"and ends after that", R"(
        1015..1040/5 probes
        1042 kubelet
        1044 pods
        1045 probes web Readiness 0/0
        1047..1083/4 probes )",
       "web Readiness stalled\n"},
      {"its clock begins anew with a container", R"(
        1015..1040/5 probes
        1041 pods   web id=2 since=1041 restarts=1 ended=Error
        1045..1080/5 probes )",
       "web Readiness initializing\n"},
      {"and ends after that", R"(
        1015..1040/5 probes
        1041 pods   web id=2 since=1041 restarts=1 ended=Error
        1045..1080/5 probes
        1083 probes )",
       "web Readiness stalled\n"},
      {"its clock stands still across failed readings", R"(
        1015..1040/5 probes
        1043 probes fail
        1046..1053/1 probes )",
       ""},
      {"and goes on after them", R"(
        1015..1040/5 probes
        1043 probes fail
        1046..1054/1 probes )",
       "web Readiness stalled\n"},
      {"a bad line of another probe changes nothing", R"(
        1015..1045/5 probes  bad
        1047.9 probes  bad )",
       ""},
      {"and it ends then, too", R"(
        1015..1045/5 probes  bad
        1048 probes  bad )",
       "web Readiness stalled\n"},
      {"of what no page has shown yet the line may be bad", R"(
        1011 pods    web probes=RL
        1015..1065/5 probes  bad; web Readiness +1/0 )",
       ""},
      {"or it is not run", R"(
        1011 pods    web probes=RL
        1015..1065/5 probes  web Readiness +1/0 )",
       "web Liveness stalled\n"},
      {"while the bad line may be its own nobody knows", R"(
        1015..1040/5 probes
        1043 probes  web gone; bad
        1046..1050/1 probes  web Readiness 51/0 )",
       ""},
      {"the same of its failures", R"(
        1012 probes  web Readiness +0/+1
        1015..1045/5 probes
        1047 probes  web Readiness 51/0; bad
        1049..1051/1 probes  web Readiness 51/1 )",
       "web Readiness failing\n"},
      {"until it is read again", R"(
        1012 probes  web Readiness +0/+1
        1015..1045/5 probes
        1047 probes  web Readiness 51/0; bad
        1049..1052/1 probes  web Readiness 51/1 )",
       "web Readiness stalled\n"},
      {"a container that does not run has no stalled probe", R"(
        1015..1040/5 probes
        1041 pods   web down
        1045..1055/5 probes )",
       "web Readiness not_running\n"},
      {"a pod that terminates has none", R"(
        1015..1040/5 probes
        1041 pods   web deleted
        1045..1055/5 probes )",
       ""},
      {"while pods are not silent", R"(
        1015..1065/5 probes
        1069.9 look )",
       "web Readiness stalled\n"},
      {"without pods nobody knows", R"(
        1015..1065/5 probes
        1070 look )",
       ""},
      {"a longer period", R"(
        1011 pods   web period=11
        1015..1050/5 probes )",
       ""},
      {"is waited for three times", R"(
        1011 pods   web period=11
        1015..1050/5 probes
        1051 probes )",
       "web Readiness stalled\n"},
  };
  ExpectPages("state", kBefore, cases);
}

TEST(Condition, BeforeItsInitialDelayAProbeIsNotStalled) {
  constexpr std::string_view kBefore = R"(
    1000..1010/5   probes
    1010           pods     web probes=R delay=60 begun=1000 since=1010 unready=1000
    1015..1065/5   probes
    1060           pods
  )";
  const PageCase cases[] = {
      {"it was due from 1070 on: 35 s", R"(
        1070..1105/5 probes
        1100 pods )",
       "web Readiness initializing\n"},
      {"38 s", R"(
        1070..1105/5 probes
        1100 pods
        1108 probes )",
       "web Readiness stalled\n"},
  };
  ExpectPages("state", kBefore, cases);
}

TEST(Condition, AProbeThatActsOrIsNotTheOneToRunIsNotStalled) {
  const PageCase cases[] = {
      {"a liveness probe that acts", R"(
        1000 probes  web Liveness 5/0
        1000 pods    web probes=L since=500
        1010 probes  web Liveness +0/+3
        1015..1060/5 probes
        1060 pods )",
       "web Liveness acting\n"},
      {"until it has started only the startup probe runs", R"(
        1000 probes
        1000 pods    web probes=RLS starting since=900 unready
        1005..1060/5 probes
        1050 pods )",
       "web Liveness initializing\nweb Readiness initializing\nweb Startup stalled\n"},
      {"then the others do", R"(
        1000 probes
        1000 pods    web probes=RLS started since=500 unready
        1005..1060/5 probes
        1050 pods )",
       "web Liveness stalled\nweb Readiness stalled\n"},
      {"without pods nothing is", R"(
        1000 probes  web Liveness 5/0
        1005..1060/5 probes )",
       ""},
  };
  ExpectPages("state", "", cases);
}

// resource is read at 1010 and says that web runs.
TEST(Condition, RowsSayWhatRunsUnlessTheStatusTellsOfALaterEvent) {
  constexpr std::string_view kBefore = R"(
    1000   probes    web Readiness 50/0
    1000   pods      web probes=R begun=500 since=500 ready=510
    1010   resource
  )";
  const PageCase cases[] = {
      {"both say that it runs", "1011 pods", ""},
      {"the status lags behind: the row decides", "1011 pods web down", ""},
      {"it ended after the row", "1012 pods web down ended=Error@1010.1",
       "web Readiness not_running\n"},
      {"it ended with the row", "1012 pods web down ended=Error@1010", ""},
      {"no row: it does not run", "1020 resource web gone", "web Readiness not_running\n"},
      {"no row, and it began after that", R"(
        1020 resource web gone
        1025 pods     web id=2 since=1020.1 )",
       "web Readiness initializing\n"},
      {"no row, and it began with that", R"(
        1020 resource web gone
        1025 pods     web id=2 since=1020 )",
       "web Readiness not_running\n"},
      {"the row is too old: the status decides", R"(
        1060..1090/15 pods
        1060..1090/15 probes
        1095 pods     web down
        1100 look )",
       "web Readiness not_running\n"},
      {"the row is not yet too old", R"(
        1060..1090/15 pods
        1060..1090/15 probes
        1095 pods     web down
        1099.9 look )",
       ""},
      {"cadvisor says so as well", "1020 cadvisor web gone", "web Readiness not_running\n"},
      {"the later of both counts", R"(
        1020 cadvisor web gone
        1021 resource )",
       ""},
  };
  ExpectPages("state", kBefore, cases);
}

// What failed before the exporter came, and since then before /pods told the threshold.
TEST(Condition, AThresholdThatWasReachedBeforePodsCameIsOne) {
  constexpr std::string_view kBefore = "1000 probes web Liveness 0/1";
  const PageCase cases[] = {
      {"not yet", R"(
        1010 probes  web Liveness 0/4
        1012 pods    web since=900 threshold=5
        1015 kubelet
        1020 probes )",
       "web Liveness initializing\nweb Readiness initializing\n"},
      {"just then", R"(
        1010 probes  web Liveness 0/5
        1012 pods    web since=900 threshold=5
        1015 kubelet
        1020 probes )",
       "web Liveness failing\nweb Readiness initializing\n"},
      {"not yet: the default of three is no setting", R"(
        1010 probes  web Liveness 0/4
        1012 pods    web since=900 threshold=4 restarts=1
        1015 kubelet
        1020 probes )",
       "web Liveness initializing\nweb Readiness initializing\n"},
      {"just then, in a container that is not the pod's first", R"(
        1010 probes  web Liveness 0/5
        1012 pods    web since=900 threshold=4 restarts=1
        1015 kubelet
        1020 probes )",
       "web Liveness failing\nweb Readiness initializing\n"},
      {"also where it is raised later", R"(
        1010 probes  web Liveness 0/5
        1012 pods    web since=900 threshold=4 restarts=1
        1013 pods    web threshold=9
        1015 kubelet
        1020 probes )",
       "web Liveness failing\nweb Readiness initializing\n"},
      {"not since a success", R"(
        1010 probes  web Liveness 0/5
        1011 probes  web Liveness 1/5
        1012 probes  web Liveness 1/6
        1013 pods    web since=1011.5 threshold=4 restarts=1
        1015 kubelet
        1020 probes )",
       "web Liveness initializing\nweb Readiness initializing\n"},
  };
  ExpectPages("state", kBefore, cases);
}

// It began after that, and /pods tells nothing of it yet.
TEST(Condition, ASuccessOfTheContainerBeforeEndsTheThresholdAlsoWhileItWaits) {
  const struct {
    double successes;
    const char* want;
  } cases[] = {
      {0, "web Liveness acting\n"},
      {1, "web Liveness initializing\n"},
  };
  for (const auto& c : cases) {
    Story story;
    const ListedPod waiting = {
        .container_id = "", .running_since = -1, .ready = false, .probes = "L"};
    story.At(1000).Probes({}).Pods({waiting});
    story.At(1010).Probes({{.probe_type = "Liveness", .failed = 3}});
    story.At(1011).Pods({waiting});
    story.At(1020).Probes({{.probe_type = "Liveness", .successful = c.successes, .failed = 3}});
    story.At(1022).ContainerStart("web", 1021);
    EXPECT_EQ(story.Page("state"), c.want) << c.successes;
  }
}

// What follows from a status that is contradicted for more than 30 s is absent.
TEST(Condition, AStatusThatIsContradictedForLongIsStale) {
  constexpr std::string_view kBefore = R"(
    1000           probes    web Readiness 50/0
    1000           pods      web probes=R begun=500 since=500 ready=510
    1010           resource  web gone
    1011           probes    web Readiness +0/+1
    1011..1031/10  pods
    1035           probes    web Readiness +0/+1
    1035           resource  web gone
  )";
  const PageCase cases[] = {
      {"for 30 s", "1040 look", "web Readiness not_running\nnode stale 0\n"},
      {"for longer", "1040.1 look", "web Readiness not_running\nnode stale 1\n"},
      {"until the rows agree", R"(
        1041 resource
        1042 look )",
       "web Readiness failing unready_in=3\nnode stale 0\n"},
      {"until the status agrees", "1041 pods web down unready",
       "web Readiness not_running\nnode stale 0\n"},
      {"until the row may be what could not be read", R"(
        1041 resource  web gone; bad
        1042 look )",
       "web Readiness failing unready_in=3\nnode stale 0\n"},
      {"a bad line beside its row is none of its", R"(
        1041 pods      web down unready
        1042 resource  bad
        1043 look )",
       "web Readiness not_running\nnode stale 0\n"},
      {"not in a pod that terminates", "1041 pods web deleted", "node stale 0\n"},
      {"not by a status that the last /pods lacks: it fills up", R"(
        1041 kubelet
        1042 probes
        1043 pods     web gone
        1046 kubelet
        1047 probes
        1047 resource web gone
        1080 look )",
       "web Readiness not_running\nnode stale 0\n"},
      {"as long as the rows speak", R"(
        1090 pods
        1120 probes
        1124.9 look )",
       "web Readiness not_running\nnode stale 1\n"},
      {"until they are too old", R"(
        1090 pods
        1120 probes
        1125 look )",
       "web Readiness failing unready_in=0\nnode stale 0\n"},
  };
  ExpectPages("state forecast stale", kBefore, cases);
}

TEST(Condition, EachContainersStatusIsContradictedForItsOwnTime) {
  const auto row = [](std::string_view container) {
    return ContainersReading{
        .rows = {{.pod_namespace = "shop", .pod = "web", .container = SharedText(container)}}};
  };
  const auto at = [](double seconds) {
    const Instant now = {.unix_seconds = seconds, .steady_seconds = seconds};
    return ReadingTimes{.begun = now, .ended = now};
  };
  Engine engine({});
  PodList list;
  Pod& pod = list.pods.emplace_back();
  pod.pod_namespace = "shop";
  pod.name = "web";
  pod.uid = "web-uid";
  pod.phase = "Running";
  for (const char* name : {"app", "proxy"}) pod.containers.emplace_back().name = name;
  engine.OnPods(list, at(1000));
  // Neither runs, by /pods.
  engine.OnResource(row("app"), at(1000));
  engine.OnResource(row("proxy"), at(1020));
  engine.OnPods(list, at(1031));
  EXPECT_EQ(PageText(engine.TakeSnapshot(at(1031).ended), "stale"), "node stale 0\n");
  engine.OnPods(list, at(1051));
  EXPECT_EQ(PageText(engine.TakeSnapshot(at(1051).ended), "stale"), "node stale 1\n");
}

TEST(Condition, OfAStaleStatusItIsNotKnownWhichOfTwoResultsCameLast) {
  constexpr std::string_view kBefore = R"(
    1000  probes    web Readiness 50/0
    1000  pods      web probes=R since=500 ready=510
    1010  resource  web gone
  )";
  const PageCase cases[] = {
      {"contradicted for 30 s", R"(
        1040  probes  web Readiness +1/+1
        1040  pods    web unready )",
       "web Readiness run=1\n"},
      {"for longer", R"(
        1040.1  probes  web Readiness +1/+1
        1040.1  pods    web unready )",
       ""},
  };
  ExpectPages("run", kBefore, cases);
}

TEST(Condition, AForecastCountsDownToTheThreshold) {
  constexpr std::string_view kBefore = R"(
    1000   probes    web Readiness 50/0; web Liveness 50/0
    1000   pods      web begun=500 since=500 ready=510
    1010   probes    web Readiness +0/+1; web Liveness +0/+1
    1010   pods
  )";
  const PageCase cases[] = {
      {"just failed", "1010 look", "web Liveness restart_in=20\nweb Readiness unready_in=20\n"},
      {"5 s ago", "1015 look", "web Liveness restart_in=15\nweb Readiness unready_in=15\n"},
      {"never below 0", "1031 look", "web Liveness restart_in=0\nweb Readiness unready_in=0\n"},
      {"one more failure", R"(
        1020 probes  web Liveness +0/+1
        1021 look )",
       "web Liveness restart_in=9\nweb Readiness unready_in=9\n"},
      {"an unknown result is no failure", R"(
        1020 probes  web Liveness +0/+0/+1; web Readiness +0/+0/+1
        1020 look )",
       "web Liveness restart_in=10\nweb Readiness unready_in=10\n"},
      {"already unready", "1015 pods web unready=1014", "web Liveness restart_in=15\n"},
      {"not running", "1015 pods web down", ""},
      {"passing again", "1020 probes web Liveness +1/0", "web Readiness unready_in=10\n"},
      {"pods are silent", R"(
        1060 probes
        1070 look )",
       ""},
      {"and just not", R"(
        1060 probes
        1069.9 look )",
       "web Liveness restart_in=0\nweb Readiness unready_in=0\n"},
  };
  ExpectPages("forecast", kBefore, cases);
}

}  // namespace
}  // namespace podprobe
