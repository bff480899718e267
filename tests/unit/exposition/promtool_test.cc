// The page as Prometheus' own linter sees it: `promtool check metrics`.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "exporter/exposition/families.h"
#include "exporter/exposition/metric_table.h"
#include "exporter/exposition/self_metrics.h"
#include "exporter/exposition/text_writer.h"
#include "tests/unit/exposition/full_snapshot.h"

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
