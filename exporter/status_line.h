#ifndef PODPROBE_EXPORTER_STATUS_LINE_H_
#define PODPROBE_EXPORTER_STATUS_LINE_H_

#include <string>
#include <string_view>

#include "exporter/health/snapshot.h"

namespace podprobe {

// How the exporter is in one line, for `systemctl status`:
//   reading https://10.0.0.7:10250: probes, resource; failing: cadvisor, pods (…)
// `is_config_refused`: the file was not loaded again, the old configuration stays in force.
std::string StatusLine(const Snapshot& snapshot, std::string_view url, bool is_config_refused);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_STATUS_LINE_H_
