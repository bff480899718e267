#include "exporter/exposition/family_builders.h"

#include <array>
#include <cassert>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "exporter/health/series_limit.h"

namespace podprobe {
namespace {

// The label values of one metric, as views into the snapshot.
class LabelValues {
 public:
  explicit LabelValues(std::initializer_list<std::string_view> values) { Add(values); }

  void Add(std::string_view value) {
    assert(count_ < values_.size());
    values_[count_++] = value;
  }
  void Add(std::initializer_list<std::string_view> values) {
    for (const std::string_view value : values) Add(value);
  }
  std::span<const std::string_view> span() const { return {values_.data(), count_}; }

 private:
  std::array<std::string_view, 8> values_;
  std::size_t count_ = 0;
};

// A pod's labels; `pod` only where series are served by pod.
LabelValues PodLabelValues(const Snapshot& snapshot, const PodLabels& labels) {
  LabelValues values({labels.pod_namespace});
  if (snapshot.has_pod_label) values.Add(labels.pod);
  values.Add({labels.workload, labels.workload_type});
  return values;
}

// The labels P of the metric table, then `extra`.
LabelValues ProbeLabelValues(const Snapshot& snapshot, const ProbeLabels& labels,
                             std::initializer_list<std::string_view> extra) {
  LabelValues values({labels.pod_namespace});
  if (snapshot.has_pod_label) values.Add(labels.pod);
  values.Add({labels.workload, labels.workload_type, labels.probe_type});
  values.Add(extra);
  return values;
}

void Append(const LabelValues& label_values, double value, MetricSink* sink) {
  sink->Add(label_values.span(), value);
}

void Append(std::initializer_list<std::string_view> label_values, double value, MetricSink* sink) {
  sink->Add({label_values.begin(), label_values.size()}, value);
}

// A value of each container's probe, where it is there.
void AppendPerContainer(const Snapshot& snapshot,
                        std::optional<double> (*value)(const ContainerProbe& probe),
                        MetricSink* sink) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const ContainerProbe& container : probe.containers) {
      const std::optional<double> present = value(container);
      if (!present) continue;
      Append(ProbeLabelValues(snapshot, probe.labels, {container.container}), *present, sink);
    }
  }
}

// One of a container's probe's settings, where they are served.
void AppendSetting(const Snapshot& snapshot, double ProbeSettings::*setting, MetricSink* sink) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const ContainerProbe& container : probe.containers) {
      if (!container.are_settings_served || !container.settings) continue;
      Append(ProbeLabelValues(snapshot, probe.labels, {container.container}),
             (*container.settings).*setting, sink);
    }
  }
}

// A value per source, where it is there.
void AppendPerSource(const Snapshot& snapshot,
                     std::optional<double> (*value)(const SourceSnapshot& source),
                     MetricSink* sink) {
  for (const SourceSnapshot& source : snapshot.sources) {
    const std::optional<double> present = value(source);
    if (present) Append({source.source}, *present, sink);
  }
}

void AppendIfPresent(std::optional<double> value, MetricSink* sink) {
  if (value) Append({}, *value, sink);
}

}  // namespace

void AppendAttempts(const Snapshot& snapshot, MetricSink* sink) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const PhaseCounts& counts : probe.phases) {
      Append(ProbeLabelValues(snapshot, probe.labels, {counts.phase}), counts.attempts, sink);
    }
  }
}

void AppendFailures(const Snapshot& snapshot, MetricSink* sink) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const PhaseCounts& counts : probe.phases) {
      Append(ProbeLabelValues(snapshot, probe.labels, {counts.phase}), counts.failures, sink);
    }
  }
}

void AppendSuccessRatio(const Snapshot& snapshot, MetricSink* sink) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const WindowRatio& success : probe.success_ratios) {
      Append(ProbeLabelValues(snapshot, probe.labels, {success.window}), success.ratio, sink);
    }
  }
}

void AppendNearTimeoutRatio(const Snapshot& snapshot, MetricSink* sink) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    if (!probe.near_timeout_ratio) continue;
    Append(ProbeLabelValues(snapshot, probe.labels, {probe.near_timeout_ratio->window}),
           probe.near_timeout_ratio->ratio, sink);
  }
}

void AppendTimeoutHeadroomRatio(const Snapshot& snapshot, MetricSink* sink) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    if (!probe.timeout_headroom_ratio) continue;
    Append(ProbeLabelValues(snapshot, probe.labels, {}), *probe.timeout_headroom_ratio, sink);
  }
}

