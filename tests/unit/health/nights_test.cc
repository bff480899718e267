// The nights in which the exporter must say the right thing: each is told as a timeline, and
// what its page says at some of its times. Probes run every 10 s, with a threshold of 3.

#include <gtest/gtest.h>

#include <string_view>

#include "tests/unit/health/page_cases.h"
#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

// Counters show at once; that late ones are born at zero has its own tests.
const EngineOptions kOptions = {.born_at_zero_seconds = 0};

TEST(Nights, ARolloutWithFortySecondsOfWarmUp) {
  Story story(kOptions);
  story.Tell(R"(
    1000..1030/10  probes   old Readiness +1/0
    1000           pods     old probes=R owner=web begun=890 since=890 ready=900
    1010           pods     new probes=R owner=web begun=1008 since=1010 unready=1008
    1020..1030/10  probes   new Readiness 0/+1
    1020..1030/10  pods
    1030           resource
  )");
  EXPECT_EQ(story.Page("@new Readiness counts run state since forecast causes"),
            "new (statefulset web) Readiness startup 2/2 steady 0/0 startup:2 run=2 initializing "
            "since=1020\n");
  story.Tell(R"(
    1040..1050/10  probes   new Readiness 0/+1; old Readiness +1/0
    1040..1050/10  pods
  )");
  EXPECT_EQ(story.Page("@new Readiness counts run state since forecast causes"),
            "new (statefulset web) Readiness startup 4/4 steady 0/0 startup:4 run=4 acting "
            "since=1020\n");
  story.Tell(R"(
    1060..1070/10  probes   old Readiness +1/0
    1060..1200/10  probes   new Readiness +1/0
    1060..1200/10  pods
    1060           pods     new ready=1052
    1060..1200/30  resource
    1070           pods     old deleted
    1080..1090/10  probes   old Readiness +0/+1
    1100           probes   old gone
    1100           pods     old gone
  )");
  EXPECT_EQ(story.Page("Readiness counts run state causes restarts unready workloads incident"),
            "new (statefulset web) Readiness startup 4/4 steady 15/0 startup:4\n"
            "old (statefulset web) Readiness steady 7/0 terminating 2/2 terminating:2\n"
            "new unready 0/0\n"
            "old unready 0/0\n"
            "node workloads 0/1\n"
            "node incident 0\n");
}

TEST(Nights, ReadinessFlapsEveryMinute) {
  // Its readiness fails from 70 on; the third failure makes it unready.
  constexpr std::string_view kTwoMinutes = R"(
    10..60/10   probes    web Readiness +1/0
    70..120/10  probes    web Readiness +0/+1
    10..120/10  pods
    10          pods      web ready=10
    90          pods      web unready=90
    30..120/30  resource
  )";
  Story story(kOptions);
  story.Tell(R"(
    1000  probes  web Readiness 50/0
          pods    web probes=R begun=500 since=500 ready=1010
  )");
  story.Tell(kTwoMinutes, 1000);
  EXPECT_EQ(story.Page("Readiness counts run state since success unready"),
            "web Readiness steady 12/6 run=6 acting since=1070 success=1060\n"
            "web unready 1/30\n");
  story.Tell(kTwoMinutes, 1120);
  story.Tell(kTwoMinutes, 1240);
  EXPECT_EQ(story.Page("Readiness counts ratios causes run state since success unready workloads"),
            "web Readiness steady 36/18 r5m=0.4 unexplained:18 run=6 acting since=1310 "
            "success=1300\n"
            "web unready 3/110\n"
            "node workloads 1/1\n");
  // Twice it failed and was not yet unready.
  story.Tell(R"(
    10..60/10  probes  web Readiness +1/0
    70..80/10  probes  web Readiness +0/+1
    10..80/10  pods
    10         pods    web ready=10
    30         resource
  )",
             1360);
  EXPECT_EQ(story.Page("Readiness run state forecast"),
            "web Readiness run=2 failing unready_in=10\n");
}

