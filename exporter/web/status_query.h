#ifndef PODPROBE_EXPORTER_WEB_STATUS_QUERY_H_
#define PODPROBE_EXPORTER_WEB_STATUS_QUERY_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/health/snapshot.h"
#include "exporter/web/pod_view.h"

namespace podprobe {

// What the URL of the status page asks for. What makes no sense there asks for nothing.
struct StatusQuery {
  enum class Sort { kWorst, kSince, kName };

  PodFilter filter;   // its `states`: of the row's container
  std::string state;  // as in the URL: empty for what does not pass, all, or a state
  Sort sort = Sort::kWorst;
  std::size_t page = 1;

  static StatusQuery Parse(std::string_view query);
  // Whether it asks for less than all that does not pass.
  bool IsFiltered() const;
  // The query of this list; without the '?'.
  std::string ToString() const;
};

// One container's probe. It points into the snapshot.
struct StatusRow {
  const ProbeSnapshot* probe;
  const ContainerProbe* container;
  const PodSnapshot* pod;  // null where the snapshot has only its probes
};

// All rows that match, sorted: worst state first, of one state the longest first.
std::vector<StatusRow> SelectRows(const Snapshot& snapshot, const StatusQuery& query);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_STATUS_QUERY_H_
