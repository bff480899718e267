#include "exporter/exposition/self_metrics.h"

#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <cassert>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include "exporter/exposition/metric_table.h"
#include "exporter/exposition/process_metrics.h"

namespace podprobe {
namespace {

// Only what Metric itself can hold; the registry has nothing else registered.
std::variant<double, HistogramValue> ConvertValue(const prometheus::ClientMetric& metric,
                                                  MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return metric.counter.value;
    case MetricType::kGauge:
      return metric.gauge.value;
    case MetricType::kHistogram:
      break;
  }
  HistogramValue histogram;
  histogram.count = static_cast<double>(metric.histogram.sample_count);
  histogram.sum = metric.histogram.sample_sum;
  for (const prometheus::ClientMetric::Bucket& bucket : metric.histogram.bucket) {
    // The last bucket is +Inf, which is our count.
    if (&bucket == &metric.histogram.bucket.back()) break;
    histogram.buckets.push_back({bucket.upper_bound, static_cast<double>(bucket.cumulative_count)});
  }
  return histogram;
}

MetricFamily Convert(const prometheus::MetricFamily& collected, const MetricRow& row) {
  MetricFamily family = EmptyFamily(row);
  for (const prometheus::ClientMetric& metric : collected.metric) {
    // The registry sorts labels by name; the table has the order that is served.
    std::map<std::string_view, std::string_view> labels;
    for (const auto& label : metric.label) labels[label.name] = label.value;
    Metric converted{.label_values = {}, .value = ConvertValue(metric, row.type)};
    for (const std::string_view name : row.labels) {
      converted.label_values.emplace_back(labels[name]);
    }
    family.metrics.push_back(std::move(converted));
  }
  return family;
}

}  // namespace

class SelfMetrics::Instruments {
 public:
  // A gauge of the table without labels.
  prometheus::Gauge& Gauge(std::string_view name, const prometheus::Labels& labels = {}) {
    const MetricRow& row = MetricRowOf(name);
    assert(row.type == MetricType::kGauge && row.labels.size() == labels.size());
    return prometheus::BuildGauge()
        .Name(std::string(row.name))
        .Help(std::string(row.help))
        .Register(registry_)
        .Add(labels);
  }

  // In the order of the table.
  std::vector<MetricFamily> Collect() const {
    const std::vector<prometheus::MetricFamily> collected = registry_.Collect();
    std::vector<MetricFamily> families;
    for (const MetricRow& row : MetricTable()) {
      for (const prometheus::MetricFamily& family : collected) {
        if (family.name == row.name) families.push_back(Convert(family, row));
      }
    }
    return families;
  }

 private:
  prometheus::Registry registry_;
};

SelfMetrics::SelfMetrics(const BuildInfo& build) : instruments_(std::make_unique<Instruments>()) {
  instruments_
      ->Gauge("podprobe_build_info", {{"version", build.version},
                                      {"revision", build.revision},
                                      {"branch", build.branch},
                                      {"compiler", build.compiler}})
      .Set(1);
}

SelfMetrics::~SelfMetrics() = default;

void SelfMetrics::ConfigLoaded(double unix_seconds) {
  instruments_->Gauge("podprobe_config_last_reload_successful").Set(1);
  instruments_->Gauge("podprobe_config_last_reload_success_timestamp_seconds").Set(unix_seconds);
  ++changes_;
}

void SelfMetrics::ConfigLoadFailed() {
  instruments_->Gauge("podprobe_config_last_reload_successful").Set(0);
  ++changes_;
}

std::vector<MetricFamily> SelfMetrics::Collect() const {
  std::vector<MetricFamily> families = instruments_->Collect();
  std::vector<MetricFamily> process = ReadProcessMetrics();
  families.insert(families.end(), std::make_move_iterator(process.begin()),
                  std::make_move_iterator(process.end()));
  return families;
}

}  // namespace podprobe
