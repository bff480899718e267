#ifndef PODPROBE_EXPORTER_DEMO_CGROUPS_H_
#define PODPROBE_EXPORTER_DEMO_CGROUPS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "exporter/demo/pod.h"

namespace podprobe {

inline constexpr double kNodeMemoryBytes = 16.0 * 1024 * kMebibyte;

struct CgroupCounters {
  double cpu_seconds = 0;
  double cpu_waiting_seconds = 0;     // PSI: some task waited
  double memory_waiting_seconds = 0;  // PSI
  double cfs_periods = 0;
  double cfs_throttled_periods = 0;
};

// What cAdvisor sees on the simulated node: one value for each control group,
// as it was when cAdvisor last looked at it.
struct Cgroup {
  enum class Kind { kRoot, kSlice, kPod, kSandbox, kContainer };

  Kind kind = Kind::kRoot;
  // The labels; those that do not apply are empty.
  std::string id;
  std::string image;
  std::string name;
  std::string container;
  std::string pod;
  std::string pod_namespace;
  bool uses_host_network = false;

  double started_at = 0;
  double seen_at = 0;     // when the page is written
  double sampled_at = 0;  // 0 to 20 s before
  CgroupCounters counters;
  double memory_bytes = 0;
  // 0: no limit.
  int cpu_limit_millicores = 0;
  std::int64_t memory_limit_bytes = 0;
  int cpu_shares = 2;

  double SampledUptimeSeconds() const { return sampled_at - started_at; }
};

struct NodeClock {
  double now = 0;
  double booted_at = 0;
};

// Sorted by container, then by id, as cAdvisor's series are.
std::vector<Cgroup> ReadCgroups(const std::vector<const SimulatedPod*>& pods,
                                const NodeClock& clock);

// Guaranteed, Burstable or BestEffort.
std::string QosClass(const SimulatedPod& pod);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_DEMO_CGROUPS_H_
