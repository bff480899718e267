#include "exporter/health/durations.h"

#include <algorithm>

#include "exporter/health/judgement.h"

namespace podprobe {
namespace {

constexpr double kWindowSeconds = 300;
constexpr double kSlowQuantile = 0.99;

HistogramKey KeyOf(const PodState& pod, const ProbeState& probe) {
  return {pod.pod_namespace, pod.name, probe.container, probe.probe_type};
}

}  // namespace

void Durations::Observe(const ProbesReading& reading, const ReadingContext& context,
                        const Instant& at, NodeDurations* node) {
  for (const DurationHistogram& histogram : reading.histograms) {
    DurationLog& log =
        logs_[{histogram.pod_namespace, histogram.pod, histogram.container, histogram.probe_type}];
    node->Add(histogram.probe_type, log.Observe(histogram, context, at.steady_seconds),
              /*is_late=*/!context.is_first());
  }
  std::erase_if(logs_, [&](const auto& entry) {
    return entry.second.is_empty() && !reading.has_bad_lines &&
           !entry.second.is_remembered(context);
  });
}

void Durations::Prune(const Instant& now) {
  for (auto& [key, log] : logs_) log.Prune(now.steady_seconds - kWindowSeconds);
}

void Durations::Forget(const PodState& pod) {
  for (const auto& [key, probe] : pod.probes) {
    const auto log = logs_.find(KeyOf(pod, probe));
    if (log != logs_.end()) log->second.Clear();
  }
}

const DurationLog* Durations::LogOf(const PodState& pod, const ProbeState& probe) const {
  const auto log = logs_.find(KeyOf(pod, probe));
  return log == logs_.end() ? nullptr : &log->second;
}

std::optional<double> Durations::NearTimeout(const NodeState& node,
                                             std::span<const PodState* const> pods,
                                             std::string_view probe_type,
                                             const Instant& now) const {
  DurationLog::Share total;
  for (const PodState* pod : pods) {
    for (const auto& [key, probe] : pod->probes) {
      if (probe.probe_type != probe_type) continue;
      const ProbeSpec* spec = CurrentSpec(node, *pod, probe, now);
      const DurationLog* log = LogOf(*pod, probe);
      if (spec == nullptr || log == nullptr) continue;
      const auto share =
          log->NearTimeout(spec->timeout_seconds, kWindowSeconds, now.steady_seconds);
      if (!share) continue;
      total.slow += share->slow;
      total.all += share->all;
    }
  }
  if (total.all < node.options.min_attempts || total.all <= 0) return std::nullopt;
  return total.slow / total.all;
}

std::optional<double> Durations::Headroom(const NodeState& node, const PodState& pod,
                                          const ProbeState& probe, const Instant& now) const {
  const ProbeSpec* spec = CurrentSpec(node, pod, probe, now);
  const DurationLog* log = LogOf(pod, probe);
  if (spec == nullptr || log == nullptr || spec->timeout_seconds <= 0) return std::nullopt;
  const std::optional<double> slowest =
      log->QuantileBound(kSlowQuantile, kWindowSeconds, now.steady_seconds);
  if (!slowest) return std::nullopt;
  return 1 - std::min(*slowest, spec->timeout_seconds) / spec->timeout_seconds;
}

}  // namespace podprobe
