// Memory is that of the pods that live: what is gone is forgotten.

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "exporter/health/engine.h"
#include "exporter/health/series_limit.h"
#include "tests/unit/allocations.h"

namespace podprobe {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kStep = 100;      // between readings
constexpr double kLifetime = 600;  // of a pod
constexpr double kHour = 3600;
constexpr int kLiving = 8;

enum class First { kProbes, kPods };

// A node on which pods come and go. Each lives for ten minutes, fails, is restarted and
// ends.
class Node {
 public:
  // A new pod is seen first in `first`.
  explicit Node(First first) : first_(first) {}

  // Lets time pass until then, with pods or without.
  void Run(double until, bool has_pods) {
    for (; now_ < until; now_ += kStep) Read(has_pods);
  }

 private:
  Instant Now() const { return {.unix_seconds = 1e9 + now_, .steady_seconds = now_}; }

  void Read(bool has_pods) {
    ProbesReading probes = {.process_start_unix_seconds = 1};
    PodList pods;
    ContainersReading rows = {.families = {.cfs_periods = true, .cfs_throttled = true}};
    if (has_pods) {
      for (int slot = 0; slot < kLiving; ++slot) AddPod(slot, &probes, &pods, &rows);
    }
    const ReadingTimes times = {.begun = Now(), .ended = Now()};
    if (first_ == First::kProbes) engine_.OnProbes(probes, times);
    engine_.OnPods(std::move(pods), times);
    if (first_ == First::kPods) engine_.OnProbes(probes, times);
    engine_.OnResource(rows, times);
    engine_.OnCadvisor(rows, times);
    Snapshot page = engine_.TakeSnapshot(Now());
    limit_.Apply(100, &page);
  }

  void AddPod(int slot, ProbesReading* probes, PodList* pods, ContainersReading* rows) const {
    const double phase = slot * kLifetime / kLiving;
    const int number = static_cast<int>((now_ + phase) / kLifetime);
    const double age = now_ + phase - number * kLifetime;
    const std::string name =
        "pod-with-a-long-name-" + std::to_string(slot) + "-" + std::to_string(number);
    const std::string container_id = age < kLifetime / 2 ? "first" : "second";
    for (const std::string type : {"Readiness", "Liveness", "Startup"}) {
      probes->probes.push_back({.pod_namespace = "a-namespace-with-a-long-name",
                                .pod = name,
                                .pod_uid = name + "-uid",
                                .container = "app",
                                .probe_type = type,
                                .successful = 1 + age / 10,
                                .failed = age / 20});
      probes->histograms.push_back({.pod_namespace = "a-namespace-with-a-long-name",
                                    .pod = name,
                                    .container = "app",
                                    .probe_type = type,
                                    .buckets = {{0.1, 1 + age / 10}, {kInf, 1 + age / 10}},
                                    .count = 1 + age / 10});
    }
    Pod& pod = pods->pods.emplace_back();
    pod.pod_namespace = "a-namespace-with-a-long-name";
    pod.name = name;
    pod.uid = name + "-uid";
    pod.phase = age < kLifetime - kStep ? "Running" : "Succeeded";
    pod.ready = static_cast<int>(age / kStep) % 3 != 0;
    pod.ready_transition_time = 1e9 + now_;
    PodContainer& container = pod.containers.emplace_back();
    container.name = "app";
    container.readiness.emplace();
    container.liveness.emplace();
    container.startup.emplace();
    container.container_id = container_id;
    container.restart_count = age < kLifetime / 2 ? 0 : 1;
    container.running_since = 1e9 + now_ - age;
    container.ready = pod.ready;
    rows->rows.push_back({.pod_namespace = pod.pod_namespace,
                          .pod = name,
                          .container = "app",
                          .id = name + container_id,
                          .working_set_bytes = 1,
                          .memory_limit_bytes = 2});
  }

  const First first_;
  double now_ = 0;
  Engine engine_{EngineOptions()};
  SeriesLimit limit_;
};

TEST(Churn, ADayOfPodsEndsWhereItBegan) {
  for (const First first : {First::kProbes, First::kPods}) {
    const std::size_t before = AllocatedBytes();
    Node node(first);
    node.Run(3 * kHour, /*has_pods=*/true);
    const std::size_t after_three_hours = AllocatedBytes() - before;
    node.Run(24 * kHour, /*has_pods=*/true);
    const std::size_t after_a_day = AllocatedBytes() - before;
    // A thousand pods later: not a byte for each.
    EXPECT_LT(after_a_day, after_three_hours + 1000) << after_three_hours;
  }
}

TEST(Churn, WithoutPodsNothingIsLeft) {
  const auto left = [](bool has_pods) {
    const std::size_t before = AllocatedBytes();
    Node node(First::kProbes);
    node.Run(kLifetime, /*has_pods=*/true);
    node.Run(6 * kHour, has_pods);
    node.Run(8 * kHour, /*has_pods=*/false);
    return AllocatedBytes() - before;
  };
  const std::size_t after_few = left(false);
  EXPECT_LT(left(true), after_few + 1000) << after_few;
}

}  // namespace
}  // namespace podprobe
