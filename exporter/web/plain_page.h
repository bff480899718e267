#ifndef PODPROBE_EXPORTER_WEB_PLAIN_PAGE_H_
#define PODPROBE_EXPORTER_WEB_PLAIN_PAGE_H_

#include <string>
#include <string_view>

#include "exporter/health/snapshot.h"
#include "exporter/web/page_frame.h"

namespace podprobe {

// The pages for people as text, for curl. Control characters in names become spaces: what a pod
// is called cannot move a terminal's cursor. `snapshot` is null before the first one.
std::string RenderPlainStatus(const PageOptions& options, const Snapshot* snapshot,
                              std::string_view query);
std::string RenderPlainSources(const Snapshot* snapshot);

// Whether an Accept header asks for HTML by name.
bool WantsHtml(std::string_view accept);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_PLAIN_PAGE_H_
