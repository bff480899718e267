#ifndef PODPROBE_EXPORTER_WEB_INDEX_PAGE_H_
#define PODPROBE_EXPORTER_WEB_INDEX_PAGE_H_

#include <string>
#include <string_view>

#include "exporter/health/snapshot.h"

namespace podprobe {

struct IndexPageOptions {
  std::string version;
  std::string node_name;  // may be empty
  std::string telemetry_path;
  double now_unix_seconds = 0;  // what ages are told from
};

// The page at `/`, HTML: what this is, where to look, how many probes there are and fail,
// and how each source is doing. `snapshot` is null before the first one.
std::string RenderIndexPage(const IndexPageOptions& options, const Snapshot* snapshot);

// Text as it may stand in HTML, between tags and in attributes in double quotes.
std::string EscapeHtml(std::string_view text);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_INDEX_PAGE_H_
