#include "exporter/exposition/family_builders.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace podprobe {
namespace {

// The labels P of the metric table, then `extra`.
std::vector<std::string> ProbeLabelValues(const ProbeLabels& labels,
                                          const std::vector<std::string>& extra) {
  std::vector<std::string> values;
  values.reserve(5 + extra.size());
  values.insert(values.end(), {labels.pod_namespace, labels.pod, labels.workload,
                               labels.workload_type, labels.probe_type});
  values.insert(values.end(), extra.begin(), extra.end());
  return values;
}

void Append(std::vector<std::string> label_values, double value, MetricFamily* family) {
  family->metrics.push_back({std::move(label_values), value});
}

// A value per source, where it is there.
void AppendPerSource(const Snapshot& snapshot,
                     std::optional<double> (*value)(const SourceSnapshot& source),
                     MetricFamily* family) {
  for (const SourceSnapshot& source : snapshot.sources) {
    const std::optional<double> present = value(source);
    if (present) Append({source.source}, *present, family);
  }
}

void AppendIfPresent(std::optional<double> value, MetricFamily* family) {
  if (value) Append({}, *value, family);
}

}  // namespace

void AppendAttempts(const Snapshot& snapshot, MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const PhaseCounts& counts : probe.phases) {
      Append(ProbeLabelValues(probe.labels, {counts.phase}), counts.attempts, family);
    }
  }
}

void AppendFailures(const Snapshot& snapshot, MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const PhaseCounts& counts : probe.phases) {
      Append(ProbeLabelValues(probe.labels, {counts.phase}), counts.failures, family);
    }
  }
}

void AppendSuccessRatio(const Snapshot& snapshot, MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const WindowRatio& success : probe.success_ratios) {
      Append(ProbeLabelValues(probe.labels, {success.window}), success.ratio, family);
    }
  }
}

void AppendNearTimeoutRatio(const Snapshot& snapshot, MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    if (!probe.near_timeout_ratio) continue;
    Append(ProbeLabelValues(probe.labels, {probe.near_timeout_ratio->window}),
           probe.near_timeout_ratio->ratio, family);
  }
}

void AppendConsecutiveFailures(const Snapshot& snapshot, MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const ContainerProbe& container : probe.containers) {
      if (!container.consecutive_failures) continue;
      Append(ProbeLabelValues(probe.labels, {container.container}), *container.consecutive_failures,
             family);
    }
  }
}

void AppendKubeletRestarts(const Snapshot& snapshot, MetricFamily* family) {
  Append({}, snapshot.kubelet.restarts, family);
}

void AppendKubeletStartTime(const Snapshot& snapshot, MetricFamily* family) {
  AppendIfPresent(snapshot.kubelet.start_unix_seconds, family);
}

void AppendKubeletTlsVerified(const Snapshot& snapshot, MetricFamily* family) {
  AppendIfPresent(snapshot.kubelet.is_tls_verified, family);
}

void AppendKubeletPodLabelTruncated(const Snapshot& snapshot, MetricFamily* family) {
  AppendIfPresent(snapshot.kubelet.is_pod_label_truncated, family);
}

void AppendSourceUp(const Snapshot& snapshot, MetricFamily* family) {
  AppendPerSource(
      snapshot,
      [](const SourceSnapshot& source) -> std::optional<double> { return source.is_up ? 1 : 0; },
      family);
}

void AppendSourceLastSuccess(const Snapshot& snapshot, MetricFamily* family) {
  AppendPerSource(
      snapshot, [](const SourceSnapshot& source) { return source.last_success_unix_seconds; },
      family);
}

void AppendSourceDuration(const Snapshot& snapshot, MetricFamily* family) {
  AppendPerSource(
      snapshot, [](const SourceSnapshot& source) { return source.duration_seconds; }, family);
}

void AppendSourceBytes(const Snapshot& snapshot, MetricFamily* family) {
  AppendPerSource(
      snapshot, [](const SourceSnapshot& source) { return source.body_bytes; }, family);
}

void AppendSourceSamples(const Snapshot& snapshot, MetricFamily* family) {
  AppendPerSource(
      snapshot, [](const SourceSnapshot& source) { return source.samples; }, family);
}

void AppendSourceParseErrors(const Snapshot& snapshot, MetricFamily* family) {
  AppendPerSource(
      snapshot,
      [](const SourceSnapshot& source) -> std::optional<double> { return source.parse_errors; },
      family);
}

void AppendSourceErrors(const Snapshot& snapshot, MetricFamily* family) {
  for (const SourceSnapshot& source : snapshot.sources) {
    for (const auto& [reason, count] : source.errors) {
      Append({source.source, reason}, count, family);
    }
  }
}

}  // namespace podprobe
