#ifndef PODPROBE_EXPORTER_HEALTH_SNAPSHOT_H_
#define PODPROBE_EXPORTER_HEALTH_SNAPSHOT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace podprobe {

// What the engine knows at one moment, as plain values: everything that is
// served, nothing that is not. A field that is absent is not served.
//
// A snapshot never changes once built; it is shared between threads as
// std::shared_ptr<const Snapshot>.

// The labels that identify a probe in served series. The pod's uid is not
// among them: pods of one name add up.
struct ProbeLabels {
  std::string pod_namespace;
  std::string pod;
  std::string workload;       // empty = unknown
  std::string workload_type;  // empty = unknown
  std::string probe_type;     // Readiness, Liveness, Startup, or what the kubelet said
  auto operator<=>(const ProbeLabels&) const = default;
};

// Counters of one phase since the exporter started, as served (a series that
// is still held at zero is zero here).
struct PhaseCounts {
  std::string phase;  // startup, steady, terminating
  double attempts = 0;
  double failures = 0;
};

struct WindowRatio {
  std::string window;  // as configured: 5m
  double ratio = 0;
};

// One container's probe, while there is something to say about it.
struct ContainerProbe {
  std::string container;
  std::optional<double> consecutive_failures;
};

struct ProbeSnapshot {
  ProbeLabels labels;
  std::vector<PhaseCounts> phases;
  std::vector<WindowRatio> success_ratios;
  std::optional<WindowRatio> near_timeout_ratio;
  std::vector<ContainerProbe> containers;  // sorted by name
};

struct SourceSnapshot {
  std::string source;  // probes, cadvisor, resource, pods
  bool is_up = false;  // the last reading was good
  std::optional<double> last_success_unix_seconds;
  std::optional<double> duration_seconds;
  std::optional<double> body_bytes;
  std::optional<double> samples;
  double parse_errors = 0;               // bad lines since the exporter started
  std::map<std::string, double> errors;  // failed readings by reason, since the exporter started
  // For people: the last failure in words, empty while the source is up.
  std::string last_error;
};

struct KubeletSnapshot {
  std::optional<double> start_unix_seconds;
  double restarts = 0;
  std::optional<bool> is_tls_verified;         // absent where there is no connection (replay)
  std::optional<bool> is_pod_label_truncated;  // absent while it cannot be known
};

struct Snapshot {
  double unix_seconds = 0;
  std::vector<ProbeSnapshot> probes;    // sorted by labels
  std::vector<SourceSnapshot> sources;  // only those read at least once, in the order of the design
  KubeletSnapshot kubelet;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_SNAPSHOT_H_
