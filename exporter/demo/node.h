#ifndef PODPROBE_EXPORTER_DEMO_NODE_H_
#define PODPROBE_EXPORTER_DEMO_NODE_H_

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/demo/cast.h"
#include "exporter/demo/pod.h"
#include "exporter/demo/random.h"

namespace podprobe {

// In the range for documentation.
inline constexpr std::string_view kNodeAddress = "192.0.2.10";

// The pods of the simulated node and the controllers that make and delete
// them: rollouts, a StatefulSet's replacements, a CronJob's Jobs.
class SimulatedNode {
 public:
  struct Options {
    std::string name;
    double start_unix_seconds = 0;  // when the simulation begins
    // Up to here the pods have lived already: older ones are backdated, younger ones
    // are made as time passes.
    double history_start_unix_seconds = 0;
  };

  // `random` must outlive the node.
  SimulatedNode(Options options, const std::vector<SimulatedWorkload>& workloads, Random* random);

  // When the controllers look next, and their look: new pods appear in pods(), pods are deleted.
  double NextLookAt() const { return next_look_at_; }
  void Look(double now);

  // Takes out the pods that are gone.
  void RemoveGone();

  const std::string& name() const { return options_.name; }
  // In the order in which they came. Pointers stay valid until RemoveGone.
  std::list<SimulatedPod>& pods() { return pods_; }
  const std::list<SimulatedPod>& pods() const { return pods_; }

 private:
  // A Deployment's ReplicaSet.
  struct Version {
    std::string template_hash;
    std::string replica_set_uid;
    std::shared_ptr<const PodTemplate> pod;
  };

  // One controller: a workload and where it stands.
  struct Controller {
    SimulatedWorkload workload;
    std::string uid;  // of the owner
    double begins_at = 0;
    double next_change_at = kNever;
    int changes = 0;
    // Deployment: the version that is wanted, and while a rollout goes on the one before.
    Version version;
    std::optional<Version> old_version;
    double rollout_began_at = 0;
    std::vector<SimulatedPod*> pods;  // not gone
  };

  Version NewVersion(const std::shared_ptr<const PodTemplate>& pod);
  void LookAt(Controller* controller, double now);
  // What change_interval_seconds speaks of.
  void BeginChange(Controller* controller, double now);
  void StepRollout(Controller* controller, double now);
  void StartJob(Controller* controller, double now);
  // Makes what a Deployment, StatefulSet, DaemonSet or single pod lacks.
  void FillUp(Controller* controller, double now);
  PodIdentity NextIdentity(const Controller& controller);
  SimulatedPod* AddPod(Controller* controller, PodIdentity identity,
                       std::shared_ptr<const PodTemplate> made_from, double now);

  Options options_;
  Random* random_;
  std::vector<Controller> controllers_;
  std::list<SimulatedPod> pods_;
  double next_look_at_ = 0;
  int addresses_ = 1;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_DEMO_NODE_H_
