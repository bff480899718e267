#ifndef PODPROBE_EXPORTER_DEMO_CADVISOR_FAMILIES_H_
#define PODPROBE_EXPORTER_DEMO_CADVISOR_FAMILIES_H_

#include <span>

#include "exporter/demo/cgroups.h"
#include "exporter/demo/metric_text.h"

namespace podprobe {

// The container_* families of /metrics/cadvisor on a node with cgroup v2 and
// Linux 6: which cgroups have a row, with which further labels and what value.
struct CadvisorFamily {
  enum class Rows {
    kAll,
    kCpuLimited,  // cgroups with a CPU quota
    kProcesses,   // cgroups that hold a process: sandboxes, containers and the root
    kNetwork,     // sandboxes and the root
    kRoot,
  };
  // Labels besides the six that every row has.
  enum class Dimension { kNone, kCpuTotal, kDevice, kFailureType, kInterface, kTaskState, kUlimit };

  FamilyHeader header;
  Rows rows = Rows::kAll;
  Dimension dimension = Dimension::kNone;
  bool has_timestamp = true;
  double (*value)(const Cgroup&) = nullptr;
};

// Sorted by name.
std::span<const CadvisorFamily> CadvisorFamilies();

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_DEMO_CADVISOR_FAMILIES_H_
