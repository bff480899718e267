#include "exporter/health/series_limit.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace podprobe {
namespace {

constexpr std::size_t kSettingsSeries = 5;
constexpr std::size_t kHistogramSeries = 3;  // besides the finite buckets

template <typename T>
std::size_t One(const std::optional<T>& value) {
  return value ? 1 : 0;
}

std::size_t SeriesOf(const ContainerProbe& probe) {
  return (probe.condition == Condition::kPassing ? 0 : 1) + One(probe.consecutive_failures) +
         One(probe.failing_since_unix) + One(probe.last_success_unix) + One(probe.forecast) +
         One(probe.startup_budget_used) + probe.evidence.size() +
         (probe.are_settings_served ? kSettingsSeries : 0);
}

std::size_t SeriesOf(const ProbeSnapshot& probe) {
  std::size_t series = 2 * probe.phases.size() + probe.causes.size() + probe.success_ratios.size() +
                       One(probe.near_timeout_ratio) + One(probe.timeout_headroom_ratio);
  for (const ContainerProbe& container : probe.containers) series += SeriesOf(container);
  return series;
}

std::size_t SeriesOf(const PodSnapshot& pod) { return pod.restarts.size() + (pod.unready ? 2 : 0); }

std::size_t SeriesOf(const NodeSnapshot& node) {
  std::size_t series = node.probes.size() + node.containers.size() + One(node.probed_workloads) +
                       One(node.failing_workloads) + One(node.is_incident) +
                       node.missing_evidence.size() + One(node.stale_pods);
  for (const DurationCounts& durations : node.durations) {
    series += durations.buckets.size() + kHistogramSeries;
  }
  return series;
}

std::size_t SeriesOf(const SourceSnapshot& source) {
  return 2 + One(source.last_success_unix_seconds) + One(source.duration_seconds) +
         One(source.body_bytes) + One(source.samples) + source.errors.size();
}

std::size_t SeriesOf(const KubeletSnapshot& kubelet) {
  return 1 + One(kubelet.start_unix_seconds) + One(kubelet.is_tls_verified) +
         One(kubelet.is_pod_label_truncated);
}

}  // namespace

std::size_t CountSeries(const Snapshot& snapshot) {
  // podprobe_series and podprobe_series_dropped_total themselves.
  std::size_t series =
      2 + snapshot.spec_findings.size() + SeriesOf(snapshot.node) + SeriesOf(snapshot.kubelet);
  for (const ProbeSnapshot& probe : snapshot.probes) series += SeriesOf(probe);
  for (const PodSnapshot& pod : snapshot.pods) series += SeriesOf(pod);
  for (const SourceSnapshot& source : snapshot.sources) series += SeriesOf(source);
  return series;
}

void SeriesLimit::Apply(std::size_t max_series, Snapshot* snapshot) {
  std::size_t series = CountSeries(*snapshot);
  if (series <= max_series) {
    cut_.clear();
    snapshot->node.dropped_series = dropped_;
    return;
  }

  std::map<PodLabels, std::size_t> series_of;
  for (const PodSnapshot& pod : snapshot->pods) series_of[pod.labels] += SeriesOf(pod);
  for (const ProbeSnapshot& probe : snapshot->probes) {
    series_of[PodOf(probe.labels)] += SeriesOf(probe);
  }
  std::vector<const PodSnapshot*> pods;
  for (const PodSnapshot& pod : snapshot->pods) pods.push_back(&pod);
  std::ranges::sort(pods, {}, [](const PodSnapshot* pod) {
    return std::tuple(!pod->has_failing_probe, pod->first_seen_order);
  });
  for (const auto& [labels, count] : series_of) series -= count;
  std::set<PodLabels> cut;
  for (const PodSnapshot* pod : pods) {
    const std::size_t own = series_of[pod->labels];
    // Once one does not fit, none after it is kept either: the order holds.
    if (!cut.empty() || series + own > max_series) {
      cut.insert(pod->labels);
      if (!cut_.contains(pod->labels)) dropped_ += static_cast<double>(own);
    } else {
      series += own;
    }
  }
  std::erase_if(snapshot->probes,
                [&](const ProbeSnapshot& probe) { return cut.contains(PodOf(probe.labels)); });
  std::erase_if(snapshot->pods, [&](const PodSnapshot& pod) { return cut.contains(pod.labels); });
  cut_ = std::move(cut);
  snapshot->node.dropped_series = dropped_;
}

}  // namespace podprobe