void AppendStartupBudgetUsedRatio(const Snapshot& snapshot, MetricSink* sink) {
  AppendPerContainer(
      snapshot, [](const ContainerProbe& probe) { return probe.startup_budget_used; }, sink);
}

void AppendFailureCauses(const Snapshot& snapshot, MetricSink* sink) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const CauseCount& count : probe.causes) {
      Append(ProbeLabelValues(snapshot, probe.labels, {count.cause}), count.failures, sink);
    }
  }
}

void AppendEvidenceRatio(const Snapshot& snapshot, MetricSink* sink) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const ContainerProbe& container : probe.containers) {
      for (const SignalRatio& signal : container.evidence) {
        Append(ProbeLabelValues(snapshot, probe.labels, {container.container, signal.signal}),
               signal.ratio, sink);
      }
    }
  }
}

void AppendConsecutiveFailures(const Snapshot& snapshot, MetricSink* sink) {
  AppendPerContainer(
      snapshot, [](const ContainerProbe& probe) { return probe.consecutive_failures; }, sink);
}

void AppendTimeToAction(const Snapshot& snapshot, MetricSink* sink) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const ContainerProbe& container : probe.containers) {
      if (!container.forecast) continue;
      Append(ProbeLabelValues(snapshot, probe.labels,
                              {container.container, container.forecast->action}),
             container.forecast->seconds, sink);
    }
  }
}

void AppendFailingSince(const Snapshot& snapshot, MetricSink* sink) {
  AppendPerContainer(
      snapshot, [](const ContainerProbe& probe) { return probe.failing_since_unix; }, sink);
}

void AppendLastSuccess(const Snapshot& snapshot, MetricSink* sink) {
  AppendPerContainer(
      snapshot, [](const ContainerProbe& probe) { return probe.last_success_unix; }, sink);
}

void AppendState(const Snapshot& snapshot, MetricSink* sink) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const ContainerProbe& container : probe.containers) {
      if (container.condition == Condition::kPassing) continue;
      Append(ProbeLabelValues(snapshot, probe.labels,
                              {container.container, ConditionName(container.condition)}),
             1, sink);
    }
  }
}

void AppendContainerRestarts(const Snapshot& snapshot, MetricSink* sink) {
  for (const PodSnapshot& pod : snapshot.pods) {
    for (const RestartCount& count : pod.restarts) {
      LabelValues labels({pod.labels.pod_namespace});
      if (snapshot.has_pod_label) labels.Add(pod.labels.pod);
      labels.Add({count.container, pod.labels.workload, pod.labels.workload_type, count.reason});
      Append(labels, count.restarts, sink);
    }
  }
}

void AppendUnreadyTransitions(const Snapshot& snapshot, MetricSink* sink) {
  for (const PodSnapshot& pod : snapshot.pods) {
    if (pod.unready) {
      Append(PodLabelValues(snapshot, pod.labels), pod.unready->transitions, sink);
    }
  }
}

void AppendUnreadySeconds(const Snapshot& snapshot, MetricSink* sink) {
  for (const PodSnapshot& pod : snapshot.pods) {
    if (pod.unready) Append(PodLabelValues(snapshot, pod.labels), pod.unready->seconds, sink);
  }
}

void AppendSpecPeriod(const Snapshot& snapshot, MetricSink* sink) {
  AppendSetting(snapshot, &ProbeSettings::period_seconds, sink);
}

void AppendSpecTimeout(const Snapshot& snapshot, MetricSink* sink) {
  AppendSetting(snapshot, &ProbeSettings::timeout_seconds, sink);
}

void AppendSpecFailureThreshold(const Snapshot& snapshot, MetricSink* sink) {
  AppendSetting(snapshot, &ProbeSettings::failure_threshold, sink);
}

void AppendSpecSuccessThreshold(const Snapshot& snapshot, MetricSink* sink) {
  AppendSetting(snapshot, &ProbeSettings::success_threshold, sink);
}

void AppendSpecInfo(const Snapshot& snapshot, MetricSink* sink) {
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const ContainerProbe& container : probe.containers) {
      if (!container.are_settings_served || !container.settings) continue;
      Append(ProbeLabelValues(snapshot, probe.labels,
                              {container.container, container.settings->handler}),
             1, sink);
    }
  }
}

void AppendSpecFinding(const Snapshot& snapshot, MetricSink* sink) {
  for (const SpecFinding& finding : snapshot.spec_findings) {
    Append({finding.pod_namespace, finding.container, finding.workload, finding.workload_type,
            finding.probe_type, finding.rule},
           1, sink);
  }
}

