#ifndef PODPROBE_EXPORTER_HEALTH_SERIES_LIMIT_H_
#define PODPROBE_EXPORTER_HEALTH_SERIES_LIMIT_H_

#include <cstddef>
#include <set>

#include "exporter/health/snapshot.h"

namespace podprobe {

// How many series the page of `snapshot` has (a histogram's lines count each).
std::size_t CountSeries(const Snapshot& snapshot);

// Keeps a page within a number of series. Whole pods are left out, never half of
// one: those that fail are kept before those that pass, then in the order in
// which they were first seen.
class SeriesLimit {
 public:
  // Cuts `snapshot`, and counts the series of pods that are cut from now on.
  void Apply(std::size_t max_series, Snapshot* snapshot);
  // What the last page lacks.
  const std::set<PodLabels>& cut() const { return cut_; }

 private:
  std::set<PodLabels> cut_;  // on the last page
  double dropped_ = 0;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_SERIES_LIMIT_H_
