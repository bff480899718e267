#include "exporter/exposition/self_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "exporter/exposition/text_writer.h"

namespace podprobe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Names(const SelfMetrics& self_metrics) {
  std::vector<std::string> names;
  for (const MetricFamily& family : self_metrics.Collect()) names.push_back(family.name);
  return names;
}

TEST(SelfMetrics, BuildInfoHasTheTablesLabelOrder) {
  const SelfMetrics self_metrics(
      {.version = "1.2.3", .revision = "abc", .branch = "main \"x\"", .compiler = "gcc 12"});
  EXPECT_THAT(WriteText(self_metrics.Collect()),
              HasSubstr("podprobe_build_info{version=\"1.2.3\",revision=\"abc\","
                        "branch=\"main \\\"x\\\"\",compiler=\"gcc 12\"} 1\n"));
}

TEST(SelfMetrics, ConfigSeriesBeginWithTheFirstLoad) {
  SelfMetrics self_metrics({});
  EXPECT_THAT(Names(self_metrics), ElementsAre("podprobe_build_info", "process_cpu_seconds_total",
                                               "process_resident_memory_bytes", "process_open_fds",
                                               "process_max_fds", "process_start_time_seconds"));
  self_metrics.ConfigLoaded(1700000000.5);
  EXPECT_THAT(WriteText(self_metrics.Collect()),
              HasSubstr("\npodprobe_config_last_reload_successful 1\n"));
  EXPECT_THAT(WriteText(self_metrics.Collect()),
              HasSubstr("\npodprobe_config_last_reload_success_timestamp_seconds 1700000000.5\n"));
}

TEST(SelfMetrics, AFailedLoadKeepsTheTimeOfTheGoodOne) {
  SelfMetrics self_metrics({});
  self_metrics.ConfigLoaded(1700000000);
  self_metrics.ConfigLoadFailed();
  EXPECT_THAT(WriteText(self_metrics.Collect()),
              HasSubstr("\npodprobe_config_last_reload_successful 0\n"));
  EXPECT_THAT(WriteText(self_metrics.Collect()),
              HasSubstr("\npodprobe_config_last_reload_success_timestamp_seconds 1700000000\n"));
}

}  // namespace
}  // namespace podprobe
