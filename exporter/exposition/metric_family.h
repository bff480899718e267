#ifndef PODPROBE_EXPORTER_EXPOSITION_METRIC_FAMILY_H_
#define PODPROBE_EXPORTER_EXPOSITION_METRIC_FAMILY_H_

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace podprobe {

// What is served, as plain values: the last form of the data before it becomes text.

enum class MetricType { kCounter, kGauge, kHistogram };

// The word for it in a TYPE line, of both formats.
constexpr std::string_view TypeName(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      break;
  }
  return "histogram";
}

struct HistogramBucket {
  double upper_bound = 0;
  double cumulative_count = 0;
};

struct HistogramValue {
  // By ascending bound, without +Inf: that bucket is `count`.
  std::vector<HistogramBucket> buckets;
  double count = 0;
  double sum = 0;
};

struct Metric {
  // One for each of the family's label names, in their order. An empty value is written (a="").
  std::vector<std::string> label_values;
  std::variant<double, HistogramValue> value;  // HistogramValue exactly in histograms
};

// All metrics of one name. Values hold any bytes: the writer escapes them.
struct MetricFamily {
  std::string name;  // as Prometheus stores it: a counter's ends in _total
  MetricType type = MetricType::kGauge;
  std::string help;
  std::string unit;  // seconds, bytes, ratio; empty where there is none
  std::vector<std::string> label_names;
  std::vector<Metric> metrics;
};

// Receives the metrics of one family, in their order, instead of a list of them: a page of
// thousands of metrics is written without ever holding them all.
class MetricSink {
 public:
  virtual ~MetricSink() = default;
  // One value for each of the family's label names, in their order; valid during the call.
  virtual void Add(std::span<const std::string_view> label_values, double value) = 0;
  virtual void AddHistogram(std::span<const std::string_view> label_values,
                            const HistogramValue& histogram) = 0;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_EXPOSITION_METRIC_FAMILY_H_
