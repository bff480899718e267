#ifndef PODPROBE_EXPORTER_WEB_STATUS_PAGE_H_
#define PODPROBE_EXPORTER_WEB_STATUS_PAGE_H_

#include <string>
#include <string_view>

#include "exporter/health/snapshot.h"
#include "exporter/web/page_frame.h"

namespace podprobe {

// The page at `/`: the node at a glance, then what does not pass, worst first, with filters in
// the URL. `snapshot` is null before the first one.
std::string RenderStatusPage(const PageOptions& options, const Snapshot* snapshot,
                             std::string_view query);

// Rows of one page of the list.
inline constexpr int kStatusRowsPerPage = 50;

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_STATUS_PAGE_H_
