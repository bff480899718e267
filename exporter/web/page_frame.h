#ifndef PODPROBE_EXPORTER_WEB_PAGE_FRAME_H_
#define PODPROBE_EXPORTER_WEB_PAGE_FRAME_H_

#include <functional>
#include <string>
#include <string_view>

#include "exporter/health/snapshot.h"
#include "exporter/web/html.h"

namespace podprobe {

struct PageOptions {
  std::string version;
  std::string node_name;  // may be empty
  std::string telemetry_path;
};

// What may be loaded into these pages: nothing but what this server itself gives.
inline constexpr std::string_view kPageSecurityPolicy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

// A whole page around what `body` writes.
std::string FramePage(const PageOptions& options, std::string_view title,
                      const std::function<void(Html*)>& body);

// A part that changes from snapshot to snapshot: the script puts a new one in its place. A page
// has the parts "head" and "live".
void AppendLive(std::string_view id, const std::function<void(Html*)>& content, Html* html);

// The moment as a length of time up to the snapshot; the script keeps it going.
void AppendAge(double unix_seconds, const Snapshot& snapshot, Html* html);
// The moment as a time of day, in UTC; the script makes it the reader's.
void AppendClock(double unix_seconds, Html* html);
// A share as a small bar with its number. Much of it is good, or bad.
enum class MeterKind { kGood, kBad };
void AppendMeter(MeterKind kind, std::string_view name, double ratio, Html* html);
void AppendState(Condition condition, Html* html);
// The address of a pod's own page.
std::string PodUrl(const ProbeLabels& labels);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_PAGE_FRAME_H_
