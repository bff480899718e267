#include "tests/unit/health/story.h"

#include <sstream>
#include <utility>

namespace podprobe {
namespace {

std::optional<double> AbsentIfZero(double value) {
  return value == 0 ? std::nullopt : std::optional(value);
}

std::string Uid(const std::string& uid, const std::string& name) {
  return uid.empty() ? name + "-uid" : uid;
}

Pod MakePod(const ListedPod& listed) {
  Pod pod;
  pod.pod_namespace = "shop";
  pod.name = listed.name;
  pod.uid = Uid(listed.uid, listed.name);
  pod.phase = listed.phase;
  pod.ready = listed.ready;
  if (listed.is_deleted) pod.deletion_timestamp = 1;
  if (!listed.owner.empty()) {
    pod.owner_kind = "StatefulSet";
    pod.owner_name = listed.owner;
  }
  PodContainer container;
  container.name = "app";
  container.readiness.emplace();
  container.liveness.emplace();
  container.startup.emplace();
  container.container_id = listed.container_id;
  container.ready = listed.ready;
  container.restart_count = listed.restart_count;
  if (listed.running_since >= 0) container.running_since = listed.running_since;
  if (!listed.last_termination.empty()) {
    container.last_termination = {.reason = listed.last_termination};
  }
  pod.containers.push_back(std::move(container));
  return pod;
}

}  // namespace

Story::Story(EngineOptions options) : engine_(std::move(options)) {}

Story& Story::At(double seconds) {
  now_ = {.unix_seconds = seconds, .steady_seconds = seconds};
  return *this;
}

Story& Story::Probes(const std::vector<Row>& rows, double kubelet_start) {
  return Read(rows, kubelet_start, /*has_bad_lines=*/false);
}

Story& Story::BadProbes(const std::vector<Row>& rows, double kubelet_start) {
  return Read(rows, kubelet_start, /*has_bad_lines=*/true);
}

Story& Story::Read(const std::vector<Row>& rows, double kubelet_start, bool has_bad_lines) {
  ProbesReading reading;
  reading.process_start_unix_seconds = AbsentIfZero(kubelet_start);
  reading.has_bad_lines = has_bad_lines;
  for (const Row& row : rows) {
    reading.probes.push_back({.pod_namespace = "shop",
                              .pod = row.pod,
                              .pod_uid = Uid(row.uid, row.pod),
                              .container = row.container,
                              .probe_type = row.probe_type,
                              .successful = AbsentIfZero(row.successful),
                              .failed = AbsentIfZero(row.failed),
                              .unknown = AbsentIfZero(row.unknown)});
  }
  reading.histograms = std::exchange(histograms_, {});
  engine_.OnProbes(reading, Times());
  return *this;
}

Story& Story::Pods(const std::vector<ListedPod>& pods) {
  PodList list;
  for (const ListedPod& pod : pods) list.pods.push_back(MakePod(pod));
  engine_.OnPods(std::move(list), Times());
  return *this;
}

Story& Story::ContainerStart(const std::string& pod, double unix_seconds) {
  engine_.OnResource({.rows = {{.pod_namespace = "shop",
                                .pod = pod,
                                .container = "app",
                                .start_unix_seconds = unix_seconds}}},
                     Times());
  return *this;
}

Story& Story::Histogram(DurationHistogram histogram) {
  histogram.pod_namespace = "shop";
  histogram.pod = "web";
  histogram.container = "app";
  histogram.probe_type = "Readiness";
  histograms_.push_back(std::move(histogram));
  return *this;
}

std::string Story::Page() {
  std::ostringstream page;
  for (const ProbeSnapshot& probe : engine_.TakeSnapshot(now_).probes) {
    page << probe.labels.pod;
    if (!probe.labels.workload.empty() && probe.labels.workload_type != "barepod") {
      page << " (" << probe.labels.workload_type << " " << probe.labels.workload << ")";
    }
    page << " " << probe.labels.probe_type;
    for (const PhaseCounts& phase : probe.phases) {
      page << " " << phase.phase << " " << phase.attempts << "/" << phase.failures;
    }
    for (const WindowRatio& ratio : probe.success_ratios) {
      page << " r" << ratio.window << "=" << ratio.ratio;
    }
    if (probe.near_timeout_ratio) page << " near=" << probe.near_timeout_ratio->ratio;
    for (const ContainerProbe& container : probe.containers) {
      if (container.consecutive_failures) page << " run=" << *container.consecutive_failures;
    }
    page << "\n";
  }
  return page.str();
}

}  // namespace podprobe
