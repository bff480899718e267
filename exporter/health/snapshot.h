#ifndef PODPROBE_EXPORTER_HEALTH_SNAPSHOT_H_
#define PODPROBE_EXPORTER_HEALTH_SNAPSHOT_H_

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "exporter/health/condition.h"
#include "exporter/health/shared_text.h"

namespace podprobe {

// What the engine knows at one moment, as plain values: everything that is
// served, nothing that is not. A field that is absent is not served. A
// string_view names one of a fixed set of words and lives as long as the program.
//
// A snapshot never changes once built; it is shared between threads as
// std::shared_ptr<const Snapshot>.

// Whose series it is. The pod's uid is not among the labels: pods of one name
// add up. `pod` is empty where series are rolled up by workload.
struct PodLabels {
  SharedText pod_namespace;
  SharedText pod;
  SharedText workload;       // empty = unknown
  SharedText workload_type;  // empty = unknown
  auto operator<=>(const PodLabels&) const = default;
};

struct ProbeLabels {
  SharedText pod_namespace;
  SharedText pod;
  SharedText workload;
  SharedText workload_type;
  SharedText probe_type;  // Readiness, Liveness, Startup, or what the kubelet said
  auto operator<=>(const ProbeLabels&) const = default;
};
// The pod of a probe.
inline PodLabels PodOf(const ProbeLabels& labels) {
  return {labels.pod_namespace, labels.pod, labels.workload, labels.workload_type};
}

// Counters since the exporter started, as served (a series that is still held
// at zero is zero here).
struct PhaseCounts {
  std::string_view phase;  // startup, steady, terminating
  double attempts = 0;
  double failures = 0;
};

struct CauseCount {
  std::string_view cause;
  double failures = 0;
};

struct RestartCount {
  std::string container;
  std::string_view reason;
  double restarts = 0;
};

struct UnreadyCounts {
  double transitions = 0;
  double seconds = 0;
};

struct WindowRatio {
  SharedText window;  // as configured: 5m
  double ratio = 0;
};

// What the kubelet will do if the probe goes on to fail, and how soon.
struct Forecast {
  std::string_view action;  // restart, unready
  double seconds = 0;
};

struct SignalRatio {
  std::string_view signal;
  double ratio = 0;
};

// A probe's settings, as in the pod's spec.
struct ProbeSettings {
  std::string handler;  // httpGet, tcpSocket, grpc, exec
  double period_seconds = 0;
  double timeout_seconds = 0;
  double failure_threshold = 0;
  double success_threshold = 0;
};

// One container's probe, of the youngest living pod of its labels.
struct ContainerProbe {
  SharedText container;
  Condition condition = Condition::kPassing;
  std::optional<double> consecutive_failures;
  std::optional<double> failing_since_unix;
  std::optional<double> last_success_unix;  // only while not passing
  std::optional<Forecast> forecast;
  std::optional<double> startup_budget_used;
  std::optional<ProbeSettings> settings;
  bool are_settings_served = false;
  std::vector<SignalRatio> evidence;
};

// How a probe did in each of the last 60 minutes, by its steady results; for people.
struct LastHour {
  static constexpr int kMinutes = 60;
  struct Minute {
    std::uint8_t minutes_ago = 0;
    std::uint8_t percent = 0;  // of its attempts that succeeded, rounded down
  };
  std::uint64_t attempted_minutes = 0;  // bit i: there were attempts i minutes ago
  std::vector<Minute> flawed;           // those with less than 100 %; the oldest first
};

// Most have results of one phase, one container, and two windows.
using PhaseCountsList = absl::InlinedVector<PhaseCounts, 1>;

struct ProbeSnapshot {
  ProbeLabels labels;
  PhaseCountsList phases;
  std::vector<CauseCount> causes;
  absl::InlinedVector<WindowRatio, 2> success_ratios;
  std::optional<WindowRatio> near_timeout_ratio;
  std::optional<double> timeout_headroom_ratio;
  LastHour last_hour;
  absl::InlinedVector<ContainerProbe, 1> containers;  // sorted by name
};

// Failures of one probe in a row with one phase and cause, or a restart; for people.
struct PodEvent {
  double first_unix = 0;
  double last_unix = 0;
  double count = 0;
  std::string container;
  std::string probe_type;   // empty: a restart
  std::string_view phase;   // of failures
  std::string_view cause;   // a restart's reason
  bool begins_run = false;  // the probe's result before was no failure
};

struct PodSnapshot {
  PodLabels labels;
  bool has_failing_probe = false;      // a probe that does not pass
  std::uint64_t first_seen_order = 0;  // lower: known for longer
  std::vector<RestartCount> restarts;
  std::optional<UnreadyCounts> unready;
  // What happened last, the newest last; null where nothing did.
  std::shared_ptr<const std::vector<PodEvent>> events;
};

// Something in a probe's settings that asks for trouble.
struct SpecFinding {
  SharedText pod_namespace;
  SharedText container;
  SharedText workload;
  SharedText workload_type;
  SharedText probe_type;
  std::string_view rule;
  auto operator<=>(const SpecFinding&) const = default;
};

struct ConditionCount {
  std::string probe_type;
  Condition condition = Condition::kPassing;
  double probes = 0;
};

struct ContainerCount {
  std::string probe_type;
  bool is_probed = false;
  double containers = 0;
};

struct DurationCounts {
  std::string probe_type;
  std::vector<std::pair<double, double>> buckets;  // finite bound, cumulative count; ascending
  double count = 0;
  double sum_seconds = 0;
};

// What is true of the node as a whole. Absent or empty where it is not served.
struct NodeSnapshot {
  std::vector<ConditionCount> probes;
  std::vector<ContainerCount> containers;
  std::vector<DurationCounts> durations;
  std::optional<double> probed_workloads;
  std::optional<double> failing_workloads;
  std::optional<bool> is_incident;
  std::vector<std::string_view> missing_evidence;
  std::optional<double> stale_pods;
  double dropped_series = 0;
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
  // Series carry the label `pod`.
  bool has_pod_label = true;
  std::vector<ProbeSnapshot> probes;       // sorted by labels
  std::vector<PodSnapshot> pods;           // sorted by labels
  std::vector<SpecFinding> spec_findings;  // sorted
  NodeSnapshot node;
  std::vector<SourceSnapshot> sources;  // only those read at least once, in the order of the design
  KubeletSnapshot kubelet;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_SNAPSHOT_H_
