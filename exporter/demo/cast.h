#ifndef PODPROBE_EXPORTER_DEMO_CAST_H_
#define PODPROBE_EXPORTER_DEMO_CAST_H_

#include <memory>
#include <string>
#include <vector>

#include "exporter/demo/pod_template.h"

namespace podprobe {

// What is deployed to the simulated node.
struct SimulatedWorkload {
  enum class Kind { kDeployment, kStatefulSet, kDaemonSet, kCronJob, kBarePod, kStaticPod };

  Kind kind = Kind::kDeployment;
  std::string pod_namespace;
  std::string name;
  int replicas = 1;
  std::shared_ptr<const PodTemplate> pod;
  // How long before the simulation's start its pods were made.
  double age_seconds = 0;
  // A Deployment rolls a new version out, a StatefulSet gets one of its pods
  // deleted, a CronJob starts a Job (whole minutes): this often. 0: never.
  double change_interval_seconds = 0;
  // Deployment: every third version is this one, and is rolled back when it does not get ready.
  std::shared_ptr<const PodTemplate> broken_pod;
};

// All of them: the pods that the demo shows. Fewer than three in ten of the
// workloads with probes fail at any moment, so that the node itself is not suspected.
std::vector<SimulatedWorkload> DemoCast();

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_DEMO_CAST_H_
