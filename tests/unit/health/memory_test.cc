// What one more probe costs, in bytes and in requests for memory, once all windows are full.

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "exporter/health/containers_page.h"
#include "exporter/health/engine.h"
#include "exporter/health/probes_page.h"
#include "parsers/exposition_parser.h"
#include "tests/unit/allocations.h"

namespace podprobe {
namespace {

constexpr double kInterval = 5;
constexpr int kReadings = 721;  // the longest window, an hour, and one
constexpr int kProbesPerPod = 2;

// A node whose pods all have a readiness and a liveness probe that pass every ten seconds, read
// as the exporter reads it: by its pages' text. The last snapshot is kept, as the web server does.
class Node {
 public:
  explicit Node(int pods) : pods_(pods) {
    for (int reading = 0; reading < kReadings; ++reading) Read();
  }

  void Read() {
    now_ += kInterval;
    const ReadingTimes times = {.begun = Now(), .ended = Now()};
    if (readings_ % 2 == 0) engine_.OnPods(List(), times);
    if (readings_ % 6 == 0) ReadContainers(times);
    const std::string text = ProbesText();
    const std::size_t before = AllocationCount();
    probes_parser_.Reset();
    probes_parser_.Feed(text);
    probes_parser_.Finish();
    engine_.OnProbes(probes_.Take(), times);
    snapshot_ = std::make_unique<Snapshot>(engine_.TakeSnapshot(Now()));
    allocations_ = AllocationCount() - before;
    ++readings_;
  }

  // What the last reading of probes asked for, its snapshot included.
  std::size_t allocations() const { return allocations_; }
  const Snapshot& snapshot() const { return *snapshot_; }

 private:
  Instant Now() const { return {.unix_seconds = 1e9 + now_, .steady_seconds = now_}; }
  static std::string NameOf(int pod) {
    return "a-deployment-7f9c6d5b8d-" + std::to_string(10'000 + pod);
  }
  static std::string UidOf(int pod) {
    return "0f0e9bd0-6b5c-4a7e-9f5e-0000000" + std::to_string(10'000 + pod);
  }

  std::string ProbesText() const {
    std::string text;
    const std::string count = std::to_string(1 + readings_ / 2);
    for (int pod = 0; pod < pods_; ++pod) {
      for (const char* type : {"Liveness", "Readiness"}) {
        const std::string labels = "container=\"app\",namespace=\"a-namespace-of-many\",pod=\"" +
                                   NameOf(pod) + "\",probe_type=\"" + type + "\"";
        for (const char* le : {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5",
                               "5", "10", "+Inf"}) {
          text += "prober_probe_duration_seconds_bucket{" + labels + ",le=\"" + le + "\"} " +
                  count + "\n";
        }
        text += "prober_probe_duration_seconds_sum{" + labels + "} " + count + ".5\n";
        text += "prober_probe_duration_seconds_count{" + labels + "} " + count + "\n";
        text += "prober_probe_total{" + labels + ",pod_uid=\"" + UidOf(pod) +
                "\",result=\"successful\"} " + count + "\n";
      }
    }
    return text;
  }

  PodList List() const {
    PodList list;
    for (int pod = 0; pod < pods_; ++pod) {
      Pod& listed = list.pods.emplace_back();
      listed.pod_namespace = "a-namespace-of-many";
      listed.name = NameOf(pod);
      listed.uid = UidOf(pod);
      listed.phase = "Running";
      listed.owner_kind = "ReplicaSet";
      listed.owner_name = "a-deployment-7f9c6d5b8d";
      listed.template_hash = "7f9c6d5b8d";
      listed.ready = true;
      PodContainer& container = listed.containers.emplace_back();
      container.name = "app";
      container.container_id = "containerd://" + UidOf(pod) + UidOf(pod);
      container.ready = true;
      container.running_since = 1e9;
      container.restart_count = 0;
      container.readiness = ProbeSpec{.handler_type = "httpGet"};
      container.liveness = ProbeSpec{.handler_type = "httpGet"};
    }
    return list;
  }

  void ReadContainers(const ReadingTimes& times) {
    std::string text;
    for (int pod = 0; pod < pods_; ++pod) {
      const std::string labels = "{container=\"app\",id=\"/kubepods/burstable/pod" + UidOf(pod) +
                                 "/" + UidOf(pod) + "\",namespace=\"a-namespace-of-many\",pod=\"" +
                                 NameOf(pod) + "\"} ";
      text += "container_cpu_cfs_periods_total" + labels + "1\n";
      text += "container_memory_working_set_bytes" + labels + "1\n";
      text += "container_start_time_seconds" + labels + "1\n";
    }
    containers_parser_.Reset();
    containers_parser_.Feed(text);
    containers_parser_.Finish();
    engine_.OnCadvisor(containers_.Take(), times);
  }

  const int pods_;
  double now_ = 0;
  int readings_ = 0;
  Engine engine_{EngineOptions()};
  ProbesPage probes_;
  ExpositionParser probes_parser_{{.families = ProbesPage::Families(), .remember_series = true},
                                  &probes_};
  ContainersPage containers_;
  ExpositionParser containers_parser_{
      {.families = ContainersPage::Families(), .remember_series = true}, &containers_};
  std::unique_ptr<Snapshot> snapshot_;
  std::size_t allocations_ = 0;
};

struct Cost {
  std::size_t bytes = 0;
  std::size_t allocations = 0;
};

Cost CostOf(int pods) {
  const std::size_t before = AllocatedBytes();
  Node node(pods);
  EXPECT_EQ(node.snapshot().probes.size(), static_cast<std::size_t>(kProbesPerPod * pods));
  EXPECT_EQ(node.snapshot().probes.front().success_ratios.size(), 2u);
  Cost cost = {.bytes = AllocatedBytes() - before};
  // A reading that finds new results, and one that finds none.
  for (int i = 0; i < 2; ++i) {
    node.Read();
    cost.allocations += node.allocations();
  }
  return cost;
}

TEST(Memory, OneMoreProbeCostsFewBytesAndFewAllocations) {
  constexpr int kFew = 16;
  constexpr int kMany = 48;
  const Cost few = CostOf(kFew);
  const Cost many = CostOf(kMany);
  constexpr double kMoreProbes = kProbesPerPod * (kMany - kFew);
  const double bytes = static_cast<double>(many.bytes - few.bytes) / kMoreProbes;
  const double allocations =
      static_cast<double>(many.allocations - few.allocations) / kMoreProbes / 2;
  RecordProperty("bytes_per_probe", std::to_string(bytes));
  RecordProperty("allocations_per_probe_and_reading", std::to_string(allocations));
  // All that is known of the probe, half of its pod and container, one snapshot and what the
  // parser remembers. 500 pods with two probes each then stay below 8 MB.
  EXPECT_LT(bytes, 8000);
  EXPECT_LT(allocations, 1);
}

}  // namespace
}  // namespace podprobe
