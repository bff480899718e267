#include "exporter/exposition/text_writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace podprobe {
namespace {

MetricFamily Family(MetricType type, std::string name, std::vector<Metric> metrics) {
  return {.name = std::move(name),
          .type = type,
          .help = "Help.",
          .unit = "",
          .label_names = {},
          .metrics = std::move(metrics)};
}

TEST(FormatValue, IsShortAndExact) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  struct Case {
    double value;
    const char* want;
  };
  const Case cases[] = {
      {0, "0"},
      {-0.0, "-0"},
      {1, "1"},
      {-3, "-3"},
      {100000, "100000"},
      {1e15, "1000000000000000"},
      {9007199254740991, "9007199254740991"},
      {9007199254740992, "9007199254740992"},
      {1e22, "1e+22"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {1.0 / 3, "0.3333333333333333"},
      {1795461088.731, "1795461088.731"},
      {1e-7, "1e-07"},
      {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
      {std::numeric_limits<double>::denorm_min(), "5e-324"},
      {kInfinity, "+Inf"},
      {-kInfinity, "-Inf"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"},
      {-std::numeric_limits<double>::quiet_NaN(), "NaN"},
  };
  for (const Case& row : cases) EXPECT_EQ(FormatValue(row.value), row.want);
}

TEST(TextWriter, WritesFamiliesInOrder) {
  MetricFamily requests = Family(MetricType::kCounter, "b_total", {{{"x", ""}, 2.0}});
  requests.label_names = {"one", "two"};
  const MetricFamily up = Family(MetricType::kGauge, "a", {{{}, 0.5}});
  EXPECT_EQ(WriteText(std::vector{requests, up}),
            "# HELP b_total Help.\n"
            "# TYPE b_total counter\n"
            "b_total{one=\"x\",two=\"\"} 2\n"
            "# HELP a Help.\n"
            "# TYPE a gauge\n"
            "a 0.5\n");
}

TEST(TextWriter, NothingIsNothing) {
  EXPECT_EQ(WriteText({}), "");
  EXPECT_EQ(WriteOpenMetrics({}), "");
}

TEST(TextWriter, EscapesWhatIsForeign) {
  struct Case {
    const char* name;
    std::string value;
    const char* want_label;
    const char* want_text_help;
    const char* want_open_metrics_help;
  };
  const Case cases[] = {
      {"plain", "a b", "a b", "a b", "a b"},
      {"quote", "\"", "\\\"", "\"", "\\\""},
      {"backslash", "\\n", "\\\\n", "\\\\n", "\\\\n"},
      {"newline", "a\nb", "a\\nb", "a\\nb", "a\\nb"},
      {"carriage return stays", "a\rb", "a\rb", "a\rb", "a\rb"},
      {"UTF-8", "Größe \xF0\x9F\x90\xB3", "Größe \xF0\x9F\x90\xB3", "Größe \xF0\x9F\x90\xB3",
       "Größe \xF0\x9F\x90\xB3"},
      {"not UTF-8", "a\xFF\x62", "a\xEF\xBF\xBD\x62", "a\xEF\xBF\xBD\x62", "a\xEF\xBF\xBD\x62"},
      {"cut character before a quote", "\xC3\"", "\xEF\xBF\xBD\\\"", "\xEF\xBF\xBD\"",
       "\xEF\xBF\xBD\\\""},
  };
  for (const Case& row : cases) {
    MetricFamily family = Family(MetricType::kGauge, "a", {{{row.value}, 1.0}});
    family.label_names = {"l"};
    family.help = row.value;
    EXPECT_EQ(WriteText(std::vector{family}), std::string("# HELP a ") + row.want_text_help +
                                                  "\n# TYPE a gauge\na{l=\"" + row.want_label +
                                                  "\"} 1\n")
        << row.name;
    EXPECT_EQ(WriteOpenMetrics(std::vector{family}),
              std::string("# HELP a ") + row.want_open_metrics_help + "\n# TYPE a gauge\na{l=\"" +
                  row.want_label + "\"} 1\n")
        << row.name;
  }
}

TEST(TextWriter, WritesHistograms) {
  MetricFamily family = Family(
      MetricType::kHistogram, "d_seconds",
      {{{"Readiness"}, HistogramValue{.buckets = {{0.5, 1}, {1, 3}}, .count = 4, .sum = 6.5}}});
  family.label_names = {"probe_type"};
  family.unit = "seconds";
  EXPECT_EQ(WriteText(std::vector{family}),
            "# HELP d_seconds Help.\n"
            "# TYPE d_seconds histogram\n"
            "d_seconds_bucket{probe_type=\"Readiness\",le=\"0.5\"} 1\n"
            "d_seconds_bucket{probe_type=\"Readiness\",le=\"1\"} 3\n"
            "d_seconds_bucket{probe_type=\"Readiness\",le=\"+Inf\"} 4\n"
            "d_seconds_sum{probe_type=\"Readiness\"} 6.5\n"
            "d_seconds_count{probe_type=\"Readiness\"} 4\n");
  EXPECT_EQ(WriteOpenMetrics(std::vector{family}),
            "# HELP d_seconds Help.\n"
            "# TYPE d_seconds histogram\n"
            "# UNIT d_seconds seconds\n"
            "d_seconds_bucket{probe_type=\"Readiness\",le=\"0.5\"} 1\n"
            "d_seconds_bucket{probe_type=\"Readiness\",le=\"1.0\"} 3\n"
            "d_seconds_bucket{probe_type=\"Readiness\",le=\"+Inf\"} 4\n"
            "d_seconds_sum{probe_type=\"Readiness\"} 6.5\n"
            "d_seconds_count{probe_type=\"Readiness\"} 4\n");
}

TEST(TextWriter, HistogramWithoutLabelsHasTheBoundAlone) {
  const MetricFamily family = Family(MetricType::kHistogram, "h",
                                     {{{}, HistogramValue{.buckets = {}, .count = 0, .sum = 0}}});
  EXPECT_EQ(WriteText(std::vector{family}),
            "# HELP h Help.\n"
            "# TYPE h histogram\n"
            "h_bucket{le=\"+Inf\"} 0\n"
            "h_sum 0\n"
            "h_count 0\n");
}

TEST(TextWriter, OpenMetricsNamesCountersWithoutTotal) {
  MetricFamily family = Family(MetricType::kCounter, "cpu_seconds_total", {{{}, 1.5}});
  family.unit = "seconds";
  EXPECT_EQ(WriteOpenMetrics(std::vector{family}),
            "# HELP cpu_seconds Help.\n"
            "# TYPE cpu_seconds counter\n"
            "# UNIT cpu_seconds seconds\n"
            "cpu_seconds_total 1.5\n");
}

TEST(TextWriter, CreatedSeriesOnlyWhenAskedForAndNotForGauges) {
  MetricFamily counter = Family(MetricType::kCounter, "c_total", {{{"x"}, 1.0}});
  counter.label_names = {"l"};
  const MetricFamily gauge = Family(MetricType::kGauge, "g", {{{}, 1.0}});
  EXPECT_EQ(WriteOpenMetrics(std::vector{counter, gauge}, {.created_unix_seconds = 1700000000.5}),
            "# HELP c Help.\n"
            "# TYPE c counter\n"
            "c_total{l=\"x\"} 1\n"
            "c_created{l=\"x\"} 1700000000.5\n"
            "# HELP g Help.\n"
            "# TYPE g gauge\n"
            "g 1\n");
}

}  // namespace
}  // namespace podprobe
