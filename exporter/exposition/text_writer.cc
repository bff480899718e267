#include "exporter/exposition/text_writer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "exporter/exposition/utf8.h"

namespace podprobe {
namespace {

enum class Format { kText, kOpenMetrics };

// In HELP of the text format a quote stands as it is; in OpenMetrics and in label
// values it is escaped.
enum class Quotes { kPlain, kEscaped };

// Bytes that stand for themselves wherever they are.
constexpr bool IsPlain(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return ' ' <= value && value < 0x80 && byte != '"' && byte != '\\';
}

void AppendEscaped(std::string_view value, Quotes quotes, std::string* out) {
  while (!value.empty()) {
    // Almost all values are nothing but plain bytes.
    const auto plain_end = std::ranges::find_if_not(value, IsPlain);
    out->append(value.begin(), plain_end);
    value.remove_prefix(static_cast<std::size_t>(plain_end - value.begin()));
    if (value.empty()) return;

    const std::size_t bytes = Utf8CharacterBytes(value);
    const char first = value.front();
    if (bytes == 0) {
      out->append(kReplacementCharacter);
    } else if (first == '\\') {
      out->append("\\\\");
    } else if (first == '\n') {
      out->append("\\n");
    } else if (first == '"' && quotes == Quotes::kEscaped) {
      out->append("\\\"");
    } else {
      out->append(value.substr(0, bytes));
    }
    value.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
}

void AppendValue(double value, std::string* out) {
  if (std::isnan(value)) {
    out->append("NaN");
    return;
  }
  if (std::isinf(value)) {
    out->append(value > 0 ? "+Inf" : "-Inf");
    return;
  }
  // to_chars would write the counter 100000 as 1e+05, which is shorter but no
  // pleasure to read. Below 2^53 every digit of a whole number is its own.
  constexpr double kWholeNumbersEnd = 9007199254740992.0;
  std::array<char, 32> buffer;
  std::to_chars_result end;
  if (std::fabs(value) < kWholeNumbersEnd && value == std::trunc(value) &&
      !(value == 0 && std::signbit(value))) {
    end = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                        static_cast<std::int64_t>(value));
  } else {
    end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  }
  assert(end.ec == std::errc());
  out->append(buffer.data(), end.ptr);
}

// A label that the writer adds: the bound of a bucket.
struct BoundLabel {
  bool is_there = false;
  double bound = 0;
};

void AppendBound(double bound, Format format, std::string* out) {
  const std::size_t begin = out->size();
  AppendValue(bound, out);
  // OpenMetrics wants a bound to be seen as a float: le="1.0".
  if (format == Format::kOpenMetrics && std::isfinite(bound) &&
      out->find_first_of(".e", begin) == std::string::npos) {
    out->append(".0");
  }
}

void AppendLabels(const std::vector<std::string>& names, const std::vector<std::string>& values,
                  BoundLabel bucket, Format format, std::string* out) {
  assert(names.size() == values.size());
  if (names.empty() && !bucket.is_there) return;
  char separator = '{';
  for (std::size_t i = 0; i < names.size(); ++i) {
    out->push_back(separator);
    out->append(names[i]);
    out->append("=\"");
    AppendEscaped(values[i], Quotes::kEscaped, out);
    out->push_back('"');
    separator = ',';
  }
  if (bucket.is_there) {
    out->push_back(separator);
    out->append("le=\"");
    AppendBound(bucket.bound, format, out);
    out->push_back('"');
  }
  out->push_back('}');
}

// The samples of one family, all under the name that its metadata has.
class FamilyWriter {
 public:
  FamilyWriter(const MetricFamily& family, Format format, const OpenMetricsOptions& options,
               std::string* out)
      : family_(family), format_(format), options_(options), out_(out), name_(family.name) {
    // OpenMetrics names a counter without _total and puts it back on the samples.
    if (format_ != Format::kOpenMetrics || family_.type != MetricType::kCounter) return;
    constexpr std::string_view kTotal = "_total";
    assert(name_.ends_with(kTotal));
    name_.remove_suffix(kTotal.size());
    sample_suffix_ = kTotal;
  }

  void Write() const {
    WriteMetadata();
    for (const Metric& metric : family_.metrics) WriteMetric(metric);
  }

 private:
  void WriteMetadata() const {
    AppendLine("# HELP ", [this] {
      AppendEscaped(family_.help, format_ == Format::kText ? Quotes::kPlain : Quotes::kEscaped,
                    out_);
    });
    AppendLine("# TYPE ", [this] { out_->append(TypeName()); });
    if (format_ == Format::kOpenMetrics && !family_.unit.empty()) {
      AppendLine("# UNIT ", [this] { out_->append(family_.unit); });
    }
  }

  template <typename AppendRest>
  void AppendLine(std::string_view keyword, AppendRest append_rest) const {
    out_->append(keyword);
    out_->append(name_);
    out_->push_back(' ');
    append_rest();
    out_->push_back('\n');
  }

  std::string_view TypeName() const {
    switch (family_.type) {
      case MetricType::kCounter:
        return "counter";
      case MetricType::kGauge:
        return "gauge";
      case MetricType::kHistogram:
        return "histogram";
    }
    return "unknown";
  }

  void WriteMetric(const Metric& metric) const {
    assert(std::holds_alternative<HistogramValue>(metric.value) ==
           (family_.type == MetricType::kHistogram));
    if (const auto* histogram = std::get_if<HistogramValue>(&metric.value)) {
      WriteHistogram(metric, *histogram);
    } else {
      WriteSample(metric, sample_suffix_, {}, std::get<double>(metric.value));
    }
    const bool has_created = format_ == Format::kOpenMetrics &&
                             family_.type != MetricType::kGauge &&
                             options_.created_unix_seconds.has_value();
    if (has_created) WriteSample(metric, "_created", {}, *options_.created_unix_seconds);
  }

  void WriteHistogram(const Metric& metric, const HistogramValue& histogram) const {
    for (const HistogramBucket& bucket : histogram.buckets) {
      WriteSample(metric, "_bucket", {.is_there = true, .bound = bucket.upper_bound},
                  bucket.cumulative_count);
    }
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    WriteSample(metric, "_bucket", {.is_there = true, .bound = kInfinity}, histogram.count);
    WriteSample(metric, "_sum", {}, histogram.sum);
    WriteSample(metric, "_count", {}, histogram.count);
  }

  void WriteSample(const Metric& metric, std::string_view suffix, BoundLabel bucket,
                   double value) const {
    out_->append(name_);
    out_->append(suffix);
    AppendLabels(family_.label_names, metric.label_values, bucket, format_, out_);
    out_->push_back(' ');
    AppendValue(value, out_);
    out_->push_back('\n');
  }

  const MetricFamily& family_;
  const Format format_;
  const OpenMetricsOptions& options_;
  std::string* const out_;
  std::string_view name_;           // into family_.name
  std::string_view sample_suffix_;  // of a counter's samples
};

std::string Write(std::span<const MetricFamily> families, Format format,
                  const OpenMetricsOptions& options) {
  std::string text;
  for (const MetricFamily& family : families) {
    FamilyWriter(family, format, options, &text).Write();
  }
  return text;
}

}  // namespace

std::string WriteText(std::span<const MetricFamily> families) {
  return Write(families, Format::kText, {});
}

std::string WriteOpenMetrics(std::span<const MetricFamily> families,
                             const OpenMetricsOptions& options) {
  return Write(families, Format::kOpenMetrics, options);
}

std::string FormatValue(double value) {
  std::string text;
  AppendValue(value, &text);
  return text;
}

}  // namespace podprobe
