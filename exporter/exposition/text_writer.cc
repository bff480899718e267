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

std::string Write(std::span<const MetricFamily> families, TextFormat format,
                  const OpenMetricsOptions& options) {
  std::string text;
  for (const MetricFamily& family : families) {
    FamilyWriter writer(family, format, options, &text);
    for (const Metric& metric : family.metrics) {
      const std::vector<std::string_view> label_values(metric.label_values.begin(),
                                                       metric.label_values.end());
      if (const auto* histogram = std::get_if<HistogramValue>(&metric.value)) {
        writer.AddHistogram(label_values, *histogram);
      } else {
        writer.Add(label_values, std::get<double>(metric.value));
      }
    }
  }
  return text;
}

}  // namespace

FamilyWriter::FamilyWriter(const MetricFamily& family, TextFormat format,
                           const OpenMetricsOptions& options, std::string* out)
    : family_(family), format_(format), options_(options), out_(*out), name_(family.name) {
  // OpenMetrics names a counter without _total and puts it back on the samples.
  if (format_ != TextFormat::kOpenMetrics || family_.type != MetricType::kCounter) return;
  constexpr std::string_view kTotal = "_total";
  assert(name_.ends_with(kTotal));
  name_.remove_suffix(kTotal.size());
  sample_suffix_ = kTotal;
}

void FamilyWriter::Add(std::span<const std::string_view> label_values, double value) {
  assert(family_.type != MetricType::kHistogram);
  BeginMetric();
  WriteSample(label_values, sample_suffix_, {}, value);
  EndMetric(label_values);
}

void FamilyWriter::AddHistogram(std::span<const std::string_view> label_values,
                                const HistogramValue& histogram) {
  assert(family_.type == MetricType::kHistogram);
  BeginMetric();
  for (const HistogramBucket& bucket : histogram.buckets) {
    WriteSample(label_values, "_bucket", {.is_there = true, .bound = bucket.upper_bound},
                bucket.cumulative_count);
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  WriteSample(label_values, "_bucket", {.is_there = true, .bound = kInfinity}, histogram.count);
  WriteSample(label_values, "_sum", {}, histogram.sum);
  WriteSample(label_values, "_count", {}, histogram.count);
  EndMetric(label_values);
}

// The metadata stands before the first metric.
void FamilyWriter::BeginMetric() {
  if (has_metadata_) return;
  has_metadata_ = true;
  const bool is_open_metrics = format_ == TextFormat::kOpenMetrics;
  AppendLine("# HELP ", [&] {
    AppendEscaped(family_.help, is_open_metrics ? Quotes::kEscaped : Quotes::kPlain, &out_);
  });
  AppendLine("# TYPE ", [&] { out_.append(TypeName(family_.type)); });
  if (is_open_metrics && !family_.unit.empty()) {
    AppendLine("# UNIT ", [&] { out_.append(family_.unit); });
  }
}

void FamilyWriter::EndMetric(std::span<const std::string_view> label_values) {
  const bool has_created = format_ == TextFormat::kOpenMetrics &&
                           family_.type != MetricType::kGauge &&
                           options_.created_unix_seconds.has_value();
  if (has_created) WriteSample(label_values, "_created", {}, *options_.created_unix_seconds);
}

template <typename AppendRest>
void FamilyWriter::AppendLine(std::string_view keyword, AppendRest append_rest) {
  out_.append(keyword);
  out_.append(name_);
  out_.push_back(' ');
  append_rest();
  out_.push_back('\n');
}

void FamilyWriter::WriteSample(std::span<const std::string_view> label_values,
                               std::string_view suffix, BoundLabel bucket, double value) {
  out_.append(name_);
  out_.append(suffix);
  AppendLabels(label_values, bucket);
  out_.push_back(' ');
  AppendValue(value, &out_);
  out_.push_back('\n');
}

void FamilyWriter::AppendLabels(std::span<const std::string_view> values, BoundLabel bucket) {
  const std::vector<std::string>& names = family_.label_names;
  assert(names.size() == values.size());
  if (names.empty() && !bucket.is_there) return;
  char separator = '{';
  for (std::size_t i = 0; i < names.size(); ++i) {
    out_.push_back(separator);
    out_.append(names[i]);
    out_.append("=\"");
    AppendEscaped(values[i], Quotes::kEscaped, &out_);
    out_.push_back('"');
    separator = ',';
  }
  if (bucket.is_there) {
    out_.push_back(separator);
    out_.append("le=\"");
    AppendBound(bucket.bound);
    out_.push_back('"');
  }
  out_.push_back('}');
}

void FamilyWriter::AppendBound(double bound) {
  const std::size_t begin = out_.size();
  AppendValue(bound, &out_);
  // OpenMetrics wants a bound to be seen as a float: le="1.0".
  if (format_ == TextFormat::kOpenMetrics && std::isfinite(bound) &&
      out_.find_first_of(".e", begin) == std::string::npos) {
    out_.append(".0");
  }
}

std::string WriteText(std::span<const MetricFamily> families) {
  return Write(families, TextFormat::kPrometheus, {});
}

std::string WriteOpenMetrics(std::span<const MetricFamily> families,
                             const OpenMetricsOptions& options) {
  return Write(families, TextFormat::kOpenMetrics, options);
}

std::string FormatValue(double value) {
  std::string text;
  AppendValue(value, &text);
  return text;
}

}  // namespace podprobe