TEST(Nights, LivenessFailsIntoACrashLoop) {
  Story story(kOptions);
  story.Tell(R"(
    1000           probes    web Liveness 50/0
    1000           pods      web probes=L begun=500 since=500 ready=510
    1010..1020/10  probes    web Liveness +0/+1
    1010..1020/10  pods
    1020           resource
  )");
  EXPECT_EQ(story.Page("Liveness counts causes run state since success forecast restarts"),
            "web Liveness steady 2/2 unexplained:2 run=2 failing since=1010 restart_in=10\n");
  story.Tell(R"(
    1030           probes    web Liveness +0/+1
    1030           pods
  )");
  EXPECT_EQ(story.Page("Liveness counts run state since forecast restarts"),
            "web Liveness steady 3/3 run=3 acting since=1010 restart_in=0\n");
  story.Tell(R"(
    1040           pods      web id=2 since=1035 restarts=1 ended=Error@1034
    1050..1070/10  probes    web Liveness +0/+1
    1050..1070/10  pods
    1050           resource
  )");
  EXPECT_EQ(story.Page("Liveness counts run state since restarts workloads"),
            "web Liveness steady 6/6 run=3 acting since=1010\n"
            "web restarts liveness:1\n"
            "node workloads 1/1\n");
  // It is down until the kubelet tries again, at first for 20 s.
  story.Tell(R"(
    1080           pods      web down ended=Error@1074
    1080           resource
    1080..1090/10  probes
    1090           pods
  )");
  EXPECT_EQ(story.Page("Liveness run state since forecast restarts"),
            "web Liveness run=3 not_running since=1010\n"
            "web restarts liveness:1\n");
  story.Tell(R"(
    1100           pods      web id=3 since=1095 restarts=2
    1110..1130/10  probes    web Liveness +0/+1
    1110..1130/10  pods
    1110           resource
    1140..1180/10  probes
    1140           pods      web down ended=Error@1134
    1150..1180/10  pods
    1140..1180/20  resource
  )");
  EXPECT_EQ(story.Page("Liveness counts ratios causes state since restarts workloads"),
            "web Liveness steady 9/9 r5m=0 unexplained:9 not_running since=1010\n"
            "web restarts liveness:2\n"
            "node workloads 1/1\n");
}

// Its readiness probe asks a port where nothing listens. The exporter is restarted at 2000.
TEST(Nights, APodIsNeverReadyForABadSettingAndTheExporterIsRestartedInTheMiddleOfIt) {
  Story story(kOptions);
  story.Tell(R"(
     990           probes
     990           pods      web probes=R begun=1000 down unready=1000
    1010..1990/10  probes    web Readiness 0/+1
    1010..1990/10  pods
    1010           pods      web since=1005
    1010..1990/30  resource
    1300           look
  )");
  EXPECT_EQ(story.Page("Readiness counts ratios causes run state since success forecast unready"),
            "web Readiness startup 30/30 steady 69/69 r5m=0 startup:30 unexplained:69 run=99 "
            "acting since=1010\n"
            "web unready 0/690\n");
  story.Tell(R"(
    2000           exporter
    2000           probes    web Readiness 0/+1
    2000           pods
  )");
  EXPECT_EQ(story.Page("Readiness counts run state since success causes unready"),
            "web Readiness steady 0/0 run=100 acting since=1005\n"
            "web unready 0/0\n");
  story.Tell(R"(
    2010..2200/10  probes    web Readiness 0/+1
    2010..2200/10  pods
    2010..2200/30  resource
  )");
  EXPECT_EQ(story.Page("Readiness counts ratios causes run state since success unready"),
            "web Readiness steady 20/20 r5m=0 unexplained:20 run=120 acting since=1005\n"
            "web unready 0/200\n");
}

TEST(Nights, TheKubeletIsRestarted) {
  Story story(kOptions);
  story.Tell(R"(
    1000..1090/10  probes    web Readiness +1/0; db Readiness +1/0; db Liveness +1/0
    1000..1090/10  pods      web probes=R begun=500 since=500 ready=510; db begun=500 since=500 ready=510
    1000..1090/30  resource
    1100           kubelet
    1102           probes    web Readiness 0/1
    1103           pods      web unready=1101; db gone
  )");
  // What its first pages lack is not gone.
  EXPECT_EQ(story.Page("states unready"),
            "db unready 0/0\n"
            "web unready 0/0\n"
            "node Liveness passing=1\n"
            "node Readiness passing=1 failing=1\n");
  story.Tell(R"(
    1112           probes    db Readiness 1/1
    1113           pods      web ready=1111; db begun=500 since=500 unready=1102
    1122           probes    web Readiness +1/0; db Readiness +1/0; db Liveness +1/0
    1123           pods      db ready=1112
    1130..1250/10  probes    web Readiness +1/0; db Readiness +1/0; db Liveness +1/0
    1130..1250/10  pods
    1130..1250/30  resource
  )");
  EXPECT_EQ(story.Page("counts causes run state restarts unready states incident kubelet"),
            "db Liveness steady 23/0\n"
            "db Readiness steady 25/1 kubelet_restart:1\n"
            "web Readiness steady 24/1 kubelet_restart:1\n"
            "db unready 0/0\n"
            "web unready 0/0\n"
            "node Liveness passing=1\n"
            "node Readiness passing=2\n"
            "node incident 0\n"
            "kubelet restarts 1\n");
}

