#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "exporter/demo/cgroups.h"
#include "exporter/demo/metric_text.h"
#include "exporter/demo/pages.h"

namespace podprobe {
namespace {

struct ResourceFamily {
  FamilyHeader header;
  Cgroup::Kind kind;
  double (*value)(const Cgroup&);
  bool has_timestamp = true;
};

double Cpu(const Cgroup& c) { return c.counters.cpu_seconds; }
double WorkingSet(const Cgroup& c) { return c.memory_bytes; }
double Zero(const Cgroup&) { return 0; }

constexpr ResourceFamily kFamilies[] = {
    {{"container_cpu_usage_seconds_total", "counter",
      "[STABLE] Cumulative cpu time consumed by the container in core-seconds"},
     Cgroup::Kind::kContainer,
     Cpu},
    {{"container_memory_working_set_bytes", "gauge",
      "[STABLE] Current working set of the container in bytes"},
     Cgroup::Kind::kContainer,
     WorkingSet},
    {{"container_start_time_seconds", "gauge",
      "[STABLE] Start time of the container since unix epoch in seconds"},
     Cgroup::Kind::kContainer,
     [](const Cgroup& c) { return c.started_at; },
     false},
    {{"container_swap_usage_bytes", "gauge",
      "[ALPHA] Current amount of the container swap usage in bytes. Reported only on non-windows "
      "systems"},
     Cgroup::Kind::kContainer,
     Zero},
    {{"node_cpu_usage_seconds_total", "counter",
      "[STABLE] Cumulative cpu time consumed by the node in core-seconds"},
     Cgroup::Kind::kRoot,
     Cpu},
    {{"node_memory_working_set_bytes", "gauge",
      "[STABLE] Current working set of the node in bytes"},
     Cgroup::Kind::kRoot,
     WorkingSet},
    {{"node_swap_usage_bytes", "gauge",
      "[ALPHA] Current swap usage of the node in bytes. Reported only on non-windows systems"},
     Cgroup::Kind::kRoot,
     Zero},
    {{"pod_cpu_usage_seconds_total", "counter",
      "[STABLE] Cumulative cpu time consumed by the pod in core-seconds"},
     Cgroup::Kind::kPod,
     Cpu},
    {{"pod_memory_working_set_bytes", "gauge", "[STABLE] Current working set of the pod in bytes"},
     Cgroup::Kind::kPod,
     WorkingSet},
    {{"pod_swap_usage_bytes", "gauge",
      "[ALPHA] Current amount of the pod swap usage in bytes. Reported only on non-windows "
      "systems"},
     Cgroup::Kind::kPod,
     Zero},
};
constexpr FamilyHeader kScrapeError = {
    "resource_scrape_error", "gauge",
    "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise"};

std::string SeriesText(std::string_view name, const Cgroup& cgroup) {
  std::string text(name);
  if (cgroup.kind == Cgroup::Kind::kRoot) return text;
  text += '{';
  if (cgroup.kind == Cgroup::Kind::kContainer) text += "container=\"" + cgroup.container + "\",";
  text += "namespace=\"" + cgroup.pod_namespace + "\",pod=\"" + cgroup.pod + "\"}";
  return text;
}

}  // namespace

std::string WriteResourcePage(const std::vector<const SimulatedPod*>& pods,
                              const NodeClock& clock) {
  std::vector<Cgroup> cgroups = ReadCgroups(pods, clock);
  std::sort(cgroups.begin(), cgroups.end(), [](const Cgroup& a, const Cgroup& b) {
    return std::tie(a.container, a.pod_namespace, a.pod) <
           std::tie(b.container, b.pod_namespace, b.pod);
  });
  std::string page;
  for (const ResourceFamily& family : kFamilies) {
    bool has_header = false;
    for (const Cgroup& cgroup : cgroups) {
      if (cgroup.kind != family.kind) continue;
      if (!has_header) AppendHeader(family.header, &page);
      has_header = true;
      const std::string series = SeriesText(family.header.name, cgroup);
      if (family.has_timestamp) {
        AppendSampleAt(series, family.value(cgroup), cgroup.sampled_at, &page);
      } else {
        AppendSample(series, family.value(cgroup), &page);
      }
    }
  }
  AppendHeader(kScrapeError, &page);
  AppendSample(kScrapeError.name, 0, &page);
  return page;
}

}  // namespace podprobe
