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

std::string WriteText(std::span<const MetricFamily> families);

struct OpenMetricsOptions {
  // Unix time at which all counters and histograms began; with it each of them gets a
  // _created series.
  std::optional<double> created_unix_seconds;
};

// Without the closing kOpenMetricsEnd, so that a page may be put together of parts.
std::string WriteOpenMetrics(std::span<const MetricFamily> families,
                             const OpenMetricsOptions& options = {});

inline constexpr std::string_view kOpenMetricsEnd = "# EOF\n";

// A value as both formats write it: the shortest text that reads back as the same
// double, whole numbers without an exponent, +Inf, -Inf, NaN.
std::string FormatValue(double value);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_EXPOSITION_TEXT_WRITER_H_
