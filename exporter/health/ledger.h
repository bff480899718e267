#ifndef PODPROBE_EXPORTER_HEALTH_LEDGER_H_
#define PODPROBE_EXPORTER_HEALTH_LEDGER_H_

#include <cstdint>

#include "exporter/health/engine_options.h"
#include "exporter/health/instant.h"
#include "exporter/health/node_state.h"
#include "exporter/health/pod_registry.h"
#include "exporter/health/rollup.h"
#include "exporter/health/sliding_counts.h"
#include "exporter/health/stable_map.h"

namespace podprobe {

// All counters, by the labels under which they are served. Pods and probes
// point to theirs; pods that share labels share counters.
class Ledger {
 public:
  explicit Ledger(ServedLevel level) : level_(level) {}

  // Gives `pod` and its probes their counters, those that they do not have yet.
  void Attach(PodState& pod, bool is_late);
  // The pod's labels are others from now on.
  static void Detach(PodState& pod);
  // Forgets all counters; pods get others, at `level`.
  void BeginAnew(ServedLevel level);
  // Forgets the counters that none of `pods` has.
  void Sweep(const PodRegistry& pods);

  Timeline& timeline() { return timeline_; }
  const Timeline& timeline() const { return timeline_; }
  StableMap<ProbeLabels, Rollup>& probes() { return probes_; }
  StableMap<PodLabels, PodCounts>& pods() { return pods_; }
  // Pages have numbers.
  std::uint64_t BeginPage() { return ++page_; }

 private:
  PodLabels LabelsOf(const PodState& pod) const;

  ServedLevel level_;
  Timeline timeline_;
  StableMap<ProbeLabels, Rollup> probes_;
  StableMap<PodLabels, PodCounts> pods_;
  std::uint64_t page_ = 0;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_LEDGER_H_
