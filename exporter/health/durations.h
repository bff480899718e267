#ifndef PODPROBE_EXPORTER_HEALTH_DURATIONS_H_
#define PODPROBE_EXPORTER_HEALTH_DURATIONS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "exporter/health/duration_log.h"
#include "exporter/health/found_entries.h"
#include "exporter/health/increments.h"
#include "exporter/health/instant.h"
#include "exporter/health/node_durations.h"
#include "exporter/health/node_state.h"
#include "exporter/health/pod_registry.h"
#include "exporter/health/readings.h"
#include "exporter/health/sliding_counts.h"
#include "exporter/health/stable_map.h"

namespace podprobe {

// Successes, and those among them that needed more than about half of their timeout.
struct NearTimeoutCount {
  double slow = 0;
  double all = 0;
  // Absent below `min_attempts`.
  std::optional<double> Ratio(double min_attempts) const {
    if (all < min_attempts || all <= 0) return std::nullopt;
    return slow / all;
  }
};

// How long the successful probes of a node's containers took, over the last
// five minutes, against their timeouts.
class Durations {
 public:
  static constexpr std::string_view kWindowName = "5m";
  static constexpr double kWindowSeconds = 300;

  // Takes the histograms of a reading; what they add goes on to `node`.
  void Observe(const ProbesReading& reading, const ReadingContext& context, const Instant& at,
               NodeDurations* node);
  // What lies before the window that ends at `now` counts no more: a log lets go of it when it is
  // looked at.
  void Prune(const Instant& now);
  // Whether nothing was seen under the labels of `pod`.
  bool IsEmpty(const PodState& pod);
  // What was seen so far under the labels of `pod`, or before a (steady) time, belongs to another
  // pod.
  void Forget(const PodState& pod);
  void ForgetBefore(const PodState& pod, double steady_seconds);

  // Adds one probe's successes, where its bounds are known.
  void CountNearTimeout(const PodState& pod, const ProbeState& probe, const ProbeSpec& spec,
                        NearTimeoutCount* count);

  // How far the slowest per cent of one probe's successes stays from its
  // timeout, as a share of it; at the resolution of the kubelet's buckets.
  std::optional<double> Headroom(const PodState& pod, const ProbeState& probe,
                                 const ProbeSpec& spec);

 private:
  // By the histogram's labels; made when there is none.
  DurationLog* MakeLogOf(const DurationHistogram& histogram);
  // Pruned; null without any.
  DurationLog* LogOf(const PodState& pod, const ProbeState& probe);

  Timeline timeline_;
  std::uint32_t first_reading_ = 0;  // of the window
  StableMap<HistogramKey, DurationLog> logs_;
  // The logs of a reading's histograms. Forgotten when a log goes.
  FoundEntries<DurationLog*> known_logs_;
  HistogramHistory::SharedBounds last_bounds_;
  // Counts the changes of `logs_`: what a probe remembers is true for one number.
  std::uint64_t generation_ = 1;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_DURATIONS_H_
