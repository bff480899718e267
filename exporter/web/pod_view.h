#ifndef PODPROBE_EXPORTER_WEB_POD_VIEW_H_
#define PODPROBE_EXPORTER_WEB_POD_VIEW_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/health/condition.h"
#include "exporter/health/snapshot.h"

namespace podprobe {

// Which probes and pods somebody wants to see. An empty list or text asks for nothing.
struct PodFilter {
  std::vector<std::string> namespaces;
  std::vector<std::string> workloads;
  std::vector<std::string> pods;
  std::vector<std::string> probe_types;
  std::vector<std::string> states;
  std::string text;  // part of a namespace, pod, workload or container, in any case
};

// How bad a state is to somebody on call: the higher, the worse. 0 is passing.
int Severity(Condition condition);

// A pod with all that a snapshot says about it. It points into the snapshot.
struct PodView {
  PodLabels labels;
  const PodSnapshot* pod = nullptr;  // null where the snapshot has only its probes
  std::vector<const ProbeSnapshot*> probes;

  // That of its worst probe; absent where no container is known.
  std::optional<Condition> state() const;
};

// The pod of a probe; null where the snapshot has only its probes.
const PodSnapshot* FindPod(const Snapshot& snapshot, const ProbeLabels& labels);
// The state of the worst container; absent where none is known.
std::optional<Condition> WorstState(const ProbeSnapshot& probe);

// The probes that match, in the order of the snapshot.
std::vector<const ProbeSnapshot*> SelectProbes(const Snapshot& snapshot, const PodFilter& filter);
// The pods that match, sorted by labels. A state is that of the worst probe; `probe_types` asks
// for pods that have such a probe.
std::vector<PodView> SelectPods(const Snapshot& snapshot, const PodFilter& filter);

// What happened last to a pod, the newest last; valid as long as the pod is. A restart is learnt of
// later than a failure that came after it, so the pod's own list is not always in that order.
std::vector<const PodEvent*> EventsByTime(const PodSnapshot& pod);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_POD_VIEW_H_
