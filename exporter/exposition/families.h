#ifndef PODPROBE_EXPORTER_EXPOSITION_FAMILIES_H_
#define PODPROBE_EXPORTER_EXPOSITION_FAMILIES_H_

#include <vector>

#include "exporter/exposition/metric_family.h"
#include "exporter/health/snapshot.h"

namespace podprobe {

// The snapshot as metric families: families in the order of the metric table,
// metrics in the order of the snapshot. A family without metrics is left out.
std::vector<MetricFamily> BuildFamilies(const Snapshot& snapshot);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_EXPOSITION_FAMILIES_H_
