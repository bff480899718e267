#ifndef PODPROBE_EXPORTER_HEALTH_DURATIONS_H_
#define PODPROBE_EXPORTER_HEALTH_DURATIONS_H_

#include <map>
#include <optional>
#include <span>
#include <string_view>

#include "exporter/health/duration_log.h"
#include "exporter/health/increments.h"
#include "exporter/health/instant.h"
#include "exporter/health/node_durations.h"
#include "exporter/health/node_state.h"
#include "exporter/health/pod_registry.h"
#include "exporter/health/readings.h"

namespace podprobe {

// How long the successful probes of a node's containers took, over the last
// five minutes, against their timeouts.
class Durations {
 public:
  static constexpr std::string_view kWindowName = "5m";

  // Takes the histograms of a reading; what they add goes on to `node`.
  void Observe(const ProbesReading& reading, const ReadingContext& context, const Instant& at,
               NodeDurations* node);
  void Prune(const Instant& now);
  // What was seen so far under the labels of `pod` belongs to another pod.
  void Forget(const PodState& pod);

  // Of the successes of a probe type over `pods`, the share that needed more than about half of the
  // timeout. Absent where timeouts or bounds are unknown or there were too few.
  std::optional<double> NearTimeout(const NodeState& node, std::span<const PodState* const> pods,
                                    std::string_view probe_type, const Instant& now) const;

  // How far the slowest per cent of one probe's successes stays from its
  // timeout, as a share of it; at the resolution of the kubelet's buckets.
  std::optional<double> Headroom(const NodeState& node, const PodState& pod,
                                 const ProbeState& probe, const Instant& now) const;

 private:
  const DurationLog* LogOf(const PodState& pod, const ProbeState& probe) const;

  std::map<HistogramKey, DurationLog> logs_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_DURATIONS_H_
