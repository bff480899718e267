#ifndef PODPROBE_EXPORTER_HEALTH_WORKLOAD_H_
#define PODPROBE_EXPORTER_HEALTH_WORKLOAD_H_

#include "exporter/health/shared_text.h"
#include "parsers/pod_list.h"

namespace podprobe {

// What a pod belongs to, in kubernetes-mixin's spelling: {"web", "deployment"}.
struct Workload {
  SharedText name;
  SharedText type;
  auto operator<=>(const Workload&) const = default;
};

// - a pod from a file or URL of the kubelet's: staticpod, named without the node's suffix;
// - no owner: barepod, named as the pod;
// - a ReplicaSet that carries the pod's template hash: its Deployment or Rollout;
// - a Job named by a CronJob (minutes since 1970, CronJob controller's getJobName): the CronJob;
// - else the owner, its kind in lower case.
Workload WorkloadOf(const Pod& pod);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_WORKLOAD_H_
