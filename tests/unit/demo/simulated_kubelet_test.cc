#include "exporter/demo/simulated_kubelet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/unit/demo/readings.h"

namespace podprobe {
namespace {

constexpr int kHour = 3600;

SimulatedKubelet::Options NeverRestarted() {
  return {.seed = 1, .start_unix_seconds = kStart, .kubelet_restart_interval_seconds = 0};
}

double ProcessStart(const SimulatedKubelet& kubelet) {
  const std::vector<ReadSample> samples =
      ReadPage(kubelet, "/metrics/probes", "process_start_time_seconds");
  EXPECT_EQ(samples.size(), 1U);
  return samples.empty() ? 0 : samples[0].value;
}

TEST(SimulatedKubeletTest, OneSeedGivesTheSamePagesHoweverTimePasses) {
  SimulatedKubelet in_one_step({.seed = 7, .start_unix_seconds = kStart});
  SimulatedKubelet in_many_steps({.seed = 7, .start_unix_seconds = kStart});
  SimulatedKubelet of_another_seed({.seed = 8, .start_unix_seconds = kStart});
  in_one_step.Advance(kStart + 1500);
  ForEachReading(&in_many_steps, {.seconds = 1500}, [](int) {});
  of_another_seed.Advance(kStart + 1500);
  for (const char* path : {"/metrics/probes", "/metrics/cadvisor", "/metrics/resource", "/pods"}) {
    EXPECT_EQ(in_one_step.Get(path).body, in_many_steps.Get(path).body) << path;
    EXPECT_NE(in_one_step.Get(path).body, of_another_seed.Get(path).body) << path;
  }
}

TEST(SimulatedKubeletTest, TimeThatHasPassedChangesNothing) {
  SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  kubelet.Advance(kStart + 60);
  const std::string before = kubelet.Get("/metrics/cadvisor").body;
  kubelet.Advance(kStart + 30);
  EXPECT_EQ(kubelet.Get("/metrics/cadvisor").body, before);
}

TEST(SimulatedKubeletTest, BeginsWithAHistoryOfFailingAndPassingPods) {
  const SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  Counts counts = ReadCounts(kubelet);
  EXPECT_GT(counts["shop/cart app Readiness successful"], 100);
  EXPECT_GT(counts["shop/search app Readiness failed"], 100);
  EXPECT_EQ(ProcessStart(kubelet), kStart - 600);
}

TEST(SimulatedKubeletTest, FirstMinuteShowsFailuresAndSuccesses) {
  SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  Counts before = ReadCounts(kubelet);
  kubelet.Advance(kStart + 60);
  std::set<std::string> failing;
  for (const auto& [key, count] : ReadCounts(kubelet)) {
    if (count > before[key] && key.ends_with("failed")) failing.insert(key);
  }
  for (const char* want :
       {"shop/search app Readiness failed", "payments/fraud-check app Readiness failed",
        "shop/recommendations app Readiness failed", "payments/ledger app Liveness failed",
        "batch/importer app Startup failed"}) {
    EXPECT_TRUE(failing.contains(want)) << want;
  }
}

TEST(SimulatedKubeletTest, HealthyProbesKeepTheirPeriodExactly) {
  SimulatedKubelet kubelet(NeverRestarted());
  Counts before = ReadCounts(kubelet);
  kubelet.Advance(kStart + kHour);
  Counts after = ReadCounts(kubelet);
  const auto increase = [&](const std::string& key) { return after[key] - before[key]; };
  EXPECT_EQ(increase("shop/cart app Readiness successful"), 720);
  EXPECT_EQ(increase("shop/cart app Liveness successful"), 360);
  EXPECT_EQ(increase("kube-system/nginx-proxy-worker-1 nginx-proxy Readiness successful"), 720);
  EXPECT_EQ(increase("monitoring/log-shipper shipper Liveness successful"), 180);
  EXPECT_EQ(increase("shop/orders mesh Liveness successful"), 360);
}

TEST(SimulatedKubeletTest, UnreadyContainersAreProbedUpToATenthMoreOften) {
  SimulatedKubelet kubelet(NeverRestarted());
  Counts before = ReadCounts(kubelet);
  kubelet.Advance(kStart + kHour);
  Counts after = ReadCounts(kubelet);
  for (const std::string workload : {"shop/search", "payments/fraud-check"}) {
    const std::string key = workload + " app Readiness ";
    EXPECT_GT(after[key + "failed"] - before[key + "failed"], 725) << workload;
    EXPECT_LT(after[key + "failed"] - before[key + "failed"], 792) << workload;
    EXPECT_FALSE(after.contains(key + "successful")) << workload;
  }
}

TEST(SimulatedKubeletTest, FlappingAndThrottledPodsDoBoth) {
  SimulatedKubelet kubelet(NeverRestarted());
  Counts before = ReadCounts(kubelet);
  kubelet.Advance(kStart + kHour);
  Counts after = ReadCounts(kubelet);
  struct Case {
    const char* probe;
    double least_failing_share;
    double most_failing_share;
  };
  constexpr Case kCases[] = {
      {"shop/recommendations app Readiness ", 0.3, 0.4},
      {"media/transcoder worker Readiness ", 0.1, 0.25},
      {"media/thumbnails app Readiness ", 0.02, 0.2},
      {"payments/gateway app Readiness ", 0, 0},
  };
  for (const Case& c : kCases) {
    const std::string probe = c.probe;
    const double failed = after[probe + "failed"] - before[probe + "failed"];
    const double passed = after[probe + "successful"] - before[probe + "successful"];
    EXPECT_GE(failed / (failed + passed), c.least_failing_share) << probe;
    EXPECT_LE(failed / (failed + passed), c.most_failing_share) << probe;
  }
}

TEST(SimulatedKubeletTest, ProbeThatErrorsIsCountedNowhere) {
  SimulatedKubelet kubelet(NeverRestarted());
  kubelet.Advance(kStart + kHour);
  for (const auto& [key, count] : ReadCounts(kubelet)) {
    EXPECT_FALSE(key.starts_with("ops/config-sync app Readiness")) << key;
  }
  EXPECT_TRUE(ReadCounts(kubelet).contains("ops/config-sync app Liveness successful"));
  const Pod pod = ReadPod(kubelet, "ops/config-sync");
  EXPECT_EQ(pod.ready, false);
  EXPECT_EQ(pod.containers[0].started, true);
}

TEST(SimulatedKubeletTest, SeriesAreBornAtTheirFirstCountAndNeverFall) {
  SimulatedKubelet kubelet(NeverRestarted());
  std::map<std::string, double> previous;
  ForEachReading(&kubelet, {.seconds = kHour, .every_seconds = 15}, [&](int) {
    for (const ReadSample& sample : ReadPage(kubelet, "/metrics/probes", "prober_probe_total")) {
      const std::string key = sample.Label("pod_uid") + sample.Label("container") +
                              sample.Label("probe_type") + sample.Label("result");
      EXPECT_GE(sample.value, std::max(1.0, previous[key])) << key;
      previous[key] = sample.value;
    }
  });
}

TEST(SimulatedKubeletTest, HistogramHoldsTheSuccessesAlone) {
  SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  ForEachReading(&kubelet, {.seconds = kHour, .every_seconds = 20}, [&](int second) {
    using Probe = std::tuple<std::string, std::string, std::string, std::string>;
    std::map<Probe, double> observed;
    std::map<Probe, double> succeeded;
    for (const ReadSample& sample : ReadPage(kubelet, "/metrics/probes")) {
      const Probe probe{sample.Label("namespace"), sample.Label("pod"), sample.Label("container"),
                        sample.Label("probe_type")};
      if (sample.name == "prober_probe_duration_seconds_count") observed[probe] = sample.value;
      if (sample.name == "prober_probe_total" && sample.Label("result") == "successful") {
        succeeded[probe] = sample.value;
      }
    }
    EXPECT_EQ(observed, succeeded) << "second " << second;
  });
}

TEST(SimulatedKubeletTest, CrashLoopCountsTwoFailuresForEachLifeAndNoneBetween) {
  SimulatedKubelet kubelet(NeverRestarted());
  std::map<std::string, int> seen;
  ForEachReading(&kubelet, {.seconds = kHour, .every_seconds = 13}, [&](int second) {
    const PodContainer container = ReadPod(kubelet, "payments/ledger").containers.at(0);
    const double count = ReadCounts(kubelet)["payments/ledger app Liveness failed"];
    // Its failureThreshold is 2; then the worker is on hold until there is a new container.
    const double of_ended_lives = 2 * *container.restart_count;
    if (container.running_since) {
      ++seen["running"];
      EXPECT_GE(count, of_ended_lives) << "second " << second;
      EXPECT_LE(count, of_ended_lives + 2) << "second " << second;
    } else {
      ++seen["down"];
      EXPECT_EQ(count, of_ended_lives + 2) << "second " << second;
      EXPECT_EQ(container.ready, false) << "second " << second;
    }
  });
  EXPECT_GT(seen["running"], 10);
  EXPECT_GT(seen["down"], 100);
  EXPECT_GE(*ReadPod(kubelet, "payments/ledger").containers[0].restart_count, 12);
}

TEST(SimulatedKubeletTest, StartupProbeGatesTheOthersAndEndsWithTheStart) {
  SimulatedKubelet kubelet(NeverRestarted());
  std::map<std::string, double> startups_at_start;
  ForEachReading(&kubelet, {.seconds = 1500, .every_seconds = 13}, [&](int second) {
    std::map<std::string, bool> is_started;
    for (const Pod& pod : ReadPods(kubelet).pods) {
      if (WorkloadOf(pod.pod_namespace, pod.name) == "batch/importer") {
        is_started[pod.uid] = pod.containers[0].started.value_or(false);
      }
    }
    std::map<std::string, double> startups;
    for (const ReadSample& sample : ReadPage(kubelet, "/metrics/probes", "prober_probe_total")) {
      const std::string uid = sample.Label("pod_uid");
      if (!is_started.contains(uid)) continue;
      if (sample.Label("probe_type") == "Startup") {
        startups[uid] += sample.value;
      } else {
        EXPECT_TRUE(is_started[uid]) << "second " << second;
      }
    }
    for (const auto& [uid, count] : startups) {
      if (!is_started[uid]) continue;
      EXPECT_GE(count, 18) << "about 42 s of a probe each 2 s";
      EXPECT_EQ(startups_at_start.emplace(uid, count).first->second, count);
    }
  });
  EXPECT_GE(startups_at_start.size(), 4U);
}

TEST(SimulatedKubeletTest, TerminatingPodsKeepReadinessOnlyAndTakeTheirSeriesWithThem) {
  SimulatedKubelet kubelet(NeverRestarted());
  int terminating_with_readiness = 0;
  std::set<std::string> deleted;
  ForEachReading(&kubelet, {.seconds = kHour, .every_seconds = 14}, [&](int) {
    std::set<std::string> listed;
    std::set<std::string> terminating;
    for (const Pod& pod : ReadPods(kubelet).pods) {
      listed.insert(pod.uid);
      if (pod.deletion_timestamp) terminating.insert(pod.uid);
    }
    deleted.insert(terminating.begin(), terminating.end());
    for (const ReadSample& sample : ReadPage(kubelet, "/metrics/probes")) {
      const std::string uid = sample.Label("pod_uid");
      if (uid.empty()) continue;
      EXPECT_TRUE(listed.contains(uid)) << sample.Label("pod");
      if (!terminating.contains(uid)) continue;
      EXPECT_EQ(sample.Label("probe_type"), "Readiness") << sample.Label("pod");
      ++terminating_with_readiness;
    }
  });
  EXPECT_GT(terminating_with_readiness, 0);
  EXPECT_GE(deleted.size(), 10U);
}

TEST(SimulatedKubeletTest, StatefulSetPodComesBackUnderItsNameWithANewUid) {
  SimulatedKubelet kubelet(NeverRestarted());
  std::map<std::string, std::set<std::string>> uids;
  ForEachReading(&kubelet, {.seconds = kHour, .every_seconds = 60}, [&](int) {
    std::set<std::string> names;
    for (const Pod& pod : ReadPods(kubelet).pods) {
      if (pod.owner_kind != "StatefulSet") continue;
      EXPECT_TRUE(names.insert(pod.name).second) << "two pods called " << pod.name;
      uids[pod.name].insert(pod.uid);
    }
  });
  EXPECT_GE(uids["db-0"].size(), 4U);
  EXPECT_GE(uids["db-1"].size(), 4U);
  EXPECT_EQ(uids["cache-0"].size(), 1U);
}

TEST(SimulatedKubeletTest, EveryThirdRolloutHangsAndIsRolledBack) {
  SimulatedKubelet kubelet(NeverRestarted());
  std::set<std::string> versions;
  std::set<std::string> never_ready_versions;
  int most_pods = 0;
  ForEachReading(&kubelet, {.seconds = kHour, .every_seconds = 23}, [&](int second) {
    int pods = 0;
    int ready = 0;
    for (const Pod& pod : ReadPods(kubelet).pods) {
      if (WorkloadOf(pod.pod_namespace, pod.name) != "shop/frontend") continue;
      if (pod.deletion_timestamp) continue;
      ++pods;
      if (versions.insert(pod.template_hash).second) never_ready_versions.insert(pod.template_hash);
      if (pod.ready != true) continue;
      ++ready;
      never_ready_versions.erase(pod.template_hash);
      EXPECT_EQ(pod.owner_name, "frontend-" + pod.template_hash);
    }
    EXPECT_GE(ready, 3) << "second " << second;
    most_pods = std::max(most_pods, pods);
  });
  EXPECT_EQ(most_pods, 4);
  EXPECT_GE(versions.size(), 14U);
  EXPECT_GE(never_ready_versions.size(), 4U);
  EXPECT_LE(never_ready_versions.size(), 6U);
}

TEST(SimulatedKubeletTest, FinishedJobsStayListedWithoutSeries) {
  SimulatedKubelet kubelet(NeverRestarted());
  std::set<std::string> jobs;
  std::size_t most_finished = 0;
  ForEachReading(&kubelet, {.seconds = kHour, .every_seconds = 60}, [&](int) {
    std::set<std::string> finished;
    for (const Pod& pod : ReadPods(kubelet).pods) {
      if (pod.owner_kind != "Job") continue;
      jobs.insert(pod.owner_name);
      if (pod.phase == "Succeeded") finished.insert(pod.uid);
      // The controller names a Job by the minute it was meant for.
      EXPECT_EQ(std::stod(pod.owner_name.substr(pod.owner_name.rfind('-') + 1)),
                std::floor(*pod.creation_timestamp / 60));
    }
    most_finished = std::max(most_finished, finished.size());
    for (const ReadSample& sample : ReadPage(kubelet, "/metrics/probes")) {
      EXPECT_FALSE(finished.contains(sample.Label("pod_uid"))) << sample.Label("pod");
    }
  });
  EXPECT_GE(jobs.size(), 20U);
  EXPECT_EQ(most_finished, 4U);
}

TEST(SimulatedKubeletTest, LeakingPodIsKilledForMemoryAgainAndAgain) {
  SimulatedKubelet kubelet(NeverRestarted());
  const int before = *ReadPod(kubelet, "media/thumbnails").containers[0].restart_count;
  kubelet.Advance(kStart + kHour);
  const PodContainer container = ReadPod(kubelet, "media/thumbnails").containers[0];
  EXPECT_GE(*container.restart_count - before, 6);
  ASSERT_TRUE(container.last_termination.has_value());
  EXPECT_EQ(container.last_termination->reason, "OOMKilled");
  EXPECT_EQ(container.last_termination->exit_code, 137);
}

TEST(SimulatedKubeletTest, KubeletRestartResetsWhatItCountedWhilePodsGoOn) {
  SimulatedKubelet kubelet(NeverRestarted());
  kubelet.Advance(kStart + 100);
  const double start_before = ProcessStart(kubelet);
  const PodList pods_before = ReadPods(kubelet);
  kubelet.RestartKubelet();
  EXPECT_EQ(ReadCounts(kubelet), Counts{});
  EXPECT_GT(ProcessStart(kubelet), start_before);
  EXPECT_EQ(ProcessStart(kubelet), kStart + 100);

  // Its pages fill up step by step.
  std::vector<std::size_t> pods;
  std::vector<std::size_t> series;
  for (const double seconds : {0.2, 2.0, 12.0}) {
    kubelet.Advance(kStart + 100 + seconds);
    pods.push_back(ReadPods(kubelet).pods.size());
    series.push_back(ReadCounts(kubelet).size());
  }
  EXPECT_EQ(pods[0], 0U);
  EXPECT_GT(pods[1], 5U);
  EXPECT_LT(pods[1], pods[2]);
  EXPECT_EQ(series[0], 0U);
  EXPECT_LT(series[1], series[2]);

  // The same containers run; the startup probes of those that had started do not come back.
  for (const auto& [key, count] : ReadCounts(kubelet)) {
    EXPECT_LE(count, key.starts_with("shop/frontend") ? 12 : 8) << key;
    EXPECT_FALSE(key.starts_with("shop/orders mesh Startup")) << key;
  }
  std::map<std::string, std::string> ids;
  for (const Pod& pod : ReadPods(kubelet).pods) ids[pod.uid] = pod.containers[0].container_id;
  for (const Pod& pod : pods_before.pods) {
    if (pod.owner_kind != "DaemonSet") continue;
    EXPECT_EQ(ids[pod.uid], pod.containers[0].container_id);
  }
}

TEST(SimulatedKubeletTest, KubeletRestartsByItselfNowAndThen) {
  SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  std::set<double> starts;
  ForEachReading(&kubelet, {.seconds = kHour, .every_seconds = 60},
                 [&](int) { starts.insert(ProcessStart(kubelet)); });
  EXPECT_EQ(starts, (std::set<double>{kStart - 600, kStart + 1200, kStart + 2400, kStart + 3600}));
}

TEST(SimulatedKubeletTest, FewerThanThreeInTenWorkloadsFailAtAnyMoment) {
  SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  Counts previous = ReadCounts(kubelet);
  std::map<std::string, int> failed_at;
  ForEachReading(&kubelet, {.seconds = kHour, .every_seconds = 10}, [&](int second) {
    Counts counts = ReadCounts(kubelet);
    std::set<std::string> probed;
    for (const auto& [key, count] : counts) {
      const std::string workload = key.substr(0, key.find(' '));
      probed.insert(workload);
      const bool is_startup = key.find("Startup") != std::string::npos;
      // A pod in its first five minutes is starting, whatever its probes say.
      const bool is_new = workload == "shop/frontend";
      if (key.ends_with("failed") && count > previous[key] && !is_startup && !is_new) {
        failed_at[workload] = second;
      }
    }
    previous = counts;
    const auto failing = std::count_if(failed_at.begin(), failed_at.end(), [&](const auto& entry) {
      return entry.second > second - 120;
    });
    if (probed.size() > 20) {
      EXPECT_LT(static_cast<double>(failing), 0.3 * static_cast<double>(probed.size()))
          << "second " << second;
    }
  });
}

}  // namespace
}  // namespace podprobe
