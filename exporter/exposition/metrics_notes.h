#ifndef PODPROBE_EXPORTER_EXPOSITION_METRICS_NOTES_H_
#define PODPROBE_EXPORTER_EXPOSITION_METRICS_NOTES_H_

#include <string_view>

namespace podprobe {

// The prose of the metrics reference, Markdown: what stands before the list of
// series and what stands after it.
std::string_view MetricsIntroduction();
std::string_view MetricsNotes();

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_EXPOSITION_METRICS_NOTES_H_
