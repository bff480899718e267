#include "exporter/health/spec_findings.h"

namespace podprobe {
namespace {

constexpr double kOftenSeconds = 5;

double SecondsToAct(const ProbeSpec& spec) { return spec.failure_threshold * spec.period_seconds; }

}  // namespace

std::vector<std::string_view> BrokenSpecRules(const PodContainer& container,
                                              std::string_view probe_type,
                                              const ProbeExperience& experience) {
  const ProbeSpec& spec = *container.Probe(probe_type);
  const bool is_liveness = probe_type == "Liveness";
  const bool is_exec = spec.handler_type == "exec";
  std::vector<std::string_view> rules;
  if (spec.timeout_seconds >= spec.period_seconds) rules.push_back("timeout_not_below_period");
  if (is_liveness && container.readiness &&
      container.readiness->handler_fingerprint == spec.handler_fingerprint &&
      SecondsToAct(spec) <= SecondsToAct(*container.readiness)) {
    rules.push_back("liveness_same_as_readiness");
  }
  if (is_liveness && spec.failure_threshold == 1) rules.push_back("threshold_one");
  if (is_exec && spec.period_seconds < kOftenSeconds) rules.push_back("exec_often");
  if (is_exec && spec.timeout_seconds == 1) rules.push_back("exec_timeout_1s");
  if (is_liveness && experience.had_startup_failure && !container.startup) {
    rules.push_back("slow_start_without_startup_probe");
  }
  if (experience.has_tight_timeout) rules.push_back("tight_timeout");
  return rules;
}

}  // namespace podprobe
