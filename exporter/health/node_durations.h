#ifndef PODPROBE_EXPORTER_HEALTH_NODE_DURATIONS_H_
#define PODPROBE_EXPORTER_HEALTH_NODE_DURATIONS_H_

#include <map>
#include <utility>
#include <vector>

#include "exporter/health/duration_log.h"
#include "exporter/health/instant.h"
#include "exporter/health/late_counter.h"
#include "exporter/health/shared_text.h"
#include "exporter/health/snapshot.h"

namespace podprobe {

// Durations of all successful probes on the node since the exporter started, by
// probe type: the sum of the kubelet's histograms' increments.
class NodeDurations {
 public:
  // The probe type is known from now on, with what a reading added.
  void Add(const SharedText& probe_type, const DurationLog::Added& added, bool is_late);

  std::vector<DurationCounts> Serve(const Instant& now, double hold_seconds);

 private:
  struct Histogram {
    Birth birth;
    std::map<double, double> counts;  // finite bound -> of this bucket alone
    double overflow = 0;              // slower than all bounds
    double sum_seconds = 0;
  };
  Histogram& Of(const SharedText& probe_type, bool is_late);

  std::vector<std::pair<SharedText, Histogram>> histograms_;  // by probe type, ascending
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_NODE_DURATIONS_H_
