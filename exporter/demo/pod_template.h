#ifndef PODPROBE_EXPORTER_DEMO_POD_TEMPLATE_H_
#define PODPROBE_EXPORTER_DEMO_POD_TEMPLATE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/demo/random.h"

namespace podprobe {

// What a simulated pod is made from: a Kubernetes pod template, plus how its
// programs behave. Plain values; the field names follow core/v1.

inline constexpr double kNever = std::numeric_limits<double>::infinity();
inline constexpr std::int64_t kMebibyte = std::int64_t{1024} * 1024;

enum class ProbeType { kLiveness, kReadiness, kStartup };

// The kubelet's value of the label probe_type.
constexpr std::string_view ProbeTypeName(ProbeType type) {
  constexpr std::string_view kNames[] = {"Liveness", "Readiness", "Startup"};
  return kNames[static_cast<std::size_t>(type)];
}

// How the program answers one probe.
struct Answer {
  enum class Kind {
    kOk,
    kBad,
    kCannotRun,  // the probe itself errors: the kubelet counts it nowhere
  };
  Kind kind = Kind::kOk;
  double after_seconds = 0;  // from the probe's timeout on it is a failure, whatever the kind
};

struct ProbeMoment {
  double unix_seconds = 0;
  double uptime_seconds = 0;  // of the container
};

using Behaviour = std::function<Answer(const ProbeMoment&, Random*)>;

struct ProbeHandler {
  enum class Kind { kHttpGet, kTcpSocket, kExec };
  Kind kind = Kind::kHttpGet;
  std::string path;                  // kHttpGet
  int port = 0;                      // kHttpGet, kTcpSocket
  std::vector<std::string> command;  // kExec
};

// The numbers are those of pkg/apis/core/v1/defaults.go.
struct ProbeTemplate {
  ProbeType type = ProbeType::kReadiness;
  ProbeHandler handler;
  int initial_delay_seconds = 0;
  int timeout_seconds = 1;
  int period_seconds = 10;
  int success_threshold = 1;
  int failure_threshold = 3;
  Behaviour behaviour;
};

// 0: not set.
struct ContainerResources {
  int cpu_request_millicores = 0;
  int cpu_limit_millicores = 0;
  std::int64_t memory_request_bytes = 0;
  std::int64_t memory_limit_bytes = 0;
};

// What the program takes. With a CPU limit below `cpu_cores` it is throttled;
// memory that reaches the limit is its end.
struct ContainerUsage {
  double cpu_cores = 0.01;
  double throttled_periods_share = 0;  // of its CFS periods; only with a CPU limit
  double memory_bytes = 24.0 * kMebibyte;
  double memory_growth_bytes_per_second = 0;
};

struct ContainerTemplate {
  std::string name;
  std::string image;
  std::vector<std::string> command;
  ContainerResources resources;
  ContainerUsage usage;
  bool is_sidecar = false;  // among the init containers: restartPolicy Always
  double exits_after_seconds = kNever;
  int exit_code = 0;
  double stop_seconds = 2;  // from SIGTERM to the exit
  std::vector<ProbeTemplate> probes;
};

struct PodTemplate {
  std::vector<ContainerTemplate> init_containers;  // and sidecars
  std::vector<ContainerTemplate> containers;
  bool restarts = true;  // restartPolicy Always, else Never
  int termination_grace_seconds = 30;
  bool uses_host_network = false;
  std::string priority_class;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_DEMO_POD_TEMPLATE_H_
