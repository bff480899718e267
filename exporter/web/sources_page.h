#ifndef PODPROBE_EXPORTER_WEB_SOURCES_PAGE_H_
#define PODPROBE_EXPORTER_WEB_SOURCES_PAGE_H_

#include <string>

#include "exporter/health/snapshot.h"
#include "exporter/web/page_frame.h"

namespace podprobe {

// The page at /sources: what is read from the kubelet, how that goes, and what mends it.
// `snapshot` is null before the first one.
std::string RenderSourcesPage(const PageOptions& options, const Snapshot* snapshot);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_SOURCES_PAGE_H_
