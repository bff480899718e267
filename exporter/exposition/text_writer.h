#ifndef PODPROBE_EXPORTER_EXPOSITION_TEXT_WRITER_H_
#define PODPROBE_EXPORTER_EXPOSITION_TEXT_WRITER_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "exporter/exposition/metric_family.h"

namespace podprobe {

// Families as text, in Prometheus' text format 0.0.4 or in OpenMetrics 1.0. The
// single exit: everything is escaped here and nowhere else, so families may hold
// any bytes. What is not UTF-8 becomes U+FFFD, since Prometheus refuses a whole
// page for one such byte.

enum class TextFormat { kPrometheus, kOpenMetrics };

struct OpenMetricsOptions {
  // Unix time at which all counters and histograms began; with it each of them gets a
  // _created series.
  std::optional<double> created_unix_seconds;
};

// Appends one family's text to `out`, metric by metric. A family without metrics has none.
class FamilyWriter : public MetricSink {
 public:
  // All must outlive this. The metrics that `family` holds itself are not looked at.
  FamilyWriter(const MetricFamily& family, TextFormat format, const OpenMetricsOptions& options,
               std::string* out);

  void Add(std::span<const std::string_view> label_values, double value) override;
  void AddHistogram(std::span<const std::string_view> label_values,
                    const HistogramValue& histogram) override;

 private:
  // A label that the writer adds: the bound of a bucket.
  struct BoundLabel {
    bool is_there = false;
    double bound = 0;
  };

  void BeginMetric();
  void EndMetric(std::span<const std::string_view> label_values);
  template <typename AppendRest>
  void AppendLine(std::string_view keyword, AppendRest append_rest);
  void WriteSample(std::span<const std::string_view> label_values, std::string_view suffix,
                   BoundLabel bucket, double value);
  void AppendLabels(std::span<const std::string_view> values, BoundLabel bucket);
  void AppendBound(double bound);

  const MetricFamily& family_;
  const TextFormat format_;
  const OpenMetricsOptions& options_;
  std::string& out_;
  std::string_view name_;           // into family_.name
  std::string_view sample_suffix_;  // of a counter's samples
  bool has_metadata_ = false;       // written
};

std::string WriteText(std::span<const MetricFamily> families);

// Without the closing kOpenMetricsEnd, so that a page may be put together of parts.
std::string WriteOpenMetrics(std::span<const MetricFamily> families,
                             const OpenMetricsOptions& options = {});

inline constexpr std::string_view kOpenMetricsEnd = "# EOF\n";

// A value as both formats write it: the shortest text that reads back as the same
// double, whole numbers without an exponent, +Inf, -Inf, NaN.
std::string FormatValue(double value);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_EXPOSITION_TEXT_WRITER_H_
