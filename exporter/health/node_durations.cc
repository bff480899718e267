#include "exporter/health/node_durations.h"

#include <algorithm>
#include <cmath>

namespace podprobe {

NodeDurations::Histogram& NodeDurations::Of(const SharedText& probe_type, bool is_late) {
  for (auto& [known, histogram] : histograms_) {
    if (known == probe_type) return histogram;
  }
  const auto after = std::ranges::upper_bound(histograms_, probe_type, {},
                                              &std::pair<SharedText, Histogram>::first);
  return histograms_.insert(after, {probe_type, Histogram{.birth = Birth(is_late)}})->second;
}

void NodeDurations::Add(const SharedText& probe_type, const DurationLog::Added& added,
                        bool is_late) {
  Histogram& histogram = Of(probe_type, is_late);
  for (const double bound : added.bounds) histogram.counts.try_emplace(bound, 0);
  for (const HistogramHistory::Increment& increment : added.increments) {
    if (std::isfinite(increment.upper_bound)) {
      histogram.counts[increment.upper_bound] += increment.count;
    } else {
      histogram.overflow += increment.count;
    }
  }
  histogram.sum_seconds += added.sum_seconds;
}

std::vector<DurationCounts> NodeDurations::Serve(const Instant& now, double hold_seconds) {
  std::vector<DurationCounts> served;
  for (auto& [probe_type, histogram] : histograms_) {
    const bool is_held = histogram.birth.IsHeldAtZero(now, hold_seconds);
    DurationCounts& out = served.emplace_back();
    out.probe_type = probe_type;
    for (const auto& [bound, count] : histogram.counts) {
      if (!is_held) out.count += count;
      out.buckets.emplace_back(bound, out.count);
    }
    if (is_held) continue;
    out.count += histogram.overflow;
    out.sum_seconds = histogram.sum_seconds;
  }
  return served;
}

}  // namespace podprobe
