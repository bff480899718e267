#include <cstddef>
#include <string>
#include <string_view>

#include "exporter/demo/metric_text.h"
#include "exporter/demo/pages.h"
#include "exporter/demo/prober.h"

namespace podprobe {
namespace {

constexpr FamilyHeader kDurations = {"prober_probe_duration_seconds", "histogram",
                                     "[ALPHA] Duration in seconds for a probe response."};
constexpr FamilyHeader kTotals = {
    "prober_probe_total", "counter",
    "[BETA] Cumulative number of a liveness, readiness or startup probe for a container by "
    "result."};
constexpr FamilyHeader kProcessStart = {
    "process_start_time_seconds", "gauge",
    "[ALPHA] Start time of the process since unix epoch in seconds."};

void AppendDurations(const ProbeDurationKey& key, const ProbeDurations& durations,
                     std::string* page) {
  std::string labels = "{container=\"" + key.container + "\",namespace=\"" + key.pod_namespace +
                       "\",pod=\"" + key.pod + "\",probe_type=\"" + key.probe_type + "\"";
  const std::string name(kDurations.name);
  const std::string bucket = name + "_bucket" + labels + ",le=\"";
  for (std::size_t i = 0; i < durations.cumulative_counts.size(); ++i) {
    std::string series = bucket;
    if (i < kProbeDurationBounds.size()) {
      AppendValue(kProbeDurationBounds[i], &series);
    } else {
      series += "+Inf";
    }
    AppendSample(series + "\"}", static_cast<double>(durations.cumulative_counts[i]), page);
  }
  labels += '}';
  AppendSample(name + "_sum" + labels, durations.sum_seconds, page);
  AppendSample(name + "_count" + labels, static_cast<double>(durations.cumulative_counts.back()),
               page);
}

}  // namespace

std::string WriteProbesPage(const ProbeSeries& series, double process_start_seconds) {
  std::string page;
  if (!series.durations.empty()) AppendHeader(kDurations, &page);
  for (const auto& [key, durations] : series.durations) AppendDurations(key, durations, &page);
  if (!series.totals.empty()) AppendHeader(kTotals, &page);
  for (const auto& [key, count] : series.totals) {
    AppendSample("prober_probe_total{container=\"" + key.container + "\",namespace=\"" +
                     key.pod_namespace + "\",pod=\"" + key.pod + "\",pod_uid=\"" + key.pod_uid +
                     "\",probe_type=\"" + key.probe_type + "\",result=\"" + key.result + "\"}",
                 static_cast<double>(count), &page);
  }
  AppendHeader(kProcessStart, &page);
  AppendSample(kProcessStart.name, process_start_seconds, &page);
  return page;
}

}  // namespace podprobe
