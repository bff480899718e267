#ifndef PODPROBE_PARSERS_POD_LIST_H_
#define PODPROBE_PARSERS_POD_LIST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace podprobe {

// The part of a Kubernetes PodList that bears on probes, as plain values. Field
// names follow the API (core/v1); times are Unix seconds. A field that the JSON
// does not have is absent here, except where Kubernetes defines a default.

// One probe's settings, with the defaults of pkg/apis/core/v1/defaults.go.
struct ProbeSpec {
  std::string handler_type;  // httpGet, tcpSocket, grpc, exec
  // Equal for probes that ask the same thing. Only a fingerprint is kept: a
  // command line may be long, and may hold a secret.
  std::size_t handler_fingerprint = 0;
  double initial_delay_seconds = 0;
  double period_seconds = 10;
  double timeout_seconds = 1;
  double success_threshold = 1;
  double failure_threshold = 3;
  bool operator==(const ProbeSpec&) const = default;
};

// status.containerStatuses[].lastState.terminated, or state.terminated.
struct Termination {
  std::string reason;  // OOMKilled, Error, Completed, …
  int exit_code = 0;
  std::optional<double> started_at;
  std::optional<double> finished_at;
};

struct PodContainer {
  std::string name;
  bool is_sidecar = false;  // a restartable init container
  std::optional<ProbeSpec> readiness;
  std::optional<ProbeSpec> liveness;
  std::optional<ProbeSpec> startup;

  // From the status; a container without a status has none of these.
  std::string container_id;  // empty before the first start
  std::optional<bool> ready;
  std::optional<bool> started;
  std::optional<int> restart_count;
  std::optional<double> running_since;          // state.running.startedAt; absent: does not run
  std::optional<Termination> terminated;        // state.terminated
  std::optional<Termination> last_termination;  // lastState.terminated

  // By the kubelet's probe_type; null where there is no such probe.
  const ProbeSpec* Probe(std::string_view probe_type) const;
};

struct Pod {
  // Of its text: how a later list names it while that stays the same.
  std::uint64_t fingerprint = 0;
  std::string pod_namespace;
  std::string name;
  // As the kubelet's series have it: for a mirror pod (a static pod as the API
  // server shows it) the static pod's hash.
  std::string uid;
  std::optional<double> creation_timestamp;
  std::optional<double> deletion_timestamp;
  std::optional<double> start_time;
  std::string node_name;
  std::string phase;  // Pending, Running, Succeeded, Failed
  bool is_finished() const { return phase == "Succeeded" || phase == "Failed"; }
  // The owner with controller: true; empty without one.
  std::string owner_kind;
  std::string owner_name;
  std::string template_hash;          // label pod-template-hash
  std::string rollout_template_hash;  // label rollouts-pod-template-hash
  std::string config_source;          // annotation kubernetes.io/config.source
  // The condition Ready.
  std::optional<bool> ready;
  std::optional<double> ready_transition_time;

  // Those that can have probes: the containers, and sidecars among the init containers.
  std::vector<PodContainer> containers;
};

struct PodList {
  std::vector<Pod> pods;
  // Fingerprints of pods that are, to the letter, in the last good list, where their contents are.
  std::vector<std::uint64_t> unchanged;
};

}  // namespace podprobe

#endif  // PODPROBE_PARSERS_POD_LIST_H_
