#ifndef PODPROBE_EXPORTER_METRICS_COMMAND_H_
#define PODPROBE_EXPORTER_METRICS_COMMAND_H_

#include <iosfwd>

namespace podprobe {

// `podprobe-exporter metrics`: prints the reference of all series as Markdown.
void RunMetricsCommand(std::ostream& out);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_METRICS_COMMAND_H_