void AppendNodeProbes(const Snapshot& snapshot, MetricSink* sink) {
  for (const ConditionCount& count : snapshot.node.probes) {
    Append({count.probe_type, ConditionName(count.condition)}, count.probes, sink);
  }
}

void AppendNodeContainers(const Snapshot& snapshot, MetricSink* sink) {
  for (const ContainerCount& count : snapshot.node.containers) {
    Append({count.probe_type, count.is_probed ? "true" : "false"}, count.containers, sink);
  }
}

void AppendNodeProbeDuration(const Snapshot& snapshot, MetricSink* sink) {
  for (const DurationCounts& durations : snapshot.node.durations) {
    HistogramValue histogram = {
        .buckets = {}, .count = durations.count, .sum = durations.sum_seconds};
    for (const auto& [bound, count] : durations.buckets)
      histogram.buckets.push_back({bound, count});
    const std::string_view label = durations.probe_type;
    sink->AddHistogram({&label, 1}, histogram);
  }
}

void AppendNodeProbedWorkloads(const Snapshot& snapshot, MetricSink* sink) {
  AppendIfPresent(snapshot.node.probed_workloads, sink);
}

void AppendNodeFailingWorkloads(const Snapshot& snapshot, MetricSink* sink) {
  AppendIfPresent(snapshot.node.failing_workloads, sink);
}

void AppendNodeIncident(const Snapshot& snapshot, MetricSink* sink) {
  AppendIfPresent(snapshot.node.is_incident, sink);
}

void AppendEvidenceMissing(const Snapshot& snapshot, MetricSink* sink) {
  for (const std::string_view signal : snapshot.node.missing_evidence) {
    Append({signal}, 1, sink);
  }
}

void AppendPodsStatusStale(const Snapshot& snapshot, MetricSink* sink) {
  AppendIfPresent(snapshot.node.stale_pods, sink);
}

void AppendSeries(const Snapshot& snapshot, MetricSink* sink) {
  Append({}, static_cast<double>(CountSeries(snapshot)), sink);
}

void AppendSeriesDropped(const Snapshot& snapshot, MetricSink* sink) {
  Append({"max_series"}, snapshot.node.dropped_series, sink);
}

void AppendKubeletRestarts(const Snapshot& snapshot, MetricSink* sink) {
  Append({}, snapshot.kubelet.restarts, sink);
}

void AppendKubeletStartTime(const Snapshot& snapshot, MetricSink* sink) {
  AppendIfPresent(snapshot.kubelet.start_unix_seconds, sink);
}

void AppendKubeletTlsVerified(const Snapshot& snapshot, MetricSink* sink) {
  AppendIfPresent(snapshot.kubelet.is_tls_verified, sink);
}

void AppendKubeletPodLabelTruncated(const Snapshot& snapshot, MetricSink* sink) {
  AppendIfPresent(snapshot.kubelet.is_pod_label_truncated, sink);
}

void AppendSourceUp(const Snapshot& snapshot, MetricSink* sink) {
  AppendPerSource(
      snapshot,
      [](const SourceSnapshot& source) -> std::optional<double> { return source.is_up ? 1 : 0; },
      sink);
}

void AppendSourceLastSuccess(const Snapshot& snapshot, MetricSink* sink) {
  AppendPerSource(
      snapshot, [](const SourceSnapshot& source) { return source.last_success_unix_seconds; },
      sink);
}

void AppendSourceDuration(const Snapshot& snapshot, MetricSink* sink) {
  AppendPerSource(
      snapshot, [](const SourceSnapshot& source) { return source.duration_seconds; }, sink);
}

void AppendSourceBytes(const Snapshot& snapshot, MetricSink* sink) {
  AppendPerSource(
      snapshot, [](const SourceSnapshot& source) { return source.body_bytes; }, sink);
}

void AppendSourceSamples(const Snapshot& snapshot, MetricSink* sink) {
  AppendPerSource(
      snapshot, [](const SourceSnapshot& source) { return source.samples; }, sink);
}

void AppendSourceParseErrors(const Snapshot& snapshot, MetricSink* sink) {
  AppendPerSource(
      snapshot,
      [](const SourceSnapshot& source) -> std::optional<double> { return source.parse_errors; },
      sink);
}

void AppendSourceErrors(const Snapshot& snapshot, MetricSink* sink) {
  for (const SourceSnapshot& source : snapshot.sources) {
    for (const auto& [reason, count] : source.errors) {
      Append({source.source, reason}, count, sink);
    }
  }
}

}  // namespace podprobe
