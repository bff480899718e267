// The page as Prometheus sees it, by its promtool: the linter of the text format, and the
// parser of OpenMetrics on the way into a database.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "exporter/exposition/families.h"
#include "exporter/exposition/metric_table.h"
#include "exporter/exposition/self_metrics.h"
#include "exporter/exposition/text_writer.h"
#include "tests/unit/exposition/full_snapshot.h"
#include "tests/unit/exposition/hostile_value.h"

namespace podprobe {
namespace {

struct LintResult {
  int exit_code = -1;
  std::string output;
};

// `command` reads what it checks from standard input or from the file FILE.
LintResult RunPromtool(const std::string& command, const std::string& text) {
  const std::string file = ::testing::TempDir() + "podprobe-promtool-" + std::to_string(getpid());
  std::ofstream(file) << text;
  LintResult result;
  FILE* promtool = popen(("FILE='" + file + "'; " + command + " < \"$FILE\" 2>&1").c_str(), "r");
  char buffer[4096];
  std::size_t bytes = 0;
  while ((bytes = fread(buffer, 1, sizeof(buffer), promtool)) > 0) {
    result.output.append(buffer, bytes);
  }
  const int status = pclose(promtool);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  std::remove(file.c_str());
  return result;
}

LintResult Lint(const std::string& page) { return RunPromtool("promtool check metrics", page); }

// Prometheus' database takes only samples with a time, so each sample line gets one.
std::string WithTimes(const std::string& page) {
  std::string timed;
  for (std::size_t line = 0; line < page.size();) {
    const std::size_t end = page.find('\n', line);
    timed.append(page, line, end - line);
    timed.append(page[line] == '#' ? "\n" : " 1700000000\n");
    line = end + 1;
  }
  return timed;
}

// Puts an OpenMetrics page into a database and lists what is in it, sorted, one
// `{labels} value milliseconds` per line.
LintResult Store(const std::string& page) {
  // dump wants the folder of a write-ahead log, be it empty.
  return RunPromtool(
      "DIR=$(mktemp -d) && mkdir \"$DIR\"/wal && "
      "promtool tsdb create-blocks-from openmetrics \"$FILE\" \"$DIR\" > \"$DIR\"/log 2>&1 && "
      "promtool tsdb dump \"$DIR\" > \"$DIR\"/dump && LC_ALL=C sort \"$DIR\"/dump || "
      "{ cat \"$DIR\"/log; false; }; CODE=$?; rm -r \"$DIR\"; (exit $CODE)",
      WithTimes(page));
}

// As Go writes a string in quotes, for the characters that occur here.
std::string GoQuoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char byte : text) {
    switch (byte) {
      case '\n':
        quoted += "\\n";
        break;
      case '\t':
        quoted += "\\t";
        break;
      case '\r':
        quoted += "\\r";
        break;
      case '"':
      case '\\':
        quoted += '\\';
        [[fallthrough]];
      default:
        quoted += byte;
    }
  }
  return quoted + "\"";
}

class PromtoolTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("promtool --version > /dev/null 2>&1") != 0) {
      GTEST_SKIP() << "NOT TESTED: promtool is not here; apt-get install prometheus";
    }
  }
};

TEST_F(PromtoolTest, AFullPageHasNothingToComplainOf) {
  SelfMetrics self_metrics({.version = "1", .revision = "r", .branch = "b", .compiler = "c"});
  self_metrics.ConfigLoaded(1700000000);
  std::vector<MetricFamily> families = BuildFamilies(FullSnapshot());
  for (MetricFamily& family : self_metrics.Collect()) families.push_back(std::move(family));
  const LintResult result = Lint(WriteText(families));
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(result.output, "");
}

TEST_F(PromtoolTest, HostileValuesDoNotBreakThePage) {
  Snapshot snapshot = FullSnapshot();
  snapshot.probes[0].labels.pod = "a\"\n# TYPE x\\{,}=\xFF\xE2\x82\xAC\r\t";
  snapshot.probes[0].containers[0].container = "\\";
  const LintResult result = Lint(WriteText(BuildFamilies(snapshot)));
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

TEST_F(PromtoolTest, AFullPageIsOpenMetrics) {
  SelfMetrics self_metrics({.version = "1", .revision = "r", .branch = "b", .compiler = "c"});
  self_metrics.ConfigLoaded(1700000000);
  std::vector<MetricFamily> families = BuildFamilies(FullSnapshot());
  for (MetricFamily& family : self_metrics.Collect()) families.push_back(std::move(family));
  for (const auto& created : {std::optional<double>(), std::optional<double>(1690000000.5)}) {
    const std::string page = WriteOpenMetrics(families, {.created_unix_seconds = created}) +
                             std::string(kOpenMetricsEnd);
    const LintResult result = Store(page);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    const auto samples = std::ranges::count(result.output, '\n');
    std::size_t metrics = 0;
    std::size_t counters = 0;
    for (const MetricFamily& family : families) {
      metrics += CountLines(family);
      if (family.type != MetricType::kGauge) counters += family.metrics.size();
    }
    EXPECT_EQ(samples, metrics + (created ? counters : 0)) << result.output;
  }
}

TEST_F(PromtoolTest, TenThousandHostileValuesArriveInPrometheus) {
  std::mt19937_64 random(11);
  MetricFamily family{.name = "podprobe_test",
                      .type = MetricType::kGauge,
                      .help = "Quotes \", backslashes \\ and\nnewlines.",
                      .unit = "",
                      .label_names = {"a", "b"},
                      .metrics = {}};
  std::vector<std::string> want;
  for (int i = 0; i < 10'000; ++i) {
    const std::string number = std::to_string(i);
    const std::string value = HostileValue(&random) + "x";  // Prometheus drops empty labels
    Metric& metric = family.metrics.emplace_back();
    metric.label_values = {number, value};
    metric.value = static_cast<double>(i);
    want.push_back("{__name__=\"podprobe_test\", a=" + GoQuoted(number) + ", b=" + GoQuoted(value) +
                   "} " + number + " 1700000000000\n");
  }
  std::ranges::sort(want);
  const LintResult result =
      Store(WriteOpenMetrics(std::vector{family}) + std::string(kOpenMetricsEnd));
  EXPECT_EQ(result.exit_code, 0) << result.output.substr(0, 1000);
  std::size_t line = 0;
  for (const std::string& sample : want) {
    const std::size_t end = result.output.find('\n', line);
    ASSERT_NE(end, std::string::npos) << "missing: " << sample;
    ASSERT_EQ(result.output.substr(line, end + 1 - line), sample);
    line = end + 1;
  }
  EXPECT_EQ(line, result.output.size());
}

TEST_F(PromtoolTest, TheQueriesOfTheReferenceAreValid) {
  std::string rules = "groups:\n- name: reference\n  rules:\n";
  for (const MetricRow& row : MetricTable()) {
    // A YAML text in single quotes has no escapes but for the quote, which PromQL needs not.
    rules += "  - {record: 'a', expr: '" + std::string(row.query) + "', labels: {n: '" +
             std::string(row.name) + "'}}\n";
  }
  const LintResult result = RunPromtool("promtool check rules \"$FILE\"", rules);
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

TEST_F(PromtoolTest, ABadPageIsFound) { EXPECT_NE(Lint("podprobe_test{a=\"\n").exit_code, 0); }

}  // namespace
}  // namespace podprobe
