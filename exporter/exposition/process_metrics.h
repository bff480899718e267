#ifndef PODPROBE_EXPORTER_EXPOSITION_PROCESS_METRICS_H_
#define PODPROBE_EXPORTER_EXPOSITION_PROCESS_METRICS_H_

#include <string>
#include <vector>

#include "exporter/exposition/metric_family.h"

namespace podprobe {

// The process_* families of this process, read now from /proc. What cannot be
// read is left out. Safe from any thread.
std::vector<MetricFamily> ReadProcessMetrics(const std::string& proc_directory = "/proc");

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_EXPOSITION_PROCESS_METRICS_H_
