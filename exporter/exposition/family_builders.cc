#include "exporter/exposition/family_builders.h"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/health/series_limit.h"

namespace podprobe {
namespace {

// A pod's labels; `pod` only where series are served by pod.
std::vector<std::string> PodLabelValues(const Snapshot& snapshot, const PodLabels& labels) {
  std::vector<std::string> values;
  values.reserve(7);
  values.push_back(labels.pod_namespace);
  if (snapshot.has_pod_label) values.push_back(labels.pod);
  values.insert(values.end(), {labels.workload, labels.workload_type});
  return values;
}

// The labels P of the metric table, then `extra`.
std::vector<std::string> ProbeLabelValues(const Snapshot& snapshot, const ProbeLabels& labels,
                                          std::initializer_list<std::string_view> extra) {
  std::vector<std::string> values;
  values.reserve(5 + extra.size());
  values.push_back(labels.pod_namespace);
  if (snapshot.has_pod_label) values.push_back(labels.pod);
  values.insert(values.end(), {labels.workload, labels.workload_type, labels.probe_type});
  values.insert(values.end(), extra.begin(), extra.end());
  return values;
}

void Append(std::vector<std::string> label_values, double value, MetricFamily* family) {
  family->metrics.push_back({std::move(label_values), value});
}

// A value of each container's probe, where it is there.
void AppendPerContainer(const Snapshot& snapshot,
                        std::optional<double> (*value)(const ContainerProbe& probe),
                        MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const ContainerProbe& container : probe.containers) {
      const std::optional<double> present = value(container);
      if (!present) continue;
      Append(ProbeLabelValues(snapshot, probe.labels, {container.container}), *present, family);
    }
  }
}

// One of a container's probe's settings, where they are served.
void AppendSetting(const Snapshot& snapshot, double ProbeSettings::*setting, MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const ContainerProbe& container : probe.containers) {
      if (!container.are_settings_served || !container.settings) continue;
      Append(ProbeLabelValues(snapshot, probe.labels, {container.container}),
             (*container.settings).*setting, family);
    }
  }
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
      Append(ProbeLabelValues(snapshot, probe.labels, {counts.phase}), counts.attempts, family);
    }
  }
}

void AppendFailures(const Snapshot& snapshot, MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const PhaseCounts& counts : probe.phases) {
      Append(ProbeLabelValues(snapshot, probe.labels, {counts.phase}), counts.failures, family);
    }
  }
}

void AppendSuccessRatio(const Snapshot& snapshot, MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const WindowRatio& success : probe.success_ratios) {
      Append(ProbeLabelValues(snapshot, probe.labels, {success.window}), success.ratio, family);
    }
  }
}

void AppendNearTimeoutRatio(const Snapshot& snapshot, MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    if (!probe.near_timeout_ratio) continue;
    Append(ProbeLabelValues(snapshot, probe.labels, {probe.near_timeout_ratio->window}),
           probe.near_timeout_ratio->ratio, family);
  }
}

void AppendTimeoutHeadroomRatio(const Snapshot& snapshot, MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    if (!probe.timeout_headroom_ratio) continue;
    Append(ProbeLabelValues(snapshot, probe.labels, {}), *probe.timeout_headroom_ratio, family);
  }
}

void AppendStartupBudgetUsedRatio(const Snapshot& snapshot, MetricFamily* family) {
  AppendPerContainer(
      snapshot, [](const ContainerProbe& probe) { return probe.startup_budget_used; }, family);
}

void AppendFailureCauses(const Snapshot& snapshot, MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const CauseCount& count : probe.causes) {
      Append(ProbeLabelValues(snapshot, probe.labels, {count.cause}), count.failures, family);
    }
  }
}

void AppendEvidenceRatio(const Snapshot& snapshot, MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const ContainerProbe& container : probe.containers) {
      for (const SignalRatio& signal : container.evidence) {
        Append(ProbeLabelValues(snapshot, probe.labels, {container.container, signal.signal}),
               signal.ratio, family);
      }
    }
  }
}

void AppendConsecutiveFailures(const Snapshot& snapshot, MetricFamily* family) {
  AppendPerContainer(
      snapshot, [](const ContainerProbe& probe) { return probe.consecutive_failures; }, family);
}

void AppendTimeToAction(const Snapshot& snapshot, MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const ContainerProbe& container : probe.containers) {
      if (!container.forecast) continue;
      Append(ProbeLabelValues(snapshot, probe.labels,
                              {container.container, container.forecast->action}),
             container.forecast->seconds, family);
    }
  }
}

void AppendFailingSince(const Snapshot& snapshot, MetricFamily* family) {
  AppendPerContainer(
      snapshot, [](const ContainerProbe& probe) { return probe.failing_since_unix; }, family);
}

void AppendLastSuccess(const Snapshot& snapshot, MetricFamily* family) {
  AppendPerContainer(
      snapshot, [](const ContainerProbe& probe) { return probe.last_success_unix; }, family);
}

