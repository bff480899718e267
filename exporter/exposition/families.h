#ifndef PODPROBE_EXPORTER_EXPOSITION_FAMILIES_H_
#define PODPROBE_EXPORTER_EXPOSITION_FAMILIES_H_

#include <functional>
#include <string_view>
#include <vector>

#include "exporter/exposition/metric_family.h"
#include "exporter/exposition/text_writer.h"
#include "exporter/health/snapshot.h"

namespace podprobe {

// The snapshot as metric families: families in the order of the metric table,
// metrics in the order of the snapshot. A family without metrics is left out.
std::vector<MetricFamily> BuildFamilies(const Snapshot& snapshot);

// These families as text, in pieces: no more than one of them is ever held.
void WriteSnapshot(const Snapshot& snapshot, TextFormat format, const OpenMetricsOptions& options,
                   const std::function<void(std::string_view piece)>& write);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_EXPOSITION_FAMILIES_H_
