#ifndef PODPROBE_EXPORTER_DEMO_PROBER_H_
#define PODPROBE_EXPORTER_DEMO_PROBER_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "exporter/demo/pod.h"
#include "exporter/demo/pod_template.h"
#include "exporter/demo/random.h"

namespace podprobe {

// The kubelet's prober: one worker for each probe of each container, run on
// its period, counting as pkg/kubelet/prober/worker.go counts. Its series are
// born at their first count and end with their worker.

// Both keys sort as the kubelet's page does: by the label values, the label names in order.
struct ProbeTotalKey {
  std::string container;
  std::string pod_namespace;
  std::string pod;
  std::string pod_uid;
  std::string probe_type;
  std::string result;  // successful or failed
  auto operator<=>(const ProbeTotalKey&) const = default;
};

// The kubelet's histogram has neither uid nor result: pods of one name share it.
struct ProbeDurationKey {
  std::string container;
  std::string pod_namespace;
  std::string pod;
  std::string probe_type;
  auto operator<=>(const ProbeDurationKey&) const = default;
};

// client_golang's default buckets; the last one is +Inf.
inline constexpr std::array kProbeDurationBounds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                    0.5,   1.0,  2.5,   5.0,  10.0};

struct ProbeDurations {
  std::array<std::uint64_t, kProbeDurationBounds.size() + 1> cumulative_counts{};
  double sum_seconds = 0;
};

struct ProbeSeries {
  std::map<ProbeTotalKey, std::uint64_t> totals;
  std::map<ProbeDurationKey, ProbeDurations> durations;
};

class Prober {
 public:
  // `random` must outlive the prober.
  explicit Prober(Random* random) : random_(random) {}

  // A new pod: its workers begin at once, and find the containers not running yet.
  void Add(SimulatedPod* pod, double now);
  // A pod that this kubelet process found on the node: each worker waits a random part
  // of its period first.
  void AddFound(SimulatedPod* pod, double now);
  // The pod has changed by itself or through the API: looks for new containers and for
  // workers that have to end.
  void Follow(SimulatedPod* pod, double now);
  // The pod has left the node.
  void Remove(const SimulatedPod& pod);
  // A new kubelet process: nothing was ever counted.
  void ForgetAll();

  static double NextRunAt(const SimulatedPod& pod);
  // Runs every probe that is due, and tells the pod what came of it.
  void Run(SimulatedPod* pod, double now);

  const ProbeSeries& series() const { return series_; }

 private:
  struct Place {  // of one worker
    SimulatedPod* pod;
    SimulatedContainer* container;
    const ProbeTemplate* probe;
    ProbeWorker* worker;
  };
  template <typename Function>
  static void ForEachWorker(SimulatedPod* pod, Function function);
  void RunOne(const Place& place, double now);
  void Count(const Place& place, bool is_ok, double after_seconds);
  void Conclude(const Place& place, bool is_ok, double now);
  void End(const Place& place);

  Random* random_;
  ProbeSeries series_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_DEMO_PROBER_H_
