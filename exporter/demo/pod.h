#ifndef PODPROBE_EXPORTER_DEMO_POD_H_
#define PODPROBE_EXPORTER_DEMO_POD_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/demo/pod_template.h"
#include "exporter/demo/random.h"

namespace podprobe {

// One pod on the simulated node: its containers start, end, are killed, back
// off and start again as time passes. It knows nothing of probes; who probes it
// tells it the outcome by SetReady, SetStarted and Kill.
//
// Times are Unix seconds, kNever for what is not going to happen.

struct ContainerTermination {
  std::string reason;  // Completed, Error, OOMKilled
  int exit_code = 0;
  double started_at = 0;
  double finished_at = 0;
  std::string container_id;
};

// What the prober keeps about one probe of one container.
struct ProbeWorker {
  std::string container_id;  // of the instance it probes
  double next_run_at = kNever;
  bool is_on_hold = false;  // after a threshold, until there is a new container
  bool last_was_ok = false;
  int run_length = 0;  // results equal to the last one in a row
};

struct SimulatedContainer {
  enum class State { kWaiting, kRunning, kTerminated };

  const ContainerTemplate* made_from = nullptr;  // in the pod's template
  bool is_init = false;                          // sidecars too
  State state = State::kWaiting;
  std::string waiting_reason;
  std::string waiting_message;
  std::string id;  // of the running or the last instance; empty before the first start
  double started_at = 0;
  int restart_count = 0;
  bool is_ready = false;
  bool is_started = false;
  std::optional<ContainerTermination> termination;           // the latest
  std::optional<ContainerTermination> previous_termination;  // the one before it
  double ended_uptime_seconds = 0;                           // of all ended instances
  std::vector<ProbeWorker> workers;                          // one for each probe of the template

  // What comes next.
  double start_at = kNever;
  double exit_at = kNever;
  int exit_code = 0;
  std::string exit_reason;
  bool is_being_killed = false;
  double back_off_seconds = 0;  // 0: the next restart waits for nothing
  double back_off_set_at = 0;

  bool HasProbe(ProbeType type) const;
};

struct PodOwner {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
};

struct PodIdentity {
  std::string pod_namespace;
  std::string name;
  std::string generate_name;  // empty: the pod has a name of its own
  std::string uid;
  std::string ip;
  std::optional<PodOwner> owner;
  std::map<std::string, std::string> labels;
  bool is_static = false;
};

class SimulatedPod {
 public:
  // Created at `now`: the containers start in the seconds that follow.
  SimulatedPod(PodIdentity identity, std::shared_ptr<const PodTemplate> made_from, double now,
               Random* random);

  // Makes it a pod that was created at `then` and has run ever since, its
  // readiness as the probe would find it. Not for one that ends by itself.
  void BackdateTo(double then);

  // When something happens next without anyone asking, and the happening.
  double NextChangeAt() const;
  void Change(double now);

  // Through the API: the containers get SIGTERM and the grace period.
  void Delete(double now);

  void SetReady(SimulatedContainer* container, bool is_ready, double now);
  void SetStarted(SimulatedContainer* container, double now);
  // A liveness or startup probe reached its threshold.
  void Kill(SimulatedContainer* container, double now);

  // A new kubelet process takes running containers as started and forgets back-offs.
  void KubeletRestarted(double now);

  const PodIdentity& identity() const { return identity_; }
  const PodTemplate& made_from() const { return *made_from_; }
  // Init containers first, in the order of the template.
  std::vector<SimulatedContainer>& containers() { return containers_; }
  const std::vector<SimulatedContainer>& containers() const { return containers_; }

  double created_at() const { return created_at_; }
  const std::string& sandbox_id() const { return sandbox_id_; }  // empty: not made yet
  double sandbox_started_at() const { return sandbox_started_at_; }
  std::optional<double> deleted_at() const { return deleted_at_; }
  // Pending, Running, Succeeded or Failed.
  std::string Phase() const;
  bool IsFinished() const { return Phase() == "Succeeded" || Phase() == "Failed"; }
  bool IsInitialized() const;
  bool is_ready() const { return is_ready_; }
  double ready_transition_at() const { return ready_transition_at_; }
  // Deleted and dead: no longer on the node.
  bool is_gone() const { return is_gone_; }

 private:
  void ScheduleStarts(double now);
  void Start(SimulatedContainer* container, double now);
  void Exit(SimulatedContainer* container, double now);
  void ScheduleRestart(SimulatedContainer* container, double now);
  void UpdateReadyCondition(double now);
  bool HasLivingContainer() const;

  PodIdentity identity_;
  std::shared_ptr<const PodTemplate> made_from_;
  Random* random_;
  std::vector<SimulatedContainer> containers_;
  double created_at_ = 0;
  double sandbox_at_ = kNever;  // when the sandbox is going to be there
  std::string sandbox_id_;
  double sandbox_started_at_ = 0;
  std::optional<double> deleted_at_;
  double gone_at_ = kNever;
  bool is_gone_ = false;
  bool is_ready_ = false;
  double ready_transition_at_ = 0;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_DEMO_POD_H_
