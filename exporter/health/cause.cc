#include "exporter/health/cause.h"

namespace podprobe {
namespace {

// A kubelet that came anew probes everything within one period; one more for slow starters.
constexpr double kKubeletRestartPeriods = 2;
constexpr double kOomKilledSeconds = 60;

bool IsAtLeast(const std::optional<double>& value, double threshold) {
  return value && *value >= threshold;
}

bool IsAtMost(const std::optional<double>& value, double limit) { return value && *value <= limit; }

}  // namespace

Cause CauseOf(const FailureFacts& facts, const CauseThresholds& thresholds) {
  const Evidence& evidence = facts.evidence;
  if (IsAtMost(facts.kubelet_age_seconds, kKubeletRestartPeriods * facts.period_seconds)) {
    return Cause::kKubeletRestart;
  }
  if (facts.phase == Phase::kTerminating) return Cause::kTerminating;
  if (IsAtMost(facts.oom_distance_seconds, kOomKilledSeconds)) return Cause::kOomKilled;
  if (facts.is_node_incident) return Cause::kNodeWide;
  if (facts.phase == Phase::kStartup) return Cause::kStartup;
  if (IsAtLeast(evidence.cpu_throttled, thresholds.cpu_throttled_ratio)) {
    return Cause::kCpuThrottling;
  }
  if (IsAtLeast(evidence.memory_limit, thresholds.memory_limit_ratio) ||
      IsAtLeast(evidence.memory_pressure, thresholds.memory_pressure_ratio)) {
    return Cause::kMemoryPressure;
  }
  if (IsAtLeast(evidence.cpu_pressure, thresholds.cpu_pressure_ratio)) return Cause::kCpuPressure;
  if (IsAtLeast(evidence.io_pressure, thresholds.io_pressure_ratio)) return Cause::kIoPressure;
  if (IsAtLeast(facts.near_timeout_ratio, thresholds.near_timeout_ratio)) {
    return Cause::kSlowResponse;
  }
  return Cause::kUnexplained;
}

}  // namespace podprobe
