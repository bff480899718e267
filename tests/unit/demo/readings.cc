#include "tests/unit/demo/readings.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "parsers/exposition_parser.h"
#include "parsers/pod_list_reader.h"

namespace podprobe {
namespace {

class Collector : public SampleSink {
 public:
  void OnSample(const Sample& sample) override {
    ReadSample& read = samples.emplace_back();
    read.name = sample.name;
    for (const Label& label : sample.labels) read.labels.emplace(label.name, label.value);
    read.value = sample.value;
    read.timestamp_ms = sample.timestamp_ms;
  }
  void OnError(const ParseError& error) override {
    ADD_FAILURE() << "line " << error.line << ": " << error.message;
  }

  std::vector<ReadSample> samples;
};

// A ReplicaSet's hash or a pod's suffix holds no vowel: nobody names a workload so.
bool IsMadeByChance(const std::string& part) {
  return part.size() >= 5 && part.find_first_of("aeiou") == std::string::npos;
}

}  // namespace

std::string ReadSample::Label(const std::string& label) const {
  const auto found = labels.find(label);
  return found == labels.end() ? "" : found->second;
}

std::vector<ReadSample> ReadPage(const SimulatedKubelet& kubelet, std::string_view path,
                                 const std::string& family) {
  const SimulatedKubelet::Response response = kubelet.Get(path);
  EXPECT_EQ(response.status, 200) << path;
  Collector collector;
  ExpositionParser::Options options;
  if (!family.empty()) options.families.push_back(family);
  ExpositionParser parser(options, &collector);
  parser.Feed(response.body);
  parser.Finish();
  return std::move(collector.samples);
}

PodList ReadPods(const SimulatedKubelet& kubelet) {
  PodListResult result = ParsePodList(kubelet.Get("/pods").body);
  EXPECT_TRUE(result.list.has_value()) << result.error;
  return std::move(result.list).value_or(PodList{});
}

Counts ReadCounts(const SimulatedKubelet& kubelet) {
  Counts counts;
  for (const ReadSample& sample : ReadPage(kubelet, "/metrics/probes", "prober_probe_total")) {
    counts[WorkloadOf(sample.Label("namespace"), sample.Label("pod")) + " " +
           sample.Label("container") + " " + sample.Label("probe_type") + " " +
           sample.Label("result")] += sample.value;
  }
  return counts;
}

Pod ReadPod(const SimulatedKubelet& kubelet, const std::string& workload) {
  std::vector<Pod> found;
  for (Pod& pod : ReadPods(kubelet).pods) {
    if (WorkloadOf(pod.pod_namespace, pod.name) == workload) found.push_back(std::move(pod));
  }
  EXPECT_EQ(found.size(), 1U) << workload;
  return found.empty() ? Pod{} : found.front();
}

std::string WorkloadOf(const std::string& pod_namespace, const std::string& pod_name) {
  std::string name = pod_name;
  while (true) {
    const auto dash = name.rfind('-');
    if (dash == std::string::npos || !IsMadeByChance(name.substr(dash + 1))) break;
    name.resize(dash);
  }
  return pod_namespace + "/" + name;
}

}  // namespace podprobe
