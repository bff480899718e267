#ifndef PODPROBE_EXPORTER_HEALTH_UNREADY_CLOCK_H_
#define PODPROBE_EXPORTER_HEALTH_UNREADY_CLOCK_H_

#include <optional>
#include <span>

#include "exporter/health/instant.h"

namespace podprobe {

// Measures for how long and how often one pod is unready, by its condition
// Ready: the kubelet's extra runs of a failing readiness probe cannot bend it.
class UnreadyClock {
 public:
  // What one good reading of /pods says of the pod.
  struct Observation {
    Instant at;
    bool is_ready = false;
    // The condition's lastTransitionTime; absent: as if it had not moved.
    std::optional<double> transition_unix;
    // When the pod began. Of a pod that never was ready the seconds up to `grace_seconds` after it
    // do not count; none do while it is unknown.
    std::optional<double> pod_start_unix;
    double grace_seconds = 0;
    // When kubelet processes began, as far as known.
    std::span<const double> kubelet_starts_unix;
  };
  struct Added {
    int transitions = 0;  // from ready to unready
    double seconds = 0;
  };

  // Returns what the time since the last observation adds.
  Added Observe(const Observation& observation);
  // A reading failed, or lacks the pod or its condition: the seconds until the next one are
  // unknown.
  void Interrupt() { is_interrupted_ = true; }

 private:
  struct Last {
    Instant at;
    bool is_ready = false;
    std::optional<double> transition_unix;
  };

  std::optional<Last> last_;
  bool is_interrupted_ = false;
  bool was_ever_ready_ = false;
  // The present unready span began with a new kubelet process: as a flip it blames nobody.
  bool is_kubelets_doing_ = false;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_UNREADY_CLOCK_H_
