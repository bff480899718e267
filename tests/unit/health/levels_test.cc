// What is served at which level and detail, and what it costs.

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "exporter/health/series_limit.h"
#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// Two pods of one workload, of which one fails its liveness and is restarted, and one pod of
// another workload.
constexpr std::string_view kTimeline = R"(
  1000           probes    a Readiness 9/0; a Liveness 9/0; b Readiness 9/0; c Readiness 9/0
  1000           pods      a owner=web since=500 ready=510; b owner=web probes=R since=500 ready=510
                 pods      c owner=db probes=R since=500 ready=510 timeout=10
  1010..1290/10  probes    a Readiness +1/0; b Readiness +1/0; c Readiness +1/0
  1010..1030/10  probes    a Liveness +0/+1
  1010..1290/10  pods
  1000..1290/30  resource
  1050           pods      a id=2 since=1045 restarts=1 ended=Error@1040 unready=1045
  1060           pods      a ready=1055
  1060..1290/10  probes    a Liveness +1/0
)";

std::string PageAt(const EngineOptions& options, std::string_view what) {
  return Story(options).Tell(kTimeline).Page(what);
}

constexpr std::string_view kAll =
    "counts ratios near headroom run state since causes evidence settings restarts unready "
    "findings workloads incident";

TEST(Levels, APodServesItsOwn) {
  EXPECT_EQ(PageAt({.born_at_zero_seconds = 0}, kAll),
            "a (statefulset web) Liveness steady 27/3 r5m=0.8888888889 unexplained:3\n"
            "a (statefulset web) Readiness steady 29/0 r5m=1\n"
            "b (statefulset web) Readiness steady 29/0 r5m=1\n"
            "c (statefulset db) Readiness steady 29/0 r5m=1\n"
            "a restarts liveness:1\n"
            "a unready 1/10\n"
            "b unready 0/0\n"
            "c unready 0/0\n"
            "finding Readiness timeout_not_below_period\n"
            "node workloads 0/2\n"
            "node incident 0\n");
}

TEST(Levels, AWorkloadAddsUpItsPodsAndHasNoSeriesOfContainers) {
  const EngineOptions options = {.born_at_zero_seconds = 0, .level = ServedLevel::kWorkload};
  EXPECT_EQ(PageAt(options, kAll),
            "(statefulset db) Readiness steady 29/0 r5m=1\n"
            "(statefulset web) Liveness steady 27/3 r5m=0.8888888889 unexplained:3\n"
            "(statefulset web) Readiness steady 58/0 r5m=1\n"
            "db unready 0/0\n"
            "web restarts liveness:1\n"
            "web unready 1/10\n"
            "finding Readiness timeout_not_below_period\n"
            "node workloads 0/2\n"
            "node incident 0\n");
  Story story(options);
  const Snapshot page = story.Tell(kTimeline).TakeSnapshot();
  EXPECT_FALSE(page.has_pod_label);
  for (const ProbeSnapshot& probe : page.probes) EXPECT_TRUE(probe.containers.empty());
}

TEST(Levels, ANodeServesItsOwnOnly) {
  Story story({.born_at_zero_seconds = 0, .level = ServedLevel::kNode});
  EXPECT_EQ(story.Tell(kTimeline).Page(std::string(kAll) + " states"),
            "node Liveness passing=1\n"
            "node Readiness passing=3\n"
            "node workloads 0/2\n"
            "node incident 0\n");
}

TEST(Levels, AFailingPodIsInTheNodesCountsAtEachLevel) {
  for (const ServedLevel level : {ServedLevel::kPod, ServedLevel::kWorkload, ServedLevel::kNode}) {
    Story story({.level = level});
    story.Tell(R"(
      1000  probes  a Readiness 9/0
      1000  pods    a probes=R owner=web since=500 ready=510
      1010  probes  a Readiness +0/+3
      1010  pods    a unready=1010
    )");
    EXPECT_EQ(story.Page("states workloads"),
              "node Readiness acting=1\n"
              "node workloads 1/1\n");
  }
}

