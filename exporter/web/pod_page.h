#ifndef PODPROBE_EXPORTER_WEB_POD_PAGE_H_
#define PODPROBE_EXPORTER_WEB_POD_PAGE_H_

#include <optional>
#include <string>
#include <string_view>

#include "exporter/health/snapshot.h"
#include "exporter/web/page_frame.h"

namespace podprobe {

// A pod's own page: its probes with all that is known of them, findings in their settings, and
// PromQL to copy. `query` names the pod: namespace=…&pod=…. Absent if the snapshot has no such pod.
std::optional<std::string> RenderPodPage(const PageOptions& options, const Snapshot& snapshot,
                                         std::string_view query);

// The page in its place where there is no such pod.
std::string RenderNoPodPage(const PageOptions& options);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_POD_PAGE_H_
