#ifndef PODPROBE_EXPORTER_HEALTH_CAUSE_H_
#define PODPROBE_EXPORTER_HEALTH_CAUSE_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "exporter/health/engine_options.h"
#include "exporter/health/evidence.h"
#include "exporter/health/phase.h"

namespace podprobe {

// What most likely made a probe fail: evidence, not proof. In the order in
// which the rules are asked.
enum class Cause {
  kKubeletRestart,
  kTerminating,
  kOomKilled,
  kNodeWide,
  kStartup,
  kCpuThrottling,
  kMemoryPressure,
  kCpuPressure,
  kIoPressure,
  kSlowResponse,
  kUnexplained,
};
inline constexpr std::size_t kCauseCount = 11;

constexpr std::string_view CauseName(Cause cause) {
  constexpr std::array<std::string_view, kCauseCount> kNames = {
      "kubelet_restart", "terminating",    "oom_killed",      "node_wide",
      "startup",         "cpu_throttling", "memory_pressure", "cpu_pressure",
      "io_pressure",     "slow_response",  "unexplained"};
  return kNames[static_cast<std::size_t>(cause)];
}

// All that the rules look at. A fact that is not known is absent, and its rule does not hold.
struct FailureFacts {
  Phase phase = Phase::kSteady;
  double period_seconds = 10;
  // From the start of the kubelet's process to the failure.
  std::optional<double> kubelet_age_seconds;
  // Between the failure and the container's last OOM kill, whichever came first.
  std::optional<double> oom_distance_seconds;
  bool is_node_incident = false;
  Evidence evidence;
  std::optional<double> near_timeout_ratio;
};

// The first cause whose rule holds.
Cause CauseOf(const FailureFacts& facts, const CauseThresholds& thresholds);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_CAUSE_H_