TEST(Nights, AnIncidentEndsInASilenceBeforeTheNextFailures) {
  // The fifth to fail did so at 1010, and too long ago at 1130. Five minutes after that it is over,
  // though four of the five fail again when the next page is read.
  constexpr std::string_view kBefore = R"(
    1000   probes  w1..9 Readiness +1/0
    1000   pods    w1..9 probes=R begun=500 since=500 ready=510
    1010   probes  w1..5 Readiness +0/+1
    1010   pods
    1030   probes  w5 Readiness +0/+1
    1030   pods
  )";
  const PageCase cases[] = {
      {"still on", R"(
        1429.9 probes  w1..4 Readiness +0/+1
        1429.9 pods )",
       "w1 Readiness node_wide:2\nnode incident 1\n"},
      {"over", R"(
        1430   probes  w1..4 Readiness +0/+1
        1430   pods )",
       "w1 Readiness node_wide:1 unexplained:1\nnode incident 0\n"},
  };
  ExpectPages("@w1 causes incident", kBefore, cases);
}

TEST(Nights, TheCpuIsStarvedAndThirtyOfSixtyWorkloadsFail) {
  Story story(kOptions);
  story.Tell(R"(
    1000..1090/10  probes    w1..60 Readiness +1/0
    1000..1090/10  pods      w1..60 probes=R begun=500 since=500 ready=510
    1030..1090/30  cadvisor  w1..60 cpu=+1
  )");
  EXPECT_EQ(story.Page("workloads incident"), "node workloads 0/60\nnode incident 0\n");
  // Four are the first to fail; that alone is no incident.
  story.Tell(R"(
    1095           cadvisor  w1..60 cpu=+2.5
    1100           probes    w1..4 Readiness +0/+1; w5..60 Readiness +1/0
    1100           pods
  )");
  EXPECT_EQ(story.Page("state since causes evidence workloads incident"),
            "w1 Readiness cpu_pressure:1 failing since=1100 cpu_pressure=0.5\n"
            "w2 Readiness cpu_pressure:1 failing since=1100 cpu_pressure=0.5\n"
            "w3 Readiness cpu_pressure:1 failing since=1100 cpu_pressure=0.5\n"
            "w4 Readiness cpu_pressure:1 failing since=1100 cpu_pressure=0.5\n"
            "node workloads 4/60\n"
            "node incident 0\n");
  story.Tell(R"(
    1105           cadvisor  w1..60 cpu=+5
    1110..1400/10  probes    w1..30 Readiness +0/+1; w31..60 Readiness +1/0
    1110..1400/10  pods
    1120           pods      w1..4 unready=1120
    1130           pods      w5..30 unready=1130
    1115..1400/10  cadvisor  w1..60 cpu=+5
  )");
  EXPECT_EQ(story.Page("@w1 @w30 @w60 counts causes state since unready workloads incident"),
            "w1 Readiness steady 40/31 node_wide:30 cpu_pressure:1 acting since=1100\n"
            "w30 Readiness steady 40/30 node_wide:30 acting since=1110\n"
            "w60 Readiness steady 40/0\n"
            "w1 unready 1/280\n"
            "w30 unready 1/270\n"
            "w60 unready 0/0\n"
            "node workloads 30/60\n"
            "node incident 1\n");
  // All pass again. The last failures are two minutes old at 1520, and five minutes after that
  // it is over; that one workload goes on to fail does not keep it up.
  story.Tell(R"(
    1410..1819/10  probes    w1 Readiness +0/+1; w2..60 Readiness +1/0
    1410..1819/10  pods
    1410           pods      w2..30 ready=1410
    1519           look
    1819.9         look
  )");
  EXPECT_EQ(story.Page("workloads incident"), "node workloads 1/60\nnode incident 1\n");
  EXPECT_EQ(story.Tell("1820 look").Page("workloads incident"),
            "node workloads 1/60\nnode incident 0\n");
  story.Tell(R"(
    1825           probes    w1 Readiness +0/+1; w2..60 Readiness +1/0
    1825           pods
  )");
  EXPECT_EQ(story.Page("@w1 causes"), "w1 Readiness node_wide:71 cpu_pressure:1 unexplained:1\n");
}

}  // namespace
}  // namespace podprobe
