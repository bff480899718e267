#ifndef PODPROBE_EXPORTER_HEALTH_CENSUS_H_
#define PODPROBE_EXPORTER_HEALTH_CENSUS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "exporter/health/condition.h"
#include "exporter/health/durations.h"
#include "exporter/health/instant.h"
#include "exporter/health/ledger.h"
#include "exporter/health/node_state.h"
#include "exporter/health/pod_registry.h"

namespace podprobe {

// One look at all pods for the sake of one page: every probe of a living pod gets its condition and
// its headroom, all counters on the page get to know whose they are, and the node's pods,
// containers and probes are counted.
class Census {
 public:
  struct OfType {
    std::array<double, kAllConditions.size()> probes = {};  // by condition
    double containers = 0;                                  // that run and have such a probe
  };

  // Both outlive this.
  Census(const NodeState& node, Durations* durations) : node_(node), durations_(*durations) {}

  // Everything that was waiting has been settled, every pod that is served has its counters.
  void Take(const PodRegistry& pods, std::uint64_t page_number, const Instant& now);

  // By probe type. Those that the kubelet has today are always there, others when some pod has one.
  const std::map<std::string_view, OfType>& types() const { return types_; }
  double running_containers() const { return running_containers_; }
  double stale_pods() const { return stale_pods_; }
  // What findings follow from, besides settings, is not what it was at the look before.
  bool has_new_findings() const { return has_new_findings_; }

 private:
  struct OnPage {
    PodState* pod;
    ProbeState* probe;
  };

  void Look(PodState& pod);
  void Judge(const PodState& pod, ProbeState& probe) const;
  void Show(PodState& pod, ProbeState& probe, bool is_told);
  void NoteBasis(bool is_told, ProbeState& probe);
  static void KeepYoungest(Rollup::PageProbes* living);

  const NodeState& node_;
  Durations& durations_;

  std::uint64_t page_number_ = 0;
  Instant now_;
  bool is_pods_stale_ = false;
  std::map<std::string_view, OfType> types_;
  std::array<OfType*, 3> usual_types_ = {};  // by ProbeKind
  double running_containers_ = 0;
  double stale_pods_ = 0;
  bool has_new_findings_ = false;
  std::vector<OnPage> failing_;  // those that do not pass
  std::vector<Rollup*> shared_;  // by several pods, or containers
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_CENSUS_H_