void AppendState(const Snapshot& snapshot, MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const ContainerProbe& container : probe.containers) {
      if (container.condition == Condition::kPassing) continue;
      Append(ProbeLabelValues(snapshot, probe.labels,
                              {container.container, ConditionName(container.condition)}),
             1, family);
    }
  }
}

void AppendContainerRestarts(const Snapshot& snapshot, MetricFamily* family) {
  for (const PodSnapshot& pod : snapshot.pods) {
    for (const RestartCount& count : pod.restarts) {
      std::vector<std::string> labels = {pod.labels.pod_namespace};
      if (snapshot.has_pod_label) labels.push_back(pod.labels.pod);
      labels.insert(labels.end(), {count.container, pod.labels.workload, pod.labels.workload_type,
                                   std::string(count.reason)});
      Append(std::move(labels), count.restarts, family);
    }
  }
}

void AppendUnreadyTransitions(const Snapshot& snapshot, MetricFamily* family) {
  for (const PodSnapshot& pod : snapshot.pods) {
    if (pod.unready) {
      Append(PodLabelValues(snapshot, pod.labels), pod.unready->transitions, family);
    }
  }
}

void AppendUnreadySeconds(const Snapshot& snapshot, MetricFamily* family) {
  for (const PodSnapshot& pod : snapshot.pods) {
    if (pod.unready) Append(PodLabelValues(snapshot, pod.labels), pod.unready->seconds, family);
  }
}

void AppendSpecPeriod(const Snapshot& snapshot, MetricFamily* family) {
  AppendSetting(snapshot, &ProbeSettings::period_seconds, family);
}

void AppendSpecTimeout(const Snapshot& snapshot, MetricFamily* family) {
  AppendSetting(snapshot, &ProbeSettings::timeout_seconds, family);
}

void AppendSpecFailureThreshold(const Snapshot& snapshot, MetricFamily* family) {
  AppendSetting(snapshot, &ProbeSettings::failure_threshold, family);
}

void AppendSpecSuccessThreshold(const Snapshot& snapshot, MetricFamily* family) {
  AppendSetting(snapshot, &ProbeSettings::success_threshold, family);
}

void AppendSpecInfo(const Snapshot& snapshot, MetricFamily* family) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const ContainerProbe& container : probe.containers) {
      if (!container.are_settings_served || !container.settings) continue;
      Append(ProbeLabelValues(snapshot, probe.labels,
                              {container.container, container.settings->handler}),
             1, family);
    }
  }
}

void AppendSpecFinding(const Snapshot& snapshot, MetricFamily* family) {
  for (const SpecFinding& finding : snapshot.spec_findings) {
    Append({finding.pod_namespace, finding.container, finding.workload, finding.workload_type,
            finding.probe_type, std::string(finding.rule)},
           1, family);
  }
}

void AppendNodeProbes(const Snapshot& snapshot, MetricFamily* family) {
  for (const ConditionCount& count : snapshot.node.probes) {
    Append({count.probe_type, std::string(ConditionName(count.condition))}, count.probes, family);
  }
}

void AppendNodeContainers(const Snapshot& snapshot, MetricFamily* family) {
  for (const ContainerCount& count : snapshot.node.containers) {
    Append({std::string(count.probe_type), count.is_probed ? "true" : "false"}, count.containers,
           family);
  }
}

void AppendNodeProbeDuration(const Snapshot& snapshot, MetricFamily* family) {
  for (const DurationCounts& durations : snapshot.node.durations) {
    HistogramValue histogram = {
        .buckets = {}, .count = durations.count, .sum = durations.sum_seconds};
    for (const auto& [bound, count] : durations.buckets)
      histogram.buckets.push_back({bound, count});
    family->metrics.push_back({{durations.probe_type}, std::move(histogram)});
  }
}

void AppendNodeProbedWorkloads(const Snapshot& snapshot, MetricFamily* family) {
  AppendIfPresent(snapshot.node.probed_workloads, family);
}

void AppendNodeFailingWorkloads(const Snapshot& snapshot, MetricFamily* family) {
  AppendIfPresent(snapshot.node.failing_workloads, family);
}

void AppendNodeIncident(const Snapshot& snapshot, MetricFamily* family) {
  AppendIfPresent(snapshot.node.is_incident, family);
}

void AppendEvidenceMissing(const Snapshot& snapshot, MetricFamily* family) {
  for (const std::string_view signal : snapshot.node.missing_evidence) {
    Append({std::string(signal)}, 1, family);
  }
}

void AppendPodsStatusStale(const Snapshot& snapshot, MetricFamily* family) {
  AppendIfPresent(snapshot.node.stale_pods, family);
}

void AppendSeries(const Snapshot& snapshot, MetricFamily* family) {
  Append({}, static_cast<double>(CountSeries(snapshot)), family);
}

void AppendSeriesDropped(const Snapshot& snapshot, MetricFamily* family) {
  Append({"max_series"}, snapshot.node.dropped_series, family);
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
