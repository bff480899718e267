#ifndef PODPROBE_TESTS_UNIT_DEMO_READINGS_H_
#define PODPROBE_TESTS_UNIT_DEMO_READINGS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/demo/simulated_kubelet.h"
#include "parsers/pod_list.h"

namespace podprobe {

inline constexpr double kStart = 1795461000;

struct ReadSample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
  std::optional<std::int64_t> timestamp_ms;

  std::string Label(const std::string& label) const;
};

// The page's samples in their order, of one family or of all; a bad line or another
// status than 200 fails the test.
std::vector<ReadSample> ReadPage(const SimulatedKubelet& kubelet, std::string_view path,
                                 const std::string& family = "");
PodList ReadPods(const SimulatedKubelet& kubelet);

// Counts by "namespace/pod container probe_type result". Pods are named without
// the parts that chance made, so that all pods of a Deployment add up.
using Counts = std::map<std::string, double>;
Counts ReadCounts(const SimulatedKubelet& kubelet);

// The one pod of `workload` ("shop/search"); fails the test if there is none or several.
Pod ReadPod(const SimulatedKubelet& kubelet, const std::string& workload);
// "shop/search" for any of its pods.
std::string WorkloadOf(const std::string& pod_namespace, const std::string& pod_name);

struct Watch {
  int seconds = 0;
  int every_seconds = 1;
};

// Calls `function` at each of these seconds from the start on, the kubelet advanced to it.
template <typename Function>
void ForEachReading(SimulatedKubelet* kubelet, const Watch& watch, Function function) {
  for (int second = 0; second <= watch.seconds; second += watch.every_seconds) {
    kubelet->Advance(kStart + second);
    function(second);
  }
}

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_DEMO_READINGS_H_