// Pods of one workload come and go; its counters never fall while they are served.
TEST(Levels, CountersOfAWorkloadNeverFall) {
  for (const ServedLevel level : {ServedLevel::kPod, ServedLevel::kWorkload}) {
    Story story({.level = level});
    std::map<std::string, double> served;
    double highest = 0;
    for (int i = 0; i < 200; ++i) {
      std::vector<Row> rows;
      std::vector<ListedPod> pods;
      // A pod lives for a minute; from one to the next they overlap, then there is none for long.
      for (int number = i / 4; number <= i / 4 + 1; ++number) {
        const int age = i - 4 * number + 4;
        if (age < 0 || age >= 6 || number % 10 > 6) continue;
        // Sometimes of one name, as those of a StatefulSet.
        const std::string name = number % 3 == 0 ? "web-0" : "web-" + std::to_string(number);
        const std::string uid = "uid-" + std::to_string(number);
        rows.push_back({.pod = name, .successful = 1.0 + age, .failed = age / 2.0, .uid = uid});
        pods.push_back({.name = name,
                        .uid = uid,
                        .running_since = 1000.0 + 40 * number,
                        .ready = age % 3 != 1,
                        .restart_count = age / 2,
                        .owner = "web",
                        .probes = "R",
                        .ready_since = 1000.0 + 10 * i});
      }
      const Snapshot page = story.At(1000 + 10.0 * i).Probes(rows).Pods(pods).TakeSnapshot();
      std::map<std::string, double> now;
      for (const ProbeSnapshot& probe : page.probes) {
        for (const PhaseCounts& phase : probe.phases) {
          const std::string key = probe.labels.pod + std::string(phase.phase);
          now[key + " attempts"] = phase.attempts;
          now[key + " failures"] = phase.failures;
        }
        for (const CauseCount& cause : probe.causes) {
          now[probe.labels.pod + std::string(cause.cause)] = cause.failures;
        }
      }
      for (const PodSnapshot& pod : page.pods) {
        for (const RestartCount& restarts : pod.restarts) {
          now[pod.labels.pod + std::string(restarts.reason)] = restarts.restarts;
        }
        if (!pod.unready) continue;
        now[pod.labels.pod + " transitions"] = pod.unready->transitions;
        now[pod.labels.pod + " seconds"] = pod.unready->seconds;
      }
      for (const auto& [key, value] : now) {
        const auto before = served.find(key);
        if (before != served.end()) {
          ASSERT_GE(value, before->second) << key << " in page " << i;
        }
        highest = std::max(highest, value);
      }
      served = std::move(now);
    }
    EXPECT_GT(highest, 10) << "something was counted at all";
  }
}

TEST(Levels, UnhealthyDetailsLeaveOutTheGaugesOfPodsThatPass) {
  const EngineOptions options = {.born_at_zero_seconds = 0, .unhealthy_details_only = true};
  EXPECT_EQ(PageAt(options, "counts ratios unready"),
            "a (statefulset web) Liveness steady 27/3\n"
            "a (statefulset web) Readiness steady 29/0\n"
            "b (statefulset web) Readiness steady 29/0\n"
            "c (statefulset db) Readiness steady 29/0\n"
            "a unready 1/10\n"
            "b unready 0/0\n"
            "c unready 0/0\n");
  // One probe that fails brings those of its pod back.
  Story story(options);
  story.Tell(kTimeline).Tell(R"(
    1300  probes  a Liveness +0/+1
    1300  pods
  )");
  EXPECT_EQ(story.Page("counts ratios"),
            "a (statefulset web) Liveness steady 28/4 r5m=0.8571428571\n"
            "a (statefulset web) Readiness steady 29/0 r5m=1\n"
            "b (statefulset web) Readiness steady 29/0\n"
            "c (statefulset db) Readiness steady 29/0\n");
}

TEST(Levels, SettingsAreServedOfProbesThatDoNotPassOrOfAll) {
  constexpr std::string_view kOneFails = R"(
    1000  probes  web Readiness 9/0
    1000  pods    web since=500 ready=510
    1010  probes  web Readiness +0/+1
    1010  pods
  )";
  EXPECT_EQ(Story().Tell(kOneFails).Page("settings"), "web Readiness 10s/1s/3\n");
  EXPECT_EQ(Story({.all_specs = true}).Tell(kOneFails).Page("settings"),
            "web Liveness 10s/1s/3\n"
            "web Readiness 10s/1s/3\n");
  // The living pod's: they may change.
  EXPECT_EQ(Story().Tell(kOneFails).Tell("1020 pods web period=5").Page("settings"),
            "web Readiness 5s/1s/3\n");
}

// Pods with two probes that have passed for 40 minutes, with all that is measured of them.
Snapshot HealthyPage(int pod_count) {
  Story story;
  for (int i = 0; i <= 240; ++i) {
    story.At(1000 + 10.0 * i);
    std::vector<Row> rows;
    std::vector<ListedPod> pods;
    for (int number = 0; number < pod_count; ++number) {
      const std::string name = "web-" + std::to_string(number);
      for (const std::string type : {"Readiness", "Liveness"}) {
        rows.push_back({.pod = name, .probe_type = type, .successful = 100.0 + i});
        story.Histogram({.pod = name,
                         .probe_type = type,
                         .buckets = {{0.005, 100.0 + i}, {0.5, 100.0 + i}, {kInf, 100.0 + i}},
                         .count = 100.0 + i});
      }
      pods.push_back({.name = name, .owner = "web", .probes = "RL", .ready_since = 900});
    }
    story.Probes(rows).Pods(pods);
  }
  return story.TakeSnapshot();
}

TEST(Levels, AHealthyPodWithTwoProbesCostsAtMostTwelveSeries) {
  const std::size_t series_of_ten = CountSeries(HealthyPage(11)) - CountSeries(HealthyPage(1));
  EXPECT_EQ(series_of_ten, 120U);
}

}  // namespace
}  // namespace podprobe
