#ifndef PODPROBE_EXPORTER_EXPOSITION_METRICS_REFERENCE_H_
#define PODPROBE_EXPORTER_EXPOSITION_METRICS_REFERENCE_H_

#include <string>

namespace podprobe {

// The reference of all series as Markdown: the notes, and between them one entry
// for each row of the metric table. exporter/METRICS.md is this text.
std::string MetricsReference();

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_EXPOSITION_METRICS_REFERENCE_H_
